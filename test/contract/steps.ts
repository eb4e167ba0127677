// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { NewLogRecord } from '../../src/evidence/certification-log/log-store.ts';
import type {
  ContentId,
  ContentNumbers,
  NewBlob,
  NewContent,
} from '../../src/mailroom/contents/content-store.ts';
import type { FolderId, Mailbox, MailboxId } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type { NewQueueEntry } from '../../src/mailroom/queue/queue-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import type { Act, ActResult, Condition, Step, StepOutcome } from '../../src/mailroom/steps/step-store.ts';

export const NOW = Date.UTC(2026, 10, 22, 12);

/** A step of one part. */
export function step(
  acts: readonly Act[],
  more: { onlyIf?: Condition[]; brings?: readonly Brings[] } = {},
): Step {
  return {
    ...bringing(...(more.brings ?? [])),
    parts: [more.onlyIf === undefined ? { acts } : { acts, onlyIf: more.onlyIf }],
  };
}

/** The blobs and contents of what a step brings. */
export function bringing(...brings: readonly Brings[]): Pick<Step, 'blobs' | 'contents'> {
  return { blobs: brings.flatMap((each) => each.blobs), contents: brings.map((each) => each.content) };
}

export interface Brings {
  readonly blobs: readonly NewBlob[];
  readonly content: NewContent;
  readonly id: ContentId;
}

/** A message of one blob. */
export function message(numbers: ContentNumbers, text: string | Buffer): Brings {
  const blob = memoryBlob(numbers, Buffer.from(text));
  return composed(numbers, [blob], [{ blob: blob.id, offset: 0, length: blob.size }]);
}

export function composed(
  numbers: ContentNumbers,
  blobs: readonly NewBlob[],
  slices: NewContent['slices'],
): Brings {
  const id = numbers.nextContentId();
  const size = slices.reduce((sum, slice) => sum + slice.length, 0);
  return { blobs, content: { id, size, slices, index: indexOf(size) }, id };
}

export function memoryBlob(numbers: ContentNumbers, octets: Buffer): NewBlob {
  return { ...blobOf(numbers, octets), source: { kind: 'memory', octets } };
}

export function fileBlob(numbers: ContentNumbers, octets: Buffer, path: string): NewBlob {
  return { ...blobOf(numbers, octets), source: { kind: 'file', path } };
}

function blobOf(numbers: ContentNumbers, octets: Buffer): Omit<NewBlob, 'source'> {
  const sha256 = createHash('sha256').update(octets).digest();
  return { id: numbers.nextBlobId(), size: octets.length, sha256 };
}

/** A MIME index as plain as can be; engines only carry it. */
export function indexOf(size: number): NewContent['index'] {
  const part = { headerStart: 0, bodyStart: 0, bodyEnd: size, bodyLines: 0, type: 'text', subtype: 'plain' };
  return {
    size,
    root: { ...part, params: { charset: 'utf-8' }, encoding: '7bit', parts: [] },
    eightBit: false,
    bareLineEnds: false,
    nul: false,
    longestLine: 0,
    watched: [],
    defects: [],
  };
}

export function newMailbox(address: string, more: Partial<Mailbox> = {}): Omit<Mailbox, 'id'> {
  const mailbox: Omit<Mailbox, 'id'> = {
    address,
    holder: 'Ufficio protocollo',
    status: 'active',
    role: 'user',
    quotaBytes: 1_000_000,
    filesReceipts: false,
  };
  return { ...mailbox, ...more };
}

export function append(mailbox: MailboxId, content: ContentId, more: Partial<ActNamed<'append'>> = {}): Act {
  const place = { do: 'append', mailbox, folder: 'INBOX', content } as const;
  return { ...place, flags: [], receivedAt: NOW, savedAt: NOW, counted: true, ...more };
}

export function queueEntry(content: ContentId, more: Partial<NewQueueEntry> = {}): NewQueueEntry {
  return {
    destination: 'beta.test',
    certified: true,
    reversePath: 'protocollo@alfa.test',
    forwardPaths: ['sindaco@beta.test'],
    content,
    kind: 'transport-envelope',
    identifier: 'opec1@alfa.test',
    eightBit: false,
    createdAt: NOW,
    expiresAt: NOW + 86_400_000,
    ...more,
  };
}

export function logRecord(more: Partial<NewLogRecord> = {}): NewLogRecord {
  return {
    instant: NOW,
    event: 'acceptance',
    identifier: 'opec1@alfa.test',
    messageId: '<m1@client.test>',
    sender: 'protocollo@alfa.test',
    recipients: ['sindaco@beta.test', 'élise@beta.test'],
    subject: 'Invio atti',
    ...more,
  };
}

type ActNamed<Name extends Act['do']> = Extract<Act, { do: Name }>;
type Given<Name extends NonNullable<ActResult>['gave']> = Extract<ActResult, { gave: Name }>;

/** The results of the step's only part, which must have been done. */
export function resultsOf(outcome: StepOutcome): readonly ActResult[] {
  const [part] = outcome.parts;
  assert.ok(part?.done, 'the part was done');
  return part.results;
}

/** What the only act of a step gave. */
export function given<Name extends NonNullable<ActResult>['gave']>(
  outcome: StepOutcome,
  name: Name,
): Given<Name> {
  const found = resultsOf(outcome).find((result) => result?.gave === name);
  assert.ok(found, `the step gave a ${name}`);
  return found as Given<Name>;
}

/** A mailbox with an INBOX; returns both numbers. */
export async function putMailbox(
  store: HouseStore,
  more: Partial<Mailbox> = {},
): Promise<{ mailbox: MailboxId; inbox: FolderId }> {
  const mailbox = newMailbox('protocollo@alfa.test', more);
  const folders = [{ name: 'INBOX', subscribed: true }];
  const outcome = await store.commit(step([{ do: 'put-mailbox', mailbox, folders }]));
  const id = given(outcome, 'mailbox').mailbox;
  const inbox = store.findFolder(id, 'INBOX');
  assert.ok(inbox);
  return { mailbox: id, inbox: inbox.id };
}

/** Appends messages of these texts to INBOX, one step each; returns their contents. */
export async function putMessages(
  store: HouseStore,
  mailbox: MailboxId,
  texts: readonly string[],
): Promise<readonly ContentId[]> {
  const contents: ContentId[] = [];
  for (const text of texts) {
    const brings = message(store, text);
    await store.commit(step([append(mailbox, brings.id)], { brings: [brings] }));
    contents.push(brings.id);
  }
  return contents;
}

/** All octets of a content. */
export async function textOf(store: HouseStore, content: ContentId): Promise<string> {
  const found = store.findContent(content);
  assert.ok(found, `content ${content} is kept`);
  return (await found.octets.read(0, found.size)).toString();
}
