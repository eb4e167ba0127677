// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSeal, type Seal, writeSeal } from './seal.ts';

const seal: Seal = {
  number: 2,
  provider: 'Gestore Alfa S.p.A. – città',
  day: '2026-11-22',
  first: 101,
  size: 250,
  root: Buffer.alloc(32, 0xab),
  previous: Buffer.alloc(32, 0x0c),
  closedAt: Date.UTC(2026, 10, 22, 23, 2, 5),
};

test('LOG-5 a seal is a text of lines in a fixed order', () => {
  assert.equal(
    writeSeal(seal).toString(),
    [
      'ceralacca-log-seal 1',
      'number: 2',
      'provider: Gestore Alfa S.p.A. – città',
      'day: 2026-11-22',
      'first: 101',
      'size: 250',
      `root: ${'ab'.repeat(32)}`,
      `previous: ${'0c'.repeat(32)}`,
      'closed: 2026-11-22T23:02:05Z',
      '',
    ].join('\n'),
  );
  assert.deepEqual(readSeal(writeSeal(seal)), seal);
  const { previous: _, ...rest } = { ...seal, number: 1 };
  assert.deepEqual(readSeal(writeSeal(rest)), rest);
  assert.match(writeSeal(rest).toString(), /^previous: none$/m);
});

test('a seal of a day without records seals the tree as it was', () => {
  const quiet = { ...seal, first: 251 };
  assert.deepEqual(readSeal(writeSeal(quiet)), quiet);
});

test('whatever is not a seal to the octet is none', () => {
  const text = writeSeal(seal).toString();
  const wrong: [string, string][] = [
    ['number: 2', 'number: 02'],
    ['number: 2', 'number: 1'],
    ['first: 101', 'first: 252'],
    ['size: 250', 'size: 99999999999999999999'],
    ['day: 2026-11-22', 'day: 2026-02-30'],
    ['ab', 'AB'],
    ['closed: 2026-11-22T23:02:05Z', 'closed: 2026-11-22T25:02:05Z'],
    ['previous: ', 'previous:  '],
    ['day', 'Day'],
    ['\n', '\r\n'],
  ];
  for (const [from, to] of wrong) {
    assert.ok(text.includes(from));
    assert.equal(readSeal(Buffer.from(text.replace(from, to))), undefined, `${from} -> ${to}`);
  }
  assert.equal(readSeal(Buffer.from(`${text}\n`)), undefined);
  assert.equal(readSeal(Buffer.from(text.trimEnd())), undefined);
  assert.equal(readSeal(Buffer.from(text.replace('Alfa', 'A'.repeat(5000)))), undefined);
});

test('any one octet changed is noticed or is another seal', () => {
  const octets = writeSeal(seal);
  fc.assert(
    fc.property(fc.nat({ max: octets.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, difference) => {
      const changed = Buffer.from(octets);
      changed.writeUInt8(changed.readUInt8(at) ^ difference, at);
      const read = readSeal(changed);
      if (read !== undefined) assert.deepEqual(writeSeal(read), changed);
    }),
  );
});
