// SPDX-License-Identifier: EUPL-1.2
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { EvidenceKind } from '../../evidence/evidence-file/index-model.ts';
import type { ContentId } from '../../mailroom/contents/content-store.ts';
import type { Folder, MessageEntry } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { Instant } from '../../platform/clock.ts';
import { parseHeader } from '../../wire/mime/header.ts';
import { parseMessageId } from '../../wire/mime/message-ids.ts';
import type { EvidenceStore } from './evidence-store.ts';
import type { IndexedMessage } from './examined-message.ts';

/** A message that records say came from another provider. */
export interface Arrival {
  /** Without angle brackets. */
  readonly messageId: string;
  /** What it is, as far as records tell. */
  readonly kind: EvidenceKind;
  /** The recipient it is about, where it is about one. */
  readonly recipient?: string;
  /** Digest of its signed entity, hexadecimal; records of old have none. */
  readonly digest?: string;
  /** Where it was put, each time it came: to recipients at two of our domains it comes twice. */
  readonly places: readonly Place[];
}

/** One of our mailboxes, and the instant something was put into it. */
interface Place {
  readonly addressee: string;
  readonly instant: Instant;
}

const HEADER_LIMIT_BYTES = 1024 * 1024;

/** The messages that came, each once, by what the records say of them. */
export function arrivalsIn(records: readonly LogRecord[], store: EvidenceStore): readonly Arrival[] {
  const found = new Map<string, Arrival>();
  for (const record of records) {
    const arrival =
      record.event === 'envelope-received' ? envelopeOf(record, records) : noticeOf(record, store);
    if (arrival === undefined) continue;
    const key = arrival.digest ?? arrival.messageId;
    const known = found.get(key);
    found.set(key, { ...(known ?? arrival), places: [...(known?.places ?? []), ...arrival.places] });
  }
  return [...found.values()];
}

/** It lies in the mailboxes of those it was delivered to in the same step. */
function envelopeOf(record: LogRecord, records: readonly LogRecord[]): Arrival {
  const places = records
    .filter(({ event, instant }) => event === 'delivered' && instant === record.instant)
    .flatMap(({ recipient, instant }) =>
      recipient === undefined ? [] : [{ addressee: recipient, instant }],
    );
  return {
    messageId: record.identifier,
    kind: 'transport-envelope',
    places,
    ...digestIn(record),
  };
}

function noticeOf(record: LogRecord, store: EvidenceStore): Arrival | undefined {
  const { detail, event, recipient } = record;
  const messageId = parseMessageId(detail?.messageId ?? '');
  const kind = kindOf(record, store);
  if (!ARRIVALS.has(event) || messageId === undefined || kind === undefined) return undefined;
  const addressee = detail?.addressee;
  return {
    messageId,
    kind,
    // A take-charge receipt has a record for each recipient, and is about all of them.
    ...(recipient !== undefined && kind !== 'take-charge' && { recipient }),
    places: addressee === undefined ? [] : [{ addressee, instant: record.instant }],
    ...digestIn(record),
  };
}

const ARRIVALS: ReadonlySet<string> = new Set([
  'take-charge-received',
  'notification-received',
  'virus-notice-received',
]);

const FORMS = {
  completa: 'delivery-complete',
  breve: 'delivery-brief',
  sintetica: 'delivery-concise',
} as const;

function kindOf({ identifier, detail }: LogRecord, store: EvidenceStore): EvidenceKind | undefined {
  switch (detail?.kind) {
    case 'presa-in-carico':
      return 'take-charge';
    case 'avvenuta-consegna':
      return FORMS[store.findSubmission(identifier)?.receiptType ?? 'completa'];
    case 'errore-consegna':
      return 'non-delivery';
    case 'rilevazione-virus':
      return 'virus-detection';
    default:
      return undefined;
  }
}

function digestIn({ digests = [] }: LogRecord): { readonly digest?: string } {
  return digests[0] === undefined ? {} : { digest: digests[0] };
}

/**
 * The messages with that Message-ID that came at those instants, wherever they lie in the mailboxes of the addressees now:
 * what is moved or copied keeps its INTERNALDATE.
 */
export async function* storedArrivals(
  store: EvidenceStore,
  arrival: Arrival,
): AsyncGenerator<IndexedMessage> {
  const looked = new Set<ContentId>();
  for (const search of [entriesInOrder, entriesAnywhere]) {
    for (const { content: id } of entriesOf(store, { arrival, search })) {
      const content = looked.has(id) ? undefined : store.findContent(id);
      looked.add(id);
      if (content === undefined) continue;
      const { octets, index } = content;
      const header = parseHeader(await octets.read(0, Math.min(index.root.bodyStart, HEADER_LIMIT_BYTES)));
      if (parseMessageId(header.first('Message-ID')?.value ?? '') === arrival.messageId)
        yield { octets, index };
    }
  }
}

/** Entries listed at once. */
const AT_ONCE = 1000;

type Search = (
  store: EvidenceStore,
  where: { readonly folder: Folder; readonly instant: Instant },
) => Iterable<MessageEntry>;

function* entriesOf(
  store: EvidenceStore,
  { arrival, search }: { readonly arrival: Arrival; readonly search: Search },
): Generator<MessageEntry> {
  for (const { addressee, instant } of arrival.places) {
    const mailbox = store.findMailbox(addressee);
    const folders = mailbox === undefined ? [] : store.listFolders(mailbox.id);
    for (const folder of folders) yield* search(store, { folder, instant });
  }
}

/** In a folder that nobody moved anything into, instants rise with UIDs: a service mailbox has millions of messages. */
const entriesInOrder: Search = function* (store, { folder: { id, uidNext }, instant }) {
  let [from, to] = [1, uidNext];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const [entry] = store.listMessages(id, { fromUid: middle, limit: 1 });
    if (entry !== undefined && entry.receivedAt < instant) from = entry.uid + 1;
    else to = middle;
  }
  yield* store
    .listMessages(id, { fromUid: from, limit: AT_ONCE })
    .filter(({ receivedAt }) => receivedAt === instant);
};

const entriesAnywhere: Search = function* (store, { folder: { id }, instant }) {
  for (let fromUid = 1; ; ) {
    const some = store.listMessages(id, { fromUid, limit: AT_ONCE });
    yield* some.filter(({ receivedAt }) => receivedAt === instant);
    const last = some.at(-1);
    if (last === undefined) return;
    fromUid = last.uid + 1;
  }
};
