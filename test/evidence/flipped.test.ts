// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { MemoryOctets } from '../../src/wire/mime/octets.ts';
import { openZip } from '../../src/wire/zip/zip-reader.ts';
import { makeEvidence, zipOf } from './evidence-forge.ts';
import { examined } from './examined.ts';
import { closeForge, made, openForge, plan } from './forger.ts';

/** How often each property is tried; CERALACCA_EVIDENCE_FLIPS makes it more. */
const RUNS = Number(process.env.CERALACCA_EVIDENCE_FLIPS ?? 60);

const files = new Map<string, Buffer>();
let zip: Buffer;
let stampedAt: number | null;

before(async () => {
  await openForge();
  zip = await makeEvidence(plan, made.hands(), {
    signed: (all) => {
      for (const [name, octets] of all) files.set(name, octets);
    },
  });
  stampedAt = (await examined(zip, { made })).stampedAt;
});
after(closeForge);

const flips = fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }));

test('whatever octet of whatever file is changed, the file is not valid any more', async () => {
  await fc.assert(
    fc.asyncProperty(flips, async ([which, where, mask]) => {
      const names = [...files.keys()];
      const name = names[which % names.length] ?? assert.fail();
      const octets = Buffer.from(files.get(name) ?? assert.fail());
      const at = where % octets.length;
      octets.writeUInt8(octets.readUInt8(at) ^ mask, at);
      const found = await examined(await zipOf(new Map(files).set(name, octets)), { made });
      // Nothing covers what a token carries beside what it says: certificates that are not needed. It says the same then.
      if (name === 'index.xml.p7m.tsr' && found.verdict !== 'bad') assert.equal(found.stampedAt, stampedAt);
      else assert.equal(found.verdict, 'bad', `${name} octet ${at} ^ ${mask}`);
    }),
    { numRuns: RUNS },
  );
});

test('whatever octet of the ZIP is changed, it is not valid, or unpacks to the same files', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(flips, { minLength: 1, maxLength: 3 }), async (changes) => {
      const octets = Buffer.from(zip);
      for (const [, where, mask] of changes) {
        const at = where % octets.length;
        octets.writeUInt8(octets.readUInt8(at) ^ mask, at);
      }
      const found = await examined(octets, { made });
      if (found.verdict === 'bad') return;
      const reading = await openZip(new MemoryOctets(octets), {
        archiveBytes: 1e8,
        entries: 100,
        unpackedBytes: 1e8,
      });
      assert.ok(reading.ok);
      for (const entry of reading.archive.entries)
        if (entry.name !== 'index.xml.p7m.tsr')
          assert.deepEqual(await reading.archive.read(entry), files.get(entry.name), entry.name);
    }),
    { numRuns: RUNS },
  );
});

test('whatever octets come in the place of a file, there is an answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.uint8Array({ maxLength: 300 }), async (which, garbage) => {
      const names = [...files.keys()];
      const name = names[which % names.length] ?? assert.fail();
      const told = {
        files: (all: Map<string, Buffer>) => void (all.has(name) && all.set(name, Buffer.from(garbage))),
      };
      // The index agrees with the garbage, and is signed: whatever reads it must bear it.
      const found = await examined(await makeEvidence(plan, made.hands(), told), { made });
      assert.ok(found.verdict !== 'good' || !/^(?:log|messages)\//.test(name), name);
    }),
    { numRuns: RUNS },
  );
});
