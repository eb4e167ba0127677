// SPDX-License-Identifier: EUPL-1.2
import type { EvidenceIndex, EvidenceMessage } from '../../../evidence/evidence-file/index-model.ts';
import { NAMING_EVENTS } from '../../../evidence/evidence-file/naming-records.ts';
import { recordFile } from '../../../evidence/evidence-file/outcomes.ts';
import type { Instant } from '../../../platform/clock.ts';
import { sameAddress } from '../../../wire/mime/addresses.ts';
import type { ClaimBook } from './claims.ts';
import { readFile, type SealFacts, sealOver } from './log-claims.ts';
import type { EvidencePackage } from './package-claim.ts';
import { type RecordText, readRecordText } from './record-text.ts';

/** A record of the file that can be read. */
export interface RecordFacts extends RecordText {
  readonly sequence: number;
  readonly file: string;
  /** What seals it; undefined while it is not proved to be in the log. */
  readonly seal: SealFacts | undefined;
}

/** Claims `records`, what each says by itself, and `inclusion`. By number. */
export async function checkRecords(
  evidence: EvidencePackage,
  { seals, book }: { readonly seals: ReadonlyMap<number, SealFacts>; readonly book: ClaimBook },
): Promise<ReadonlyMap<number, RecordFacts>> {
  const { index } = evidence;
  const found = new Map<number, RecordFacts>();
  for (const record of index.records) {
    const { sequence } = record;
    const file = recordFile(sequence);
    const octets = await readFile(evidence, file);
    const text = octets.toString('utf8');
    const seal = sealOver({ ...record, text }, { seals, book });
    const said = Buffer.from(text).equals(octets) ? readRecordText(text) : undefined;
    if (said === undefined) {
      book.refute('records', 'record-unreadable', { file, detail: 'it is not the text of a record' });
      continue;
    }
    const about = said.identifier === index.identifier && sameAddress(said.sender, index.sender);
    if (!about) {
      const detail = `it is about ${said.identifier} of ${said.sender}`;
      book.refute('records', 'record-differs', { file, detail });
    }
    found.set(sequence, { ...said, sequence, file, seal: about ? seal : undefined });
  }
  return found;
}

/**
 * Claim `records`, of a message whose digest was found to be the one in the index: the record that the index names tells
 * of it. Gives that record when it does.
 */
export function recordOf(
  message: EvidenceMessage,
  { records, book }: { readonly records: ReadonlyMap<number, RecordFacts>; readonly book: ClaimBook },
): RecordFacts | undefined {
  const { file, kind, digest } = message;
  const { emission, arrival } = NAMING_EVENTS[kind];
  const events: readonly (string | undefined)[] = [emission, arrival];
  const naming = [...records.values()].filter(
    (record) => record.digests.includes(digest) && events.includes(record.event),
  );
  const [first] = naming;
  if (first?.sequence !== message.record) {
    const [told, found] = [message.record ?? 'none', first?.sequence ?? 'none'];
    const detail = `the first record that names its digest is ${found}, not ${told}`;
    book.refute('records', 'record-link', { file, detail });
    return undefined;
  }
  if (first === undefined) {
    const detail = 'no record names its digest: it rests on its own signature';
    book.leaveOpen('records', 'not-in-log', { file, detail });
    return undefined;
  }
  const wrong = contradiction(message, first);
  if (wrong === undefined) return first;
  book.refute('records', 'record-differs', { file: first.file, detail: `of ${file}: ${wrong}` });
  return undefined;
}

/** What a record says otherwise than the message it names. */
function contradiction(message: EvidenceMessage, record: RecordFacts): string | undefined {
  const { recipient, instant } = record;
  const { about } = message;
  if (
    recipient !== undefined &&
    about.length > 0 &&
    !about.some((address) => sameAddress(address, recipient))
  )
    return `it is about ${recipient}`;
  const emitted = record.event !== NAMING_EVENTS[message.kind].arrival;
  if (emitted && !record.generated.includes(message.messageId)) return `it generated another Message-ID`;
  if (emitted && second(instant) !== message.instant) return `it says ${new Date(instant).toISOString()}`;
  return undefined;
}

/** An instant as documents write it: fractions are cut off. */
export function second(instant: Instant): Instant {
  return Math.floor(instant / 1000) * 1000;
}

/** Of the index, that every record names the SHA-256 of the original that is in the file. */
export function checkRecordedOriginal(
  { files }: EvidenceIndex,
  { records, book }: { readonly records: ReadonlyMap<number, RecordFacts>; readonly book: ClaimBook },
): void {
  const original = files.find(({ role }) => role === 'originale');
  if (original === undefined) return;
  for (const record of records.values()) {
    if (record.original === undefined || record.original === original.sha256) continue;
    const detail = `it names the original ${record.original}, not ${original.sha256}`;
    book.refute('original', 'original-differs', { file: record.file, detail });
  }
}
