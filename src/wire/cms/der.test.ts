// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Element, type EncodingRules, MAX_DEPTH, readWhole, TAG } from './der-reader.ts';
import { octetStringValue, oidValue, smallInteger, timeValue } from './der-values.ts';
import { der, integer, octetString, oid, sequence, setOf, time } from './der-writer.ts';
import { MalformedError } from './malformed.ts';
import { OID } from './oids.ts';

const read = (octets: Buffer, rules: EncodingRules = 'der'): Element => readWhole(octets, rules);

/** Reads everything there is, as deep as it goes, and gives the number of values. */
function readAll(element: Element): number {
  if (!element.constructed) return 1;
  let count = 1;
  const fields = element.fields();
  while (!fields.atEnd) count += readAll(fields.next());
  return count;
}

function refuses(octets: Buffer, rules: EncodingRules = 'der'): void {
  assert.throws(() => readAll(read(octets, rules)), MalformedError);
}

test('what the writer writes, the reader reads', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.uint8Array({ maxLength: 70_000 }), (number, octets) => {
      const fields = read(sequence(integer(number), octetString(octets))).fields();
      assert.equal(smallInteger(fields.take(TAG.integer)), number);
      assert.deepEqual(octetStringValue(fields.take(TAG.octetString)), Buffer.from(octets));
      fields.done();
    }),
    { numRuns: 200 },
  );
});

test('object identifiers survive', () => {
  const arcs = fc.array(fc.nat(2 ** 31 - 1), { maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(0, 1, 2), fc.nat(39), arcs, (root, second, rest) => {
      const dotted = [root, second, ...rest].join('.');
      assert.equal(oidValue(read(oid(dotted))), dotted);
    }),
  );
});

test('times survive to the second, in the form their year asks for', () => {
  const min = Date.UTC(1900, 0, 1);
  fc.assert(
    fc.property(fc.integer({ min, max: Date.UTC(2200, 0, 1) }), (instant) => {
      const element = read(time(instant));
      const year = new Date(instant).getUTCFullYear();
      assert.equal(element.tag === TAG.utcTime, year >= 1950 && year <= 2049);
      assert.equal(timeValue(element), Math.floor(instant / 1000) * 1000);
    }),
  );
});

test('times that do not exist are refused', () => {
  for (const text of ['230229000000Z', '231301000000Z', '230101240000Z', '230101006000Z', '2301010000Z']) {
    assert.throws(() => timeValue(read(der(TAG.utcTime, Buffer.from(text)))), MalformedError, text);
  }
});

test('the elements of a SET OF are sorted', () => {
  const [b, a] = [octetString(Buffer.from('b')), octetString(Buffer.from('a'))];
  assert.deepEqual(setOf(b, a), der(TAG.set, a, b));
});

test('what is not DER is refused', () => {
  refuses(Buffer.from('', 'hex'));
  refuses(Buffer.from('30', 'hex'));
  refuses(Buffer.from('3001', 'hex'));
  refuses(Buffer.from('300000', 'hex'));
  refuses(Buffer.from('308100', 'hex'));
  refuses(Buffer.from('3082007f', 'hex'));
  refuses(Buffer.from('30850000000000', 'hex'));
  refuses(Buffer.from('3084ffffffff', 'hex'));
  refuses(Buffer.from('30800000', 'hex'));
  refuses(Buffer.from('1f8101', 'hex'));
  refuses(Buffer.from('0000', 'hex'));
});

test('what streaming signers write is BER: read where allowed, refused elsewhere', () => {
  const segmented = Buffer.from('24800403616263240504036465660000', 'hex');
  assert.throws(() => octetStringValue(read(segmented)), MalformedError);
  assert.equal(octetStringValue(read(segmented, 'ber')).toString(), 'abcdef');
  assert.equal(read(segmented, 'ber').definite, false);
  refuses(Buffer.from('2480040361626300', 'hex'), 'ber');
  refuses(Buffer.from('04800000', 'hex'), 'ber');
});

test('nesting is bounded, one above the limit is refused', () => {
  const nest = (depth: number): Buffer => (depth === 0 ? integer(1) : sequence(nest(depth - 1)));
  assert.equal(readAll(read(nest(MAX_DEPTH))), MAX_DEPTH + 1);
  refuses(nest(MAX_DEPTH + 1));
  const open = Buffer.alloc(200_000, Buffer.from('3080', 'hex'));
  refuses(open, 'ber');
  const closed = Buffer.concat([Buffer.alloc(100_000, Buffer.from('3080', 'hex')), Buffer.alloc(100_000)]);
  refuses(closed, 'ber');
});

test('no octets make the reader do anything but read or refuse', () => {
  const rules = fc.constantFrom<EncodingRules>('der', 'ber');
  const likely = fc.array(
    fc.constantFrom(0x00, 0x02, 0x04, 0x06, 0x24, 0x30, 0x31, 0x80, 0x81, 0x82, 0xa0, 0x01),
    {
      maxLength: 64,
    },
  );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), likely), rules, (octets, rule) => {
      try {
        readAll(read(Buffer.from(octets), rule));
      } catch (error) {
        assert.ok(error instanceof MalformedError, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

test('X.690 section 8.19: an object identifier that is known by its octets reads as one that is not', () => {
  const known = Object.values(OID);
  const neighbours = known.map((dotted) => dotted.replace(/\d+$/, (last) => `${Number(last) + 1000}`));
  for (const dotted of [...known, ...neighbours, '2.5.4.3', '1.3.6.1.4.1.311.20.2.3']) {
    assert.equal(oidValue(read(oid(dotted))), dotted);
  }
});
