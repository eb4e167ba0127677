// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { suite, test } from 'node:test';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { decideEvidence } from '../../src/points/reissuing/evidence-decision.ts';
import { CARLA, DARIO, letterTo } from './lived-world.ts';
import { seal } from './sealing-world.ts';
import { Seen } from './seen.ts';
import { ALFA, BETA, GAMMA } from './terms.ts';
import { HOUR_MS, World } from './world.ts';
import { evidenceOf, type Made } from './world-evidence.ts';

const NOBODY = 'nessuno@pec.beta.test';
const BRUNO = 'bruno@pec.alfa.test';
const ELSA = 'elsa@pec.gamma.test';

const sha256 = (octets: Buffer) => hash('sha256', octets, 'hex');

/** Every message in the file is one that lies in a mailbox somewhere, but for what carriers put on top. */
async function assertDelivered(world: World, { octets: files, index }: Made): Promise<void> {
  const delivered = (await world.everything()).map(({ seen }) => seen);
  for (const { file, kind, digest } of index.messages) {
    const octets = files.get(file) ?? Buffer.alloc(0);
    const seen = new Seen(octets, '');
    assert.equal(sha256(octets.subarray(seen.mixed.headerStart, seen.mixed.bodyEnd)), digest, file);
    const twin = delivered.find(
      (each) =>
        each.octets.subarray(-octets.length).equals(octets) ||
        octets.subarray(-each.octets.length).equals(each.octets),
    );
    assert.ok(twin, `${file}, ${kind}, was never delivered`);
  }
}

const kindsOf = ({ index }: Made) => index.messages.map(({ kind }) => kind);
const gapsOf = ({ index }: Made) =>
  index.missing.flatMap(({ what, why, kind, recipient }) =>
    what === 'sigillo' || what === 'revoca' || what === 'marca'
      ? []
      : [[what, why, kind, recipient].filter((each) => each !== undefined).join(' ')],
  );
const outcomesOf = ({ index }: Made) =>
  Object.fromEntries(index.recipients.map(({ address, outcome, source }) => [address, [outcome, source]]));

/** Anna's letter to addresses of three providers: one does not exist, and one is of a provider that answers nothing. */
async function sent(engine: 'memory' | 'sqlite', receipt: string, ...more: readonly string[]) {
  const world = await World.open([ALFA, BETA, GAMMA], { engine });
  world.network.unreachable.add('pec.gamma.test');
  const to = [CARLA, DARIO, NOBODY, ELSA, ...more];
  const letter = letterTo(to.join(', '), receipt);
  const outcome = await world.alfa.user('anna').sends({ octets: letter, forwardPaths: to });
  assert.ok(outcome.outcome === 'accepted');
  await world.settles();
  return { world, letter, about: outcome.identifier };
}

/** As if its log had been written before records named digests. */
function olderStore(store: HouseStore): HouseStore {
  return changedStore(store, {
    recordsAbout: (id) => store.recordsAbout(id).map(({ digests: _, original: __, ...record }) => record),
  });
}

/** A store that answers otherwise here and there. */
function changedStore(store: HouseStore, answers: Partial<HouseStore>): HouseStore {
  return new Proxy(store, {
    get(target, name) {
      if (name in answers) return Reflect.get(answers, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

suite('an evidence file', () => {
  for (const engine of ['memory', 'sqlite'] as const) {
    test(`LOG-10 of the sender's provider, with complete receipts: everything, bit for bit (${engine})`, async () => {
      const { world, about } = await sent(engine, 'completa', BRUNO);
      await using _ = world;
      const { alfa } = world;
      await world.passes(12.1 * HOUR_MS);
      await alfa.house.deadlines.look();
      const made = await evidenceOf(world, alfa, { about });
      assert.deepEqual(kindsOf(made), [
        'acceptance',
        'transport-envelope',
        'take-charge',
        'take-charge',
        'delivery-complete',
        'delivery-complete',
        'delivery-complete',
        'non-delivery',
        'timeout-12h',
      ]);
      await assertDelivered(world, made);
      assert.deepEqual(gapsOf(made), []);
      const outcomes = outcomesOf(made);
      for (const address of [CARLA, DARIO, BRUNO])
        assert.equal(outcomes[address]?.[0], 'consegnato', address);
      assert.deepEqual(outcomes[NOBODY], ['non-consegnato', 'messages/non-delivery-1.eml']);
      assert.deepEqual(outcomes[ELSA], ['avvisato', 'messages/notice-1.eml']);
      const [envelope] = await world.beta.user('carla').messages();
      assert.ok(envelope?.original?.equals(made.octets.get('messages/original.eml') ?? Buffer.alloc(0)));
      for (const { record, kind } of made.index.messages) assert.ok(record !== undefined, kind);
      assert.equal(made.index.records.length, alfa.log(about).length);
      for (const { sequence } of made.index.records) {
        const [text] = alfa.store.listRecordTexts(sequence, 1);
        assert.equal(made.octets.get(`log/records/${sequence}.json`)?.toString(), text?.text);
      }
    });

    for (const [receipt, kind] of [
      ['breve', 'delivery-brief'],
      ['sintetica', 'delivery-concise'],
    ] as const) {
      test(`LOG-10 with ${receipt} receipts: what encloses the original once it is supplied (${engine})`, async () => {
        const { world, about, letter } = await sent(engine, receipt);
        await using _ = world;
        const { alfa, beta } = world;
        const without = await evidenceOf(world, alfa, { about });
        // The receipts came from elsewhere; only the envelope needs what nobody keeps.
        assert.deepEqual(gapsOf(without), [
          'messaggio serve-originale transport-envelope',
          'originale serve-originale',
        ]);
        assert.equal(kindsOf(without).filter((each) => each === kind).length, 2);
        const made = await evidenceOf(world, alfa, { about, originals: [letter] });
        assert.deepEqual(gapsOf(made), []);
        assert.ok(kindsOf(made).includes('transport-envelope'));
        await assertDelivered(world, made);
        const there = await evidenceOf(world, beta, { about });
        assert.deepEqual(kindsOf(there), ['transport-envelope', 'take-charge', kind, kind, 'non-delivery']);
        assert.deepEqual(gapsOf(there), ['messaggio altrove acceptance']);
        assert.ok(
          there.octets
            .get('messages/original.eml')
            ?.equals(made.octets.get('messages/original.eml') ?? Buffer.alloc(0)),
        );
        await assertDelivered(world, there);
      });
    }
  }

  test('LOG-10 what its holder removed is missing, and is taken when handed over', async () => {
    const { world, about } = await sent('memory', 'breve');
    await using _ = world;
    const { alfa } = world;
    const anna = alfa.user('anna');
    const kept = (await anna.messages()).filter(({ kind }) => kind === 'avvenuta-consegna');
    for (const folder of alfa.store.listFolders(anna.mailbox.id)) {
      const uids = alfa.store.listMessages(folder.id).map(({ uid }) => uid);
      const acts = [{ do: 'expunge', folder: folder.id, uids }] as const;
      if (uids.length > 0) await alfa.store.commit({ blobs: [], contents: [], parts: [{ acts }] });
    }
    const bare = await evidenceOf(world, alfa, { about });
    assert.deepEqual(kindsOf(bare), ['acceptance', 'take-charge']);
    assert.deepEqual(gapsOf(bare).sort(), [
      `messaggio non-conservato delivery-brief ${CARLA}`,
      `messaggio non-conservato delivery-brief ${DARIO}`,
      `messaggio non-conservato non-delivery ${NOBODY}`,
      'messaggio serve-originale transport-envelope',
      'originale serve-originale',
    ]);
    // The records still say how it went.
    const record = outcomesOf(bare)[CARLA];
    assert.equal(record?.[0], 'consegnato');
    assert.match(record?.[1] ?? '', /^log\/records\/\d+\.json$/);
    const again = await evidenceOf(world, alfa, { about, add: kept.map(({ octets }) => octets) });
    assert.equal(kindsOf(again).filter((kind) => kind === 'delivery-brief').length, 2);
    assert.deepEqual(outcomesOf(again)[CARLA]?.[0], 'consegnato');
    assert.match(outcomesOf(again)[CARLA]?.[1] ?? '', /^messages\/delivery-\d\.eml$/);
  });

  for (const engine of ['memory', 'sqlite'] as const) {
    test(`LOG-10 receipts are found wherever their holder moved them (${engine})`, async () => {
      const { world, about } = await sent(engine, 'completa');
      await using _ = world;
      const { alfa } = world;
      const { mailbox } = alfa.user('anna');
      // In the other order, so that instants fall as UIDs rise.
      const folders = alfa.store.listFolders(mailbox.id);
      const [inbox, other] = [
        folders.find(({ name }) => name === 'INBOX'),
        folders.find(({ name }) => name !== 'INBOX'),
      ];
      assert.ok(inbox && other);
      for (const { uid } of [...alfa.store.listMessages(inbox.id)].reverse()) {
        const copy = { folder: inbox.id, uids: [uid], to: other.id, savedAt: world.clock.now(), move: true };
        const acts = [{ do: 'copy', ...copy }] as const;
        await alfa.store.commit({ blobs: [], contents: [], parts: [{ acts }] });
      }
      assert.deepEqual(alfa.store.listMessages(inbox.id), []);
      const made = await evidenceOf(world, alfa, { about });
      assert.deepEqual(gapsOf(made), []);
      assert.equal(kindsOf(made).filter((kind) => kind === 'delivery-complete').length, 2);
    });
  }

  test('LOG-10 a frame or a record that is not as it was is told, and does not go in', async () => {
    const { world, about } = await sent('memory', 'completa');
    await using _ = world;
    const { store } = world.alfa;
    world.clock.advance(24 * HOUR_MS);
    await seal(world, { provider: world.alfa, stamper: null });
    const first = store.recordsAbout(about)[0]?.sequence ?? 0;
    const damaged = changedStore(store, {
      findFrames: (messageId) =>
        store.findFrames(messageId).map((frame) => ({ ...frame, sha256: Buffer.alloc(32) })),
      listRecordTexts: (from, limit) =>
        store.listRecordTexts(from, limit).map((record) => {
          return record.sequence === first ? { ...record, text: record.text.replace('anna', 'ugo') } : record;
        }),
    });
    const made = await evidenceOf(world, world.alfa, { about, store: damaged });
    assert.deepEqual(gapsOf(made), [
      'messaggio danneggiato acceptance',
      'messaggio danneggiato transport-envelope',
      'registrazioni danneggiato',
    ]);
    const { records } = made.index;
    assert.ok(
      records.length > 0 && records.every(({ sequence, seal: by }) => sequence !== first && by === 1),
    );
  });

  test('LOG-10 of records of old, which name no digests, messages are found by their Message-IDs', async () => {
    const { world, about } = await sent('memory', 'completa');
    await using _ = world;
    const made = await evidenceOf(world, world.alfa, { about, store: olderStore(world.alfa.store) });
    assert.deepEqual(gapsOf(made), []);
    const now = await evidenceOf(world, world.alfa, { about });
    assert.deepEqual(
      made.index.messages.map(({ file, digest, record }) => [file, digest, record]),
      now.index.messages.map(({ file, digest }) => [file, digest, undefined]),
    );
    assert.deepEqual(outcomesOf(made), outcomesOf(now));
  });

  test('LOG-10 a recipient sees what is about itself, and nothing of the others', async () => {
    const { world, about } = await sent('memory', 'completa');
    await using _ = world;
    const made = await evidenceOf(world, world.beta, { about, holder: CARLA });
    assert.deepEqual(kindsOf(made), ['transport-envelope', 'take-charge', 'delivery-complete']);
    assert.deepEqual(made.index.messages.find(({ kind }) => kind === 'delivery-complete')?.about, [CARLA]);
    for (const { record } of made.index.messages) assert.ok(record !== undefined);
    const texts = made.index.records.map(({ sequence }) =>
      String(made.octets.get(`log/records/${sequence}.json`)),
    );
    for (const text of texts) assert.notEqual((JSON.parse(text) as { recipient?: string }).recipient, DARIO);
    // One take-charge receipt covers them all.
    assert.equal(outcomesOf(made)[NOBODY]?.[0], 'preso-in-carico');
    for (const [holder, because] of [
      ['x@pec.gamma.test', 'not-theirs'],
      [undefined, undefined],
    ] as const) {
      const decision = decideEvidence(world.beta.store, { about, ...(holder !== undefined && { holder }) });
      assert.equal(decision.decided === 'refuse' ? decision.because : undefined, because);
    }
    const unknown = decideEvidence(world.beta.store, { about: 'opec9@pec.alfa.test' });
    assert.ok(unknown.decided === 'refuse' && unknown.because === 'unknown');
  });
});
