// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { readLogProof } from '../../src/evidence/certification-log/log-proof.ts';
import type { LogRecord } from '../../src/evidence/certification-log/log-store.ts';
import { recordLeaf } from '../../src/evidence/certification-log/log-tree.ts';
import { includes } from '../../src/evidence/certification-log/merkle-tree.ts';
import { readSeal } from '../../src/evidence/certification-log/seal.ts';
import { LogSealing } from '../../src/evidence/certification-log/sealing.ts';
import { findNamedPart } from '../../src/evidence/certified-parts.ts';
import type { MessageKind } from '../../src/evidence/draft.ts';
import type { KeptFrame } from '../../src/mailroom/frames/frame-store.ts';
import { AlertBoard } from '../../src/platform/alerts.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { Attestation } from '../../src/points/attestation.ts';
import { originalsIn, reassemble } from '../../src/points/reissuing/reassembly.ts';
import { ReissueDesk } from '../../src/points/reissuing/reissue-desk.ts';
import { readSignedData } from '../../src/wire/cms/signed-data.ts';
import { decodeTransferred } from '../../src/wire/mime/transfer-encoding.ts';
import { opensslVerifies } from './checks.ts';
import {
  ANNA,
  CARLA,
  DARIO,
  type Delivered,
  everythingDelivered,
  letterTo,
  livedWorld,
  WORM,
} from './lived-world.ts';
import { Seen } from './seen.ts';
import { ALFA } from './terms.ts';
import { HOUR_MS, World } from './world.ts';
import type { WorldProvider } from './world-provider.ts';

const sha256 = (octets: Buffer) => createHash('sha256').update(octets).digest('hex');

function deskOf(provider: WorldProvider): ReissueDesk {
  const { store, clock, emitting } = provider;
  const attestation = new Attestation({ signer: provider.signer(), numbers: store });
  return new ReissueDesk({ store, clock, attestation, provider: emitting, ids: randomIds });
}

/** Removes every message from every mailbox. */
async function expungeAll({ store }: WorldProvider): Promise<void> {
  for (const { id } of store.listMailboxes()) {
    for (const folder of store.listFolders(id)) {
      const uids = store.listMessages(folder.id).map(({ uid }) => uid);
      const acts = [{ do: 'expunge', folder: folder.id, uids }] as const;
      if (uids.length > 0) await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
    }
  }
}

const ALL_KINDS: readonly MessageKind[] = [
  'acceptance',
  'anomaly-envelope',
  'delivery-brief',
  'delivery-complete',
  'delivery-concise',
  'non-acceptance',
  'non-acceptance-virus',
  'non-delivery',
  'take-charge',
  'timeout-12h',
  'timeout-24h',
  'transport-envelope',
  'virus-detection',
  'virus-non-delivery',
];

/** Asks the maker for one message again, with everything the author kept. */
async function reissued(
  { maker, seen, about, holder }: Delivered,
  files: readonly Buffer[],
): Promise<{ readonly frame: KeptFrame; readonly octets: Buffer }> {
  const originals = new Map<string, Buffer>();
  for (const file of files)
    for (const [hash, octets] of await originalsIn(file, maker.log(about))) originals.set(hash, octets);
  const answer = await deskOf(maker).answer({ about, holder, originals: [...originals.keys()] });
  assert.ok(answer.outcome === 'given', `${seen.subject}: ${JSON.stringify(answer)}`);
  assert.deepEqual(answer.missing, [], seen.subject);
  const found = answer.whole.filter((each) => each.messageId === seen.messageId);
  const [frame, ...others] = found;
  assert.ok(frame && others.length === 0, `${seen.subject}: ${found.length}`);
  const original = frame.original && originals.get(frame.original.sha256);
  return { frame, octets: await reassemble(frame, original) };
}

suite('what was lost is issued again', () => {
  for (const engine of ['memory', 'sqlite'] as const) {
    test(`LOG-10 every kind, bit for bit, after the mailboxes were emptied (${engine})`, async () => {
      const { world, sent } = await livedWorld(engine);
      await using _ = world;
      const all = await everythingDelivered(world);
      for (const provider of world.providers) await expungeAll(provider);
      assert.deepEqual(await world.everything(), []);
      const kinds = new Set<string>();
      const checked: Promise<void>[] = [];
      for (const delivered of all) {
        const { seen } = delivered;
        const { frame, octets } = await reissued(delivered, sent);
        // What the carriage put on top of what was signed is no part of it.
        const carried = seen.octets.subarray(0, seen.octets.length - octets.length).toString();
        assert.equal(sha256(seen.octets.subarray(carried.length)), sha256(octets), seen.subject);
        assert.match(
          carried,
          /^((Return-Path|Received|Auto-Submitted|Authentication-Results): .*\r\n([ \t].*\r\n)*)*$/,
        );
        if (kinds.has(frame.kind)) continue;
        kinds.add(frame.kind);
        checked.push(
          opensslVerifies(octets, world).then(({ good, says }) => assert.ok(good, `${frame.kind}: ${says}`)),
        );
      }
      await Promise.all(checked);
      assert.deepEqual([...kinds].sort(), ALL_KINDS);
    });
  }

  test('LOG-6 what its user wrote is not kept for the sake of a frame', async () => {
    const { world } = await livedWorld('memory');
    await using _ = world;
    const all = await everythingDelivered(world);
    for (const { maker, seen, about } of all) {
      for (const { octets } of maker
        .log(about)
        .flatMap(({ generated = [] }) => generated)
        .flatMap((id) => maker.store.findFrames(id))) {
        const kept = await octets.read(0, octets.size);
        for (const words of ['QXR0bw==QXR0bw==', 'ufficio protocollo', WORM, 'Buongiorno'])
          assert.equal(kept.includes(words), false, `${seen.subject} keeps ${words}`);
      }
    }
  });

  test('LOG-10 without the original, a declaration signed today; somebody else gets nothing; all is logged', async () => {
    await using world = await World.open();
    const { alfa, beta } = world;
    const letter = letterTo(`${CARLA}, ${DARIO}`);
    const outcome = await alfa.user('anna').sends({ octets: letter, forwardPaths: [CARLA, DARIO] });
    assert.ok(outcome.outcome === 'accepted');
    await world.settles();
    const about = outcome.identifier;
    const desk = deskOf(beta);
    const before = beta.store.lastSequence();

    const bare = await desk.answer({ about, holder: ANNA });
    assert.ok(bare.outcome === 'given' && bare.declaration);
    assert.deepEqual(
      bare.whole.map(({ kind }) => kind),
      ['take-charge'],
    );
    assert.deepEqual(
      bare.missing.map(({ kind }) => kind),
      ['delivery-complete', 'delivery-complete'],
    );
    const verdict = await opensslVerifies(bare.declaration, world);
    assert.ok(verdict.good, verdict.says);
    assert.doesNotMatch(bare.declaration.toString(), /X-Ricevuta|X-Trasporto/);

    const wrong = await originalsIn(letterTo(DARIO), beta.log(about));
    assert.deepEqual(await desk.answer({ about, holder: ANNA, originals: [...wrong.keys()] }), {
      outcome: 'refused',
      because: 'wrong-original',
    });
    for (const holder of ['bruno@pec.alfa.test', 'x@pec.gamma.test'])
      assert.deepEqual(await desk.answer({ about, holder }), { outcome: 'refused', because: 'not-theirs' });
    assert.deepEqual(await desk.answer({ about: 'opec9@pec.alfa.test', holder: ANNA }), {
      outcome: 'refused',
      because: 'unknown',
    });

    const logged = beta.store.listRecords(before + 1, 100);
    assert.deepEqual(
      logged.map(({ event, identifier, detail }) => [event, identifier, detail?.for, detail?.because]),
      [
        ['reissued', about, ANNA, undefined],
        ['reissue-refused', about, ANNA, 'wrong-original'],
        ['reissue-refused', about, 'bruno@pec.alfa.test', 'not-theirs'],
        ['reissue-refused', about, 'x@pec.gamma.test', 'not-theirs'],
        ['reissue-refused', '', ANNA, 'unknown'],
      ],
    );
    // A recipient has what is about itself, not the receipts of others; not the sender's acceptance either.
    const carla = await desk.answer({ about, holder: CARLA.toUpperCase() });
    assert.ok(carla.outcome === 'given');
    assert.deepEqual(
      [...carla.whole, ...carla.missing].map(({ kind, recipient }) => [kind, recipient]),
      [
        ['take-charge', undefined],
        ['delivery-complete', CARLA],
      ],
    );
    const envelope = await deskOf(alfa).answer({ about, holder: DARIO });
    assert.ok(envelope.outcome === 'given');
    assert.deepEqual(
      [...envelope.whole, ...envelope.missing].map(({ kind }) => kind),
      ['transport-envelope'],
    );
    const chosen = await desk.answer({ about, holder: ANNA, kind: 'delivery-complete', recipient: DARIO });
    assert.ok(chosen.outcome === 'given');
    assert.deepEqual(
      chosen.missing.map(({ recipient }) => recipient),
      [DARIO],
    );
  });

  test('LOG-10 LOG-7 the declaration carries the proof of records whose day is sealed', async () => {
    await using world = await World.open();
    const { alfa } = world;
    const about = await alfa.user('anna').certifies({ to: [CARLA] });
    await world.settles();
    const today = await deskOf(alfa).answer({ about, holder: ANNA });
    assert.ok(today.outcome === 'given' && today.declaration);
    const attached = (octets: Buffer, name: string) => {
      const seen = new Seen(octets, '');
      const part = findNamedPart(seen.index, name);
      return part && decodeTransferred(part.encoding, octets.subarray(part.bodyStart, part.bodyEnd));
    };
    assert.equal(attached(today.declaration, 'prova-registro.json'), undefined);
    world.clock.advance(24 * HOUR_MS);
    await using sealing = new LogSealing({
      log: alfa.store,
      commit: (acts) => alfa.store.commit({ blobs: [], contents: [], parts: [{ acts }] }),
      signer: alfa.signer(),
      stamper: null,
      provider: ALFA.name,
      clock: world.clock,
      timers: world.timers,
      journal: silentJournal,
      alerts: new AlertBoard(silentJournal),
    });
    await sealing.work();
    const { declaration } = await deskOf(alfa)
      .answer({ about, holder: ANNA })
      .then((answer) => (answer.outcome === 'given' ? answer : assert.fail(answer.because)));
    assert.ok(declaration);
    const records = JSON.parse(String(attached(declaration, 'registrazioni.json'))) as LogRecord[];
    assert.deepEqual(
      records,
      alfa.log(about).filter(({ event }) => event !== 'reissued'),
    );
    const proof = readLogProof(attached(declaration, 'prova-registro.json') ?? Buffer.alloc(0));
    assert.deepEqual(
      proof?.records.map(({ sequence }) => sequence),
      records.map(({ sequence }) => sequence),
    );
    const [seal] = proof?.seals ?? [];
    const opened = readSignedData(seal?.signed ?? Buffer.alloc(0));
    const read = opened.ok && opened.value.content ? readSeal(opened.value.content) : undefined;
    assert.ok(read);
    for (const { sequence, text, inclusion } of proof?.records ?? []) {
      const leaf = recordLeaf({ sequence, text });
      assert.ok(includes({ leaf, index: sequence - 1, size: read.size, proof: inclusion, root: read.root }));
    }
    const verdict = await opensslVerifies(declaration, world);
    assert.ok(verdict.good, verdict.says);
  });

  test('LOG-10 AP-23 the original is found in the envelope, in a receipt, and with other line ends', async () => {
    await using world = await World.open();
    const { alfa, beta } = world;
    const letter = letterTo(CARLA);
    const outcome = await alfa.user('anna').sends({ octets: letter, forwardPaths: [CARLA] });
    assert.ok(outcome.outcome === 'accepted');
    await world.settles();
    const records = beta.log(outcome.identifier);
    const frame = records
      .flatMap(({ generated = [] }) => generated.flatMap((id) => beta.store.findFrames(id)))
      .find(({ kind }) => kind === 'delivery-complete');
    assert.ok(frame?.original);
    const envelope = await beta.user('carla').sees('posta-certificata');
    const receipt = await alfa.user('anna').sees('avvenuta-consegna');
    const unix = Buffer.from(letter.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    const files = {
      letter,
      unix,
      envelope: envelope.octets,
      receipt: receipt.octets,
      file: envelope.original,
    };
    for (const [name, file] of Object.entries(files)) {
      assert.ok(file);
      const found = (await originalsIn(file, records)).get(frame.original.sha256);
      assert.ok(found, name);
      assert.ok(
        receipt.octets
          .subarray(-(await reassemble(frame, found)).length)
          .equals(await reassemble(frame, found)),
      );
    }
    await assert.rejects(reassemble(frame, letter), { code: 'frame-damaged' });
    await assert.rejects(reassemble(frame), { code: 'frame-damaged' });
    const changed = { ...frame, sha256: Buffer.alloc(32) };
    await assert.rejects(reassemble(changed, envelope.original), { code: 'frame-damaged' });
  });
});
