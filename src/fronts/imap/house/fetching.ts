// SPDX-License-Identifier: EUPL-1.2
import type { FolderId, MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { FactName } from '../../../mailroom/search/search-store.ts';
import type { FetchedMessage, FetchRequest } from '../../../wire/imap/imap-backend.ts';
import type { ImagedMessage } from '../folder/message-columns.ts';
import type { ImapHouse } from './imap-house.ts';
import { previewOf } from './preview.ts';

/** Messages in a batch; few where contents are looked up, which another session may remove while they wait. */
const BATCH = 1000;
const BATCH_WITH_CONTENTS = 16;
/** A message of that size is soon read. */
const LAZY_BYTES = 64 * 1024;

/** The messages asked for, as they are when their batch is due. */
export async function* fetchMessages(
  house: ImapHouse,
  place: { readonly mailbox: MailboxId; readonly folder: FolderId },
  request: FetchRequest,
): AsyncGenerator<readonly FetchedMessage[]> {
  const { uids, changedSince = 0 } = request;
  const wanted = factsWanted(request);
  const limit = request.content ? BATCH_WITH_CONTENTS : BATCH;
  for (let after = 0; ; ) {
    const image = await house.images.open(place.folder);
    const batch = image?.batch(uids, { after, limit, changedSince }) ?? [];
    const last = batch.at(-1);
    if (last === undefined) return;
    after = last.uid;
    if (!request.content && wanted.length === 0) yield batch;
    else yield* complete(house, { mailbox: place.mailbox, batch, request, wanted });
    if (batch.length < limit) return;
  }
}

function factsWanted({ envelope, structure, preview }: FetchRequest): readonly FactName[] {
  const wanted: FactName[] = [];
  if (envelope === true) wanted.push('envelope');
  if (structure === true) wanted.push('structure');
  if (preview !== undefined) wanted.push('preview');
  return wanted;
}

interface Completing {
  readonly mailbox: MailboxId;
  readonly batch: readonly ImagedMessage[];
  readonly request: FetchRequest;
  readonly wanted: readonly FactName[];
}

/** Adds what the index knows, and contents where that is not all; messages that went meanwhile are left out. */
async function* complete(house: ImapHouse, what: Completing): AsyncGenerator<readonly FetchedMessage[]> {
  const { batch, request } = what;
  const facts = knownFacts(house, what);
  let ready: FetchedMessage[] = [];
  for (const [at, message] of batch.entries()) {
    const known = facts[at] ?? {};
    const reads = request.content || isLacking(request, { known, message });
    const complete = reads
      ? await withContent(house, { message, known, request })
      : { ...plain(message), ...known };
    if (complete !== undefined) ready.push(complete);
    // A content that was looked up is told soon, before another session can remove it.
    if (reads && ready.length >= BATCH_WITH_CONTENTS) {
      yield ready;
      ready = [];
    }
  }
  yield ready;
}

type KnownFacts = Partial<Pick<FetchedMessage, 'envelope' | 'structure' | 'preview'>>;

function knownFacts(house: ImapHouse, { mailbox, batch, wanted }: Completing): readonly KnownFacts[] {
  const contents = batch.map(({ contentId }) => contentId);
  const known = batch.map((): Partial<Record<FactName, string>> => ({}));
  for (const name of wanted) {
    for (const [at, fact] of house.search.listFacts(mailbox, name, contents).entries()) {
      const of = known[at];
      if (fact !== undefined && of !== undefined) of[name] = fact;
    }
  }
  return known;
}

function isLacking(
  { envelope, structure, preview }: FetchRequest,
  { known, message }: { readonly known: KnownFacts; readonly message: ImagedMessage },
): boolean {
  // RFC 8970 section 3.1: LAZY takes only what costs little.
  const affordable = preview === 'now' || (preview === 'lazy' && message.sizeBytes <= LAZY_BYTES);
  return (
    (envelope === true && known.envelope === undefined) ||
    (structure === true && known.structure === undefined) ||
    (affordable && known.preview === undefined)
  );
}

function plain(message: ImagedMessage): FetchedMessage {
  const { uid, modseq, flags, sizeBytes, internalDate, savedDate, emailId } = message;
  return { uid, modseq, flags, sizeBytes, internalDate, savedDate, emailId };
}

async function withContent(
  house: ImapHouse,
  what: { readonly message: ImagedMessage; readonly known: KnownFacts; readonly request: FetchRequest },
): Promise<FetchedMessage | undefined> {
  const { message, known, request } = what;
  const content = house.store.findContent(message.contentId);
  if (content === undefined) return undefined;
  const missing = request.preview !== undefined && known.preview === undefined;
  const preview = missing ? await previewOf(content) : undefined;
  return { ...plain(message), ...known, content, ...(preview === undefined ? {} : { preview }) };
}
