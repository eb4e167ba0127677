// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import type { Act, Condition, Step, StepPart } from '../../src/mailroom/steps/step-store.ts';
import { ENGINES } from './engines.ts';
import {
  append,
  composed,
  logRecord,
  memoryBlob,
  NOW,
  newMailbox,
  putMailbox,
  putMessages,
  queueEntry,
  step,
} from './steps.ts';

// Small numbers, so that acts meet: few mailboxes, folders, UIDs, entries and contents.
const few = fc.integer({ min: 1, max: 4 });
const someMailbox = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 2 }) }, few);
const someFolder = fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, few);
const uids = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5, size: 'max' });
const name = fc.oneof(fc.constant('INBOX'), fc.constantFrom('INBOX', 'a', 'a/b', 'a/b/c', 'b'));
const folder = fc.record({ name, subscribed: fc.boolean() });
const flags = fc.array(fc.constantFrom('\\Seen', '\\Deleted', 'work'), { maxLength: 3 });
const at = fc.integer({ min: NOW, max: NOW + 9 });
const identifier = fc.constantFrom('opec1@alfa.test', 'opec2@alfa.test');
const signer = fc.constantFrom('posta-certificata@alfa.test', 'posta-certificata@gamma.test');
const recipient = fc.constantFrom('a@beta.test', 'A@Beta.test', 'b@beta.test');
const outcome = fc.constantFrom('delivered', 'not-delivered', 'virus');
const path = fc.constantFrom('a@beta.test', 'b@beta.test');
const address = fc.constantFrom('a@alfa.test', 'B@alfa.test', 'b@alfa.test');

/** Contents are named by how far back they were brought: 0 is one of the same step. */
const contentBack = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 3 }));

type ActMaker = (content: (back: number) => number) => Act;
const plain = <A extends Act>(acts: fc.Arbitrary<A>): fc.Arbitrary<ActMaker> => acts.map((act) => () => act);

const act: fc.Arbitrary<ActMaker> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(someMailbox, name, contentBack, flags, fc.boolean()).map(appending) },
  { weight: 2, arbitrary: fc.tuple(contentBack, fc.uniqueArray(path, { minLength: 1 }), at).map(enqueueing) },
  ...[
    fc.record({
      do: fc.constant('put-mailbox' as const),
      mailbox: fc.tuple(address, few).map(([to, size]) => newMailbox(to, { quotaBytes: size * 20 })),
      folders: fc.array(folder, { maxLength: 2 }),
    }),
    fc.record({
      do: fc.constant('set-flags' as const),
      folder: someFolder,
      uids,
      flags,
      mode: fc.constantFrom('set', 'add', 'remove'),
    }),
    fc.record({
      do: fc.constant('set-flags' as const),
      folder: someFolder,
      uids,
      flags,
      mode: fc.constantFrom('set', 'add', 'remove'),
      unchangedSince: fc.integer({ min: 1, max: 20 }),
    }),
    fc.record({ do: fc.constant('expunge' as const), folder: someFolder, uids }),
    fc.record({
      do: fc.constant('copy' as const),
      folder: someFolder,
      uids,
      to: someFolder,
      savedAt: at,
      move: fc.boolean(),
    }),
    fc.record({ do: fc.constant('create-folder' as const), mailbox: someMailbox, folder }),
    fc.record({ do: fc.constant('rename-folder' as const), folder: someFolder, name }),
    fc.record({ do: fc.constant('delete-folder' as const), folder: few }),
    fc.record({
      do: fc.constant('subscribe' as const),
      mailbox: someMailbox,
      name,
      subscribed: fc.boolean(),
    }),
    fc.record({ do: fc.constant('settle' as const), entry: few, forwardPaths: fc.array(path) }),
    fc.record({ do: fc.constant('retry-later' as const), entry: few, notBefore: at, error: fc.string() }),
    fc.record({ do: fc.constant('hold' as const), entry: few, held: fc.boolean() }),
    fc.record({
      do: fc.constant('hold-destination' as const),
      destination: fc.constantFrom('beta.test', 'gamma.test'),
      held: fc.boolean(),
    }),
    fc.record({
      do: fc.constant('make-due' as const),
      entries: fc.oneof(
        fc.record({ entry: few }),
        fc.record({ destination: fc.constantFrom('beta.test', 'gamma.test') }),
        fc.constant({ all: true } as const),
      ),
      notBefore: fc.constantFrom(NOW, NOW + 50),
    }),
    fc.record({
      do: fc.constant('track' as const),
      tracking: fc.record({ identifier, recipient, dispatchedAt: at }),
    }),
    fc.record(
      {
        do: fc.constant('mark-tracking' as const),
        identifier,
        recipient,
        takenInChargeAt: at,
        firstNoticeAt: at,
        outcome,
        outcomeAt: at,
      },
      { requiredKeys: ['do', 'identifier', 'recipient'] },
    ),
    fc.record({
      do: fc.constant('put-delivery-outcome' as const),
      outcome: fc.record(
        { identifier, signer, recipient, outcome, at },
        { requiredKeys: ['identifier', 'recipient', 'outcome', 'at'] },
      ),
    }),
    fc.record({
      do: fc.constant('record' as const),
      record: identifier.map((id) => logRecord({ identifier: id })),
    }),
  ].map((acts) => plain(acts as fc.Arbitrary<Act>)),
);

function appending([mailbox, to, back, set, counted]: [number, string, number, string[], boolean]): ActMaker {
  return (content) => append(mailbox, content(back), { folder: to, flags: set, counted });
}

function enqueueing([back, forwardPaths, createdAt]: [number, string[], number]): ActMaker {
  return (content) => ({ do: 'enqueue', entry: queueEntry(content(back), { forwardPaths, createdAt }) });
}

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record(
    { is: fc.constant('no-delivery-outcome' as const), identifier, recipient, signer },
    { requiredKeys: ['is', 'identifier', 'recipient'] },
  ),
  fc.record({ is: fc.constant('part-done' as const), part: fc.nat(2) }),
  fc.record({ is: fc.constant('no-tracking-outcome' as const), identifier, recipient }),
  fc.record({
    is: fc.constant('no-tracking-outcome' as const),
    identifier,
    recipient,
    untaken: fc.constant(true as const),
  }),
  fc.record({
    is: fc.constant('no-tracking-outcome' as const),
    identifier,
    recipient,
    unexpired: fc.constant(true as const),
  }),
  fc.record({ is: fc.constant('queued' as const), entry: few }),
  fc.record({ is: fc.constant('room' as const), mailbox: few, sizeBytes: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ is: fc.constant('folder' as const), mailbox: few, name, wanted: fc.boolean() }),
);

const part = fc.record({
  onlyIf: fc.array(condition, { maxLength: 1 }),
  acts: fc.array(act, { maxLength: 3 }),
});

/** A step whose content takes a range of an earlier one, as envelopes and receipts do. */
const plan = fc.record({
  text: fc.string({ maxLength: 12 }),
  reuse: contentBack,
  parts: fc.array(part, { minLength: 1, maxLength: 2 }),
});

/** Builds the plan's step for a store; both stores give the same numbers, so both get the same step. */
function build(store: HouseStore, { text, reuse, parts }: Plan): Step {
  const blob = memoryBlob(store, Buffer.from(`${text}.`));
  const own = { blob: blob.id, offset: 0, length: blob.size };
  const older = reuse === 0 ? undefined : store.findContent(blob.id - reuse);
  const reused = older?.octets.slices(0, Math.min(older.size, 5)) ?? [];
  const brings = composed(store, [blob], [own, ...reused]);
  const made: StepPart[] = parts.map(({ onlyIf, acts }) => ({
    onlyIf,
    acts: acts.map((make) => make((back) => brings.id - back)),
  }));
  return { blobs: brings.blobs, contents: [brings.content], parts: made };
}

/** Where every run starts, so that most acts find something to change. */
async function furnish(store: HouseStore): Promise<void> {
  for (const address of ['a@alfa.test', 'c@alfa.test']) {
    const { mailbox } = await putMailbox(store, { address, quotaBytes: 60 });
    await store.commit(step([{ do: 'create-folder', mailbox, folder: { name: 'a', subscribed: true } }]));
    await putMessages(store, mailbox, ['one', 'two', 'three', 'four']);
  }
}

type Plan = typeof plan extends fc.Arbitrary<infer Value> ? Value : never;

async function outcomeOf(store: HouseStore, planned: Plan): Promise<unknown> {
  try {
    return await store.commit(build(store, planned));
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
}

/** Everything that can be read of a store. */
async function portrait(store: HouseStore, contents: number): Promise<unknown> {
  const mailboxes = store.listMailboxes().map((mailbox) => {
    const folders = store.listFolders(mailbox.id).map((each) => ({
      ...each,
      entries: store.listMessages(each.id),
      changed: store.listMessages(each.id, { changedSince: each.highestModseq - 3, limit: 3 }),
      expunged: [0, 3, 6, 9].map((since) => store.listExpunged(each.id, since)),
    }));
    return { ...mailbox, ...store.usage(mailbox.id), folders };
  });
  const texts: (string | undefined)[] = [];
  for (let id = 1; id <= contents; id++) {
    const content = store.findContent(id);
    texts.push(content && (await content.octets.read(0, content.size)).toString());
  }
  const identifiers = ['opec1@alfa.test', 'opec2@alfa.test'];
  return {
    mailboxes,
    texts,
    queue: store.listQueue(),
    due: store.listDue(NOW + 5, 3),
    nextDueAt: store.nextDueAt(),
    trackings: identifiers.map((id) => store.listTrackings(id)),
    silent: store.listSilent({ firstBefore: NOW + 6, secondBefore: NOW + 3, limit: 3 }),
    outcomes: identifiers.flatMap((id) =>
      [undefined, 'posta-certificata@alfa.test', 'posta-certificata@gamma.test'].map((signer) =>
        store.findDeliveryOutcome(id, 'a@beta.test', signer),
      ),
    ),
    records: store.listRecords(1, 1000),
    about: store.recordsAbout('opec2@alfa.test'),
  };
}

describe('random steps', () => {
  test('every engine answers and reads like the reference', async (t) => {
    const [reference, ...others] = ENGINES;
    assert.ok(reference !== undefined && others.length > 0);
    for (const engine of others) {
      await fc.assert(
        fc.asyncProperty(fc.array(plan, { minLength: 10, maxLength: 40, size: 'max' }), async (plans) => {
          const limits = { expungedKept: 3 };
          const [one, other] = [await reference.open(t, limits), await engine.open(t, limits)];
          for (const store of [one, other]) await furnish(store);
          for (const planned of plans)
            assert.deepEqual(await outcomeOf(other, planned), await outcomeOf(one, planned));
          assert.deepEqual(await portrait(other, plans.length + 8), await portrait(one, plans.length + 8));
          await other[Symbol.asyncDispose]();
        }),
        { numRuns: 30 },
      );
    }
  });
});
