// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { MemoryOctets } from '../../src/wire/mime/octets.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';

const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';

/** One thing done to the octets of a message. */
const mischief = fc.oneof(
  fc.record({ at: fc.nat(), flip: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ at: fc.nat(), insert: fc.string({ maxLength: 20 }) }),
  fc.record({ at: fc.nat(), remove: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ at: fc.nat(), cut: fc.constant(true) }),
  fc.record({
    at: fc.nat(),
    insert: fc.constantFrom(
      '\r\n',
      '\r\n\r\n',
      'X-Ricevuta: avvenuta-consegna\r\n',
      'Content-Type: multipart/mixed; boundary=x\r\n',
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    ),
  }),
);

type Mischief = {
  readonly at: number;
  readonly flip?: number;
  readonly insert?: string;
  readonly remove?: number;
  readonly cut?: true;
};

function mangle(octets: Buffer, { at, flip, insert, remove, cut }: Mischief): Buffer {
  const place = at % octets.length;
  const before = octets.subarray(0, place);
  const after = octets.subarray(place);
  if (cut === true) return before;
  if (insert !== undefined) return Buffer.concat([before, Buffer.from(insert), after]);
  if (remove !== undefined) return Buffer.concat([before, after.subarray(remove)]);
  const copy = Buffer.from(octets);
  copy[place] = (copy[place] ?? 0) ^ (flip ?? 1);
  return copy;
}

/** Nothing comes by DATA without it (RFC 5321 section 4.1.1.4). */
function withLineEnd(octets: Buffer): Buffer {
  return octets.toString('latin1').endsWith('\r\n') ? octets : Buffer.concat([octets, Buffer.from('\r\n')]);
}

suite('hostile messages', () => {
  test('IP-6 IP-9 IP-10 SEC-13 whatever is done to an envelope, it is judged, and delivered only as it was signed', async () => {
    await using world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }]);
    world.network.unreachable.add('pec.beta.test');
    const id = await world.alfa.user('anna').certifies({ to: [CARLA], receipt: 'breve' });
    const content = world.alfa.store.findContent(world.alfa.store.listQueue()[0]?.content ?? 0);
    assert.ok(content);
    const octets = await content.octets.read(0, content.size);
    const [signed] = content.index.root.parts;
    assert.ok(signed);
    const entity = octets.subarray(signed.headerStart, signed.bodyEnd);
    const carla = world.beta.user('carla');
    let known = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mischief, { minLength: 1, maxLength: 3 }), async (list) => {
        const mangled = withLineEnd(
          list.reduce<Buffer>((before, one) => (before.length === 0 ? before : mangle(before, one)), octets),
        );
        const outcome = await world.beta.receives(mangled, { from: ANNA, to: [CARLA] });
        assert.ok(outcome.outcome === 'taken' || outcome.outcome === 'refused', JSON.stringify(outcome));
        const all = await carla.messages();
        for (const seen of all.slice(known)) {
          if (seen.kind === 'posta-certificata') assert.ok(seen.octets.includes(entity), 'the signed octets');
          else assert.deepEqual(seen.original, mangled);
          const verdict = await world.beta.verifier.verify(new MemoryOctets(seen.octets), seen.index);
          assert.ok(verdict.authentic, 'what we wrap is signed and whole');
        }
        assert.ok(all.length <= known + 1);
        known = all.length;
      }),
      { numRuns: 150 },
    );
    assert.ok(
      (await carla.kinds()).filter((kind) => kind === 'posta-certificata').length <= 1,
      'IP-28 once at most',
    );
    // The real one is served in the end, unless one with a harmless change was it already.
    await world.beta.receives(octets, { from: ANNA, to: [CARLA] });
    assert.equal((await carla.sees('posta-certificata')).messageId, id);
  });

  test('AP-6 AP-14 whatever is submitted, there is one answer and one notification', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    let count = 0;
    const line = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(
        'From: anna@pec.alfa.test',
        `To: ${CARLA}`,
        'Subject: =?utf-8?b?w6g=?=',
        'Message-ID: <1@client.test>',
        'Content-Type: multipart/mixed; boundary=a',
        '',
        '--a',
        '--a--',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        const octets = Buffer.from(lines.map((text) => `${text}\r\n`).join(''));
        const outcome = await anna.sends({ octets, forwardPaths: [CARLA] });
        const kinds = await anna.messages();
        assert.equal(kinds.length, ++count);
        const expected = outcome.outcome === 'accepted' ? 'accettazione' : 'non-accettazione';
        assert.equal(kinds.at(-1)?.kind, expected);
      }),
      { numRuns: 100 },
    );
  });
});
