// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { suite, test } from 'node:test';
import { zipOrder } from '../../src/cli/evidence/evidence-package.ts';
import { examineEvidence } from '../../src/cli/verify/evidence/evidence-examination.ts';
import { EVIDENCE_KINDS } from '../../src/evidence/evidence-file/index-model.ts';
import { writeEvidenceIndex } from '../../src/evidence/evidence-file/index-writer.ts';
import { openGate } from '../../src/points/certification-gate.ts';
import { EvidenceDesk } from '../../src/points/reissuing/evidence-desk.ts';
import { readCertificate } from '../../src/wire/cms/certificate.ts';
import { MemoryOctets } from '../../src/wire/mime/octets.ts';
import { zipChunks } from '../../src/wire/zip/zip-writer.ts';
import { livedWorld } from './lived-world.ts';
import { type Desk, seal, stamperOf } from './sealing-world.ts';
import { HOUR_MS, type World } from './world.ts';
import { evidenceOf, type Made } from './world-evidence.ts';
import type { WorldProvider } from './world-provider.ts';

function deskOf({ provider, stamper }: Desk): EvidenceDesk {
  const { store, clock, emitting, serviceAddress } = provider;
  const names = { name: emitting.name, serviceAddress };
  return new EvidenceDesk({
    store,
    provider: names,
    signer: provider.signer(),
    stamper,
    gate: openGate,
    clock,
  });
}

/** The ZIP, to the octet. */
async function zipOf(
  made: Made,
  sealed: { readonly signed: Buffer; readonly token?: Buffer },
): Promise<Buffer> {
  const files = zipOrder(made, sealed).map(({ name, content }) => ({
    name,
    content: Buffer.isBuffer(content) ? content : content.stream(),
  }));
  const chunks: Buffer[] = [];
  for await (const chunk of zipChunks(files, { modifiedAt: made.index.createdAt })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function findings(world: World, zip: Buffer) {
  const root = readCertificate(world.authority.rootCertificate);
  assert.ok(root.ok);
  const anchors = { anchors: [root.value], intermediates: [], stampAnchors: [root.value] };
  return examineEvidence(new MemoryOctets(zip), { anchors, directory: null, clock: world.clock });
}

suite('evidence files, verified', () => {
  test('LOG-7 LOG-10 of every message of a lived world, at every provider: nothing false, all of it proved but revocation', async () => {
    const { world, sent } = await livedWorld('memory');
    await using _ = world;
    const stamper = await stamperOf(world);
    world.clock.advance(24 * HOUR_MS);
    for (const provider of world.providers) await seal(world, { provider, stamper });
    world.clock.advance(HOUR_MS);
    const kinds = new Set<string>();
    for (const provider of world.providers) {
      const desk = deskOf({ provider, stamper });
      for (const about of identifiersOf(provider)) {
        const made = await evidenceOf(world, provider, { about, stamps: true, originals: sent });
        const zip = await zipOf(made, await desk.seal({ about }, made.indexOctets));
        const { verdict, wrong, open } = await findings(world, zip);
        assert.deepEqual([verdict, wrong], ['incomplete', null], about);
        // No archive of revocation lists is filled in this world.
        const others = open
          .filter(({ claim }) => claim !== 'revocation')
          .map(({ claim, detail }) => [claim, detail]);
        const gaps = made.index.missing.filter(({ what }) => what !== 'revoca').map(({ text }) => text);
        assert.deepEqual(
          others.filter(([, detail]) => !gaps.includes(String(detail))),
          [],
          about,
        );
        for (const { kind } of made.index.messages) kinds.add(kind);
      }
    }
    assert.deepEqual([...kinds].sort(), [...EVIDENCE_KINDS].sort());
  });

  test('LOG-10 the key signs an index of a message that the log knows, as it was asked for, and nothing else', async () => {
    const { world } = await livedWorld('memory');
    await using _ = world;
    const { alfa, beta } = world;
    const desk = deskOf({ provider: alfa, stamper: null });
    const [about = '', other = ''] = identifiersOf(alfa);
    const made = await evidenceOf(world, alfa, { about });
    const before = alfa.store.lastSequence();
    const { index } = made;
    for (const changed of [
      { ...index, identifier: other },
      { ...index, sender: 'x@pec.gamma.test' },
      { ...index, provider: { ...index.provider, name: 'Gestore Beta S.r.l.' } },
      { ...index, provider: { ...index.provider, serviceAddress: beta.serviceAddress } },
      { ...index, view: { of: 'mittente', holder: index.sender } as const },
    ])
      await assert.rejects(desk.seal({ about }, writeEvidenceIndex(changed)), {
        code: 'evidence-index-refused',
      });
    for (const octets of ['', 'anything', `${made.indexOctets}\n`])
      await assert.rejects(desk.seal({ about }, Buffer.from(octets)), { code: 'evidence-index-refused' });
    await assert.rejects(desk.seal({ about, holder: 'x@pec.gamma.test' }, made.indexOctets), {
      code: 'evidence-index-refused',
    });
    assert.equal(alfa.store.lastSequence(), before);

    alfa.keyWorks = false;
    await assert.rejects(desk.seal({ about }, made.indexOctets), { code: 'signing-key-unusable' });
    assert.equal(alfa.store.lastSequence(), before);
    alfa.keyWorks = true;
    const { signed, token } = await desk.seal({ about }, made.indexOctets);
    assert.equal(token, undefined);
    const [record] = alfa.store.listRecords(before + 1, 10);
    assert.deepEqual(
      [record?.event, record?.identifier, record?.detail],
      ['evidence-made', about, { index: hash('sha256', made.indexOctets) }],
    );
    const { verdict, open } = await findings(world, await zipOf(made, { signed }));
    assert.equal(verdict, 'incomplete');
    assert.ok(open.some(({ claim }) => claim === 'manifest-stamp'));

    assert.deepEqual(await desk.open({ about, holder: 'x@pec.gamma.test' }), {
      outcome: 'refused',
      because: 'not-theirs',
    });
    const [refused] = alfa.store.listRecords(before + 2, 10);
    assert.deepEqual(
      [refused?.event, refused?.detail],
      ['evidence-refused', { because: 'not-theirs', for: 'x@pec.gamma.test' }],
    );
    // Neither is a record on the message.
    const again = await evidenceOf(world, alfa, { about });
    assert.deepEqual(again.index.records, index.records);
  });
});

/** Of the messages that are certified mail there. */
function identifiersOf({ store }: WorldProvider): readonly string[] {
  const beginnings = ['acceptance', 'non-acceptance-formal', 'non-acceptance-virus', 'envelope-received'];
  const records = store.listRecords(1, 1000).filter(({ event }) => beginnings.includes(event));
  return [...new Set(records.map(({ identifier }) => identifier))];
}
