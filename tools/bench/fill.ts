// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import { DEFAULT_FOLDERS, INBOX } from '../../src/mailroom/mailboxes/folders.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import type { Act } from '../../src/mailroom/steps/step-store.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { MimeIndexer } from '../../src/wire/mime/mime-index.ts';
import { benchMessage } from './messages.ts';

/** Acts committed together. */
const AT_ONCE = 1000;
/** Steps that wait for the writer at most, so that memory stays small however much is filled in. */
const UNDER_WAY = 4;
const RECEIVED_AT = Date.UTC(2026, 0, 1);
const QUOTA_BYTES = 1e12;

export interface Filling {
  /** Mailboxes beside those that are there. */
  readonly mailboxes: number;
  readonly domain: string;
  /** Messages in the INBOX of each of these. */
  readonly messages: number;
  readonly addresses: readonly string[];
}

/** Fills a store that nobody else has open, by its own steps, without any message going through a door. */
export async function fillStore(folder: string, filling: Filling): Promise<void> {
  await using store = await openSqliteStore({ folder, journal: silentJournal });
  await commitAll(store, mailboxActs(filling));
  if (filling.messages === 0) return;
  for (const address of filling.addresses) await fillMailbox(store, address, filling.messages);
}

/** The address of one of the mailboxes that a store is filled with. */
export function fillerAddress(domain: string, number: number): string {
  return `altro${number}@${domain}`;
}

function* mailboxActs({ mailboxes, domain }: Filling): Generator<Act> {
  for (let number = 0; number < mailboxes; number++) {
    yield {
      do: 'put-mailbox',
      mailbox: {
        address: fillerAddress(domain, number),
        holder: 'Prova',
        status: 'active',
        role: 'user',
        quotaBytes: QUOTA_BYTES,
        filesReceipts: false,
      },
      folders: DEFAULT_FOLDERS,
    };
  }
}

/** One message again and again, as copies are: what is measured is the length of the folder, not what the index knows. */
async function fillMailbox(store: HouseStore, address: string, count: number): Promise<void> {
  const mailbox = store.findMailbox(address)?.id;
  if (mailbox === undefined) throw new Error(`${address} has no mailbox`);
  const octets = benchMessage({ number: 1, sizeBytes: 2048, from: 'altro@posta.test', to: address });
  const indexer = new MimeIndexer();
  indexer.update(octets);
  const blob = store.nextBlobId();
  const content = store.nextContentId();
  const append: Act = {
    do: 'append',
    mailbox,
    folder: INBOX,
    content,
    flags: ['\\Seen'],
    receivedAt: RECEIVED_AT,
    savedAt: RECEIVED_AT,
    counted: true,
  };
  const sha256 = createHash('sha256').update(octets).digest();
  const size = octets.length;
  await store.commit({
    blobs: [{ id: blob, size, sha256, source: { kind: 'memory', octets } }],
    contents: [{ id: content, size, slices: [{ blob, offset: 0, length: size }], index: indexer.end() }],
    parts: [{ acts: [append] }],
  });
  await commitAll(store, repeated(append, count - 1));
}

function* repeated(act: Act, count: number): Generator<Act> {
  for (let done = 0; done < count; done++) yield act;
}

async function commitAll(store: HouseStore, acts: Iterable<Act>): Promise<void> {
  const underWay = new Set<Promise<unknown>>();
  const commit = async (some: readonly Act[]) => {
    if (underWay.size >= UNDER_WAY) await Promise.race(underWay);
    const committed = store.commit({ blobs: [], contents: [], parts: [{ acts: some }] });
    const over = committed.finally(() => underWay.delete(over));
    underWay.add(over);
  };
  let some: Act[] = [];
  for (const act of acts) {
    some.push(act);
    if (some.length < AT_ONCE) continue;
    await commit(some);
    some = [];
  }
  if (some.length > 0) await commit(some);
  await Promise.all(underWay);
}
