// SPDX-License-Identifier: EUPL-1.2
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { EvidenceKind } from '../../evidence/evidence-file/index-model.ts';
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
  readonly instant: number;
  /** Mailboxes it was put into. */
  readonly addressees: readonly string[];
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
    const addressees = [...(known?.addressees ?? []), ...arrival.addressees];
    found.set(key, { ...(known ?? arrival), addressees: [...new Set(addressees)] });
  }
  return [...found.values()];
}

/** It lies in the mailboxes of those it was delivered to in the same step. */
function envelopeOf(record: LogRecord, records: readonly LogRecord[]): Arrival {
  const addressees = records
    .filter(({ event, instant }) => event === 'delivered' && instant === record.instant)
    .flatMap(({ recipient }) => (recipient === undefined ? [] : [recipient]));
  return {
    messageId: record.identifier,
    kind: 'transport-envelope',
    instant: record.instant,
    addressees,
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
    instant: record.instant,
    addressees: addressee === undefined ? [] : [addressee],
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
 * The messages with that Message-ID that came at that instant, wherever they lie in the mailboxes of the addressees now:
 * what is moved or copied keeps its INTERNALDATE.
 */
export async function* storedArrivals(
  store: EvidenceStore,
  arrival: Arrival,
): AsyncGenerator<IndexedMessage> {
  for (const addressee of arrival.addressees) {
    const mailbox = store.findMailbox(addressee);
    if (mailbox === undefined) continue;
    const contents = new Set(
      store
        .listFolders(mailbox.id)
        .flatMap(({ id }) => store.listMessages(id))
        .filter(({ receivedAt }) => receivedAt === arrival.instant)
        .map(({ content }) => content),
    );
    for (const id of contents) {
      const content = store.findContent(id);
      if (content === undefined) continue;
      const { octets, index } = content;
      const header = parseHeader(await octets.read(0, Math.min(index.root.bodyStart, HEADER_LIMIT_BYTES)));
      if (parseMessageId(header.first('Message-ID')?.value ?? '') === arrival.messageId)
        yield { octets, index };
    }
  }
}
