// SPDX-License-Identifier: EUPL-1.2
import type { LogReader, LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { FrameReader, KeptFrame } from '../../mailroom/frames/frame-store.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';

/** What somebody wants back. */
export interface ReissueRequest {
  /** PEC msgid, or the client's Message-ID. */
  readonly about: string;
  /** Address of who asks. */
  readonly holder: string;
  /** Only messages of this kind. */
  readonly kind?: string;
  /** Only what is about this recipient. */
  readonly recipient?: string;
  /** SHA-256, hexadecimal, of what may be the original; absent when none was supplied. */
  readonly originals?: readonly string[];
}

export type ReissueRefusal = 'unknown' | 'not-theirs' | 'wrong-original';

export type ReissueDecision =
  | { readonly decided: 'refuse'; readonly because: ReissueRefusal; readonly records: readonly LogRecord[] }
  | {
      readonly decided: 'give';
      /** The holder's records about the message. */
      readonly records: readonly LogRecord[];
      /** Can be given back to the octet. */
      readonly whole: readonly KeptFrame[];
      /** Cannot: the original they enclose was not supplied. */
      readonly missing: readonly KeptFrame[];
    };

/** Records on requests before are no records on the message. */
export const REQUESTS: ReadonlySet<string> = new Set([
  'reissued',
  'reissue-refused',
  'evidence-made',
  'evidence-refused',
]);

/** LOG-10: a holder's own messages only, by what the log says of them. */
export function decideReissue(
  store: Pick<LogReader, 'recordsAbout'> & FrameReader,
  request: ReissueRequest,
): ReissueDecision {
  const { about, holder, kind, recipient, originals } = request;
  const all = store.recordsAbout(about).filter(({ event }) => !REQUESTS.has(event));
  if (all.length === 0) return { decided: 'refuse', because: 'unknown', records: [] };
  const records = all.filter(
    (record) => isTheirs(record, holder) && (recipient === undefined || isAboutRecipient(record, recipient)),
  );
  if (records.length === 0) return { decided: 'refuse', because: 'not-theirs', records: all };
  const frames = framesOf(store, records, holder).filter(
    (frame) => kind === undefined || frame.kind === kind,
  );
  const isWhole = ({ original }: KeptFrame) =>
    original === undefined || originals?.includes(original.sha256) === true;
  const whole = frames.filter(isWhole);
  const missing = frames.filter((frame) => !isWhole(frame));
  // Who supplies an original wants what encloses it.
  const found = whole.some(({ original }) => original !== undefined);
  if (originals !== undefined && missing.length > 0 && !found)
    return { decided: 'refuse', because: 'wrong-original', records };
  return { decided: 'give', records, whole, missing };
}

function framesOf(store: FrameReader, records: readonly LogRecord[], holder: string): KeptFrame[] {
  const found = new Map<number, KeptFrame>();
  for (const record of records) {
    for (const messageId of record.generated ?? []) {
      for (const frame of store.findFrames(messageId)) {
        // One Message-ID may be that of several messages: an envelope and what wraps it.
        if (frame.instant !== record.instant || frame.identifier !== record.identifier) continue;
        if (mayHave(record, { frame, holder })) found.set(frame.blob, frame);
      }
    }
  }
  return [...found.values()];
}

/** Whether the record is on a message that this address sent, or was to get. */
function isTheirs(record: LogRecord, holder: string): boolean {
  if (record.event === 'anomaly-created') return isAddressee(record, holder);
  if (sameAddress(record.sender, holder)) return true;
  return record.recipients.some((address) => sameAddress(address, holder)) && concerns(record, holder);
}

/** A recipient knows that the message was sent, and what happened to itself. */
function concerns(record: LogRecord, holder: string): boolean {
  const { event, recipient, detail } = record;
  if (recipient !== undefined) return sameAddress(recipient, holder);
  if (detail?.covers !== undefined)
    return detail.covers.split(' ').some((address) => sameAddress(address, holder));
  return event === 'acceptance';
}

/** The sender gets all of it; a recipient what came to the mailbox, and what was said about itself. */
function mayHave(
  record: LogRecord,
  { frame, holder }: { readonly frame: KeptFrame; readonly holder: string },
): boolean {
  if (record.event === 'anomaly-created' || sameAddress(record.sender, holder)) return true;
  return record.event !== 'acceptance' || frame.kind === 'transport-envelope';
}

/** Whom an anomaly envelope was for: the sender it names proves nothing, but where we wrote the bounce. */
function isAddressee({ sender, recipient, detail }: LogRecord, holder: string): boolean {
  const addressee = detail?.cause === 'ordinary-bounce' ? sender : recipient;
  return addressee !== undefined && sameAddress(addressee, holder);
}

function isAboutRecipient(record: LogRecord, recipient: string): boolean {
  if (record.recipient !== undefined) return sameAddress(record.recipient, recipient);
  if (record.detail?.covers === undefined) return true;
  return record.detail.covers.split(' ').some((address) => sameAddress(address, recipient));
}
