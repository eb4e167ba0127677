// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHeader } from '../wire/mime/header.ts';
import { indexMessage } from '../wire/mime/mime-index.ts';
import { MemoryOctets, readPieces } from '../wire/mime/octets.ts';
import { BOUNDARY_PREFIX } from './boundaries.ts';
import { type Original, originalWithNewId } from './original.ts';

const ID = { identifier: 'pec4711@gestore-alfa.test', messageId: '<old@client.test>' };

function originalOf(text: string | Buffer): Original {
  const octets = Buffer.from(text);
  const index = indexMessage(octets, { watchPrefix: BOUNDARY_PREFIX });
  return { octets: new MemoryOctets(octets), index, header: octets.subarray(0, index.root.bodyStart) };
}

async function renewed(text: string, id: { identifier: string; messageId?: string } = ID): Promise<string> {
  return (await readPieces(originalWithNewId(originalOf(text), id))).toString('latin1');
}

test('AP-23 the Message-ID is replaced where it stands, the old one comes last', async () => {
  assert.equal(
    await renewed('From: a@b.test\r\nMessage-ID: <old@client.test>\r\nSubject: x\r\n\r\nbody\r\n'),
    'From: a@b.test\r\nMessage-ID: <pec4711@gestore-alfa.test>\r\nSubject: x\r\n' +
      'X-Riferimento-Message-ID: <old@client.test>\r\n\r\nbody\r\n',
  );
});

test('AP-23 a folded Message-ID goes with its folding', async () => {
  assert.equal(
    await renewed('MESSAGE-Id:\r\n <old@client.test>\r\n\t(a comment)\r\nTo: x@y.test\r\n\r\n'),
    'Message-ID: <pec4711@gestore-alfa.test>\r\nTo: x@y.test\r\n' +
      'X-Riferimento-Message-ID: <old@client.test>\r\n\r\n',
  );
});

test('AP-23 without Message-ID only the new one is added', async () => {
  const { identifier } = ID;
  assert.equal(
    await renewed('To: x@y.test\r\n\r\nbody', { identifier }),
    'To: x@y.test\r\nMessage-ID: <pec4711@gestore-alfa.test>\r\n\r\nbody',
  );
});

test('AP-23 of several Message-IDs one is left', async () => {
  assert.equal(
    await renewed('Message-ID: <old@client.test>\r\nTo: x@y.test\r\nMessage-ID: <b@c.test>\r\n\r\n'),
    'Message-ID: <pec4711@gestore-alfa.test>\r\nTo: x@y.test\r\n' +
      'X-Riferimento-Message-ID: <old@client.test>\r\n\r\n',
  );
});

test("AP-25 a reference of the client's is replaced, not repeated", async () => {
  const fake = 'X-riferimento-message-ID: <fake@else.test>\r\n';
  assert.equal(
    await renewed(`${fake}Message-ID: <old@client.test>\r\n${fake}\r\n`),
    'Message-ID: <pec4711@gestore-alfa.test>\r\nX-Riferimento-Message-ID: <old@client.test>\r\n\r\n',
  );
  assert.equal(
    await renewed(`${fake}\r\nbody`, { identifier: ID.identifier }),
    'Message-ID: <pec4711@gestore-alfa.test>\r\n\r\nbody',
  );
});

test('AP-23 a header without body or line end, and a body without header', async () => {
  assert.equal(
    await renewed('Subject: x'),
    'Subject: x\r\nMessage-ID: <pec4711@gestore-alfa.test>\r\nX-Riferimento-Message-ID: <old@client.test>\r\n',
  );
  assert.equal(
    await renewed('Message-ID: <old@client.test>'),
    'Message-ID: <pec4711@gestore-alfa.test>\r\nX-Riferimento-Message-ID: <old@client.test>\r\n',
  );
  assert.equal(await renewed('\r\nbody', { identifier: 'p@q.test' }), 'Message-ID: <p@q.test>\r\n\r\nbody');
});

test('AP-24 the body is a range of the original, never a copy', () => {
  const original = originalOf('Message-ID: <old@client.test>\r\n\r\nbody');
  const pieces = originalWithNewId(original, ID);
  assert.equal(pieces.length, 2);
  assert.deepEqual(pieces[1], { octets: original.octets, start: 31, end: 37 });
});

const field = fc.oneof(
  fc.constantFrom('Message-ID: <old@client.test>\r\n', 'message-id:\r\n <two@client.test>\r\n'),
  fc.constantFrom('X-Riferimento-Message-ID: <fake@x.test>\r\n', 'x-RIFERIMENTO-message-id: f\r\n\tg\r\n'),
  fc
    .tuple(fc.stringMatching(/^[A-Za-z-]{1,10}$/), fc.string({ unit: 'binary', maxLength: 40 }), fc.boolean())
    .map(([name, value, folded]) => {
      const clean = value.replace(/[\r\n]/g, '').padEnd(1, 'x');
      return `Z-${name}: ${clean}${folded ? `\r\n\t${clean}!` : ''}\r\n`;
    }),
  fc.constantFrom('a line without the sign\r\n', 'Subject : x\r\n'),
);

test('AP-24 whatever the original, every octet but those of the two fields is kept', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(field, { maxLength: 12 }),
      fc.string({ unit: 'binary' }),
      async (fields, body) => {
        const text = Buffer.from(`${fields.join('')}\r\n${body}`);
        const result = await readPieces(originalWithNewId(originalOf(text), ID));
        const others = (octets: Buffer): string => {
          const header = parseHeader(octets);
          const kept = header.fields
            .filter(({ key }) => key !== 'message-id' && key !== 'x-riferimento-message-id')
            .map(({ start, end }) => octets.subarray(start, end).toString('latin1'));
          return kept.join('') + octets.subarray(header.end).toString('latin1');
        };
        assert.equal(others(result), others(text));
        const header = parseHeader(result);
        assert.deepEqual(
          header.all('message-id').map(({ value }) => value),
          ['<pec4711@gestore-alfa.test>'],
        );
        assert.deepEqual(
          header.all('x-riferimento-message-id').map(({ value }) => value),
          ['<old@client.test>'],
        );
      },
    ),
    { numRuns: 300 },
  );
});
