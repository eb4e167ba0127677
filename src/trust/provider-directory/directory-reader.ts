// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Instant } from '../../platform/clock.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';
import { type NamePart, readDistinguishedName } from '../../wire/ldif/distinguished-name.ts';
import { LDIF_LIMITS, type LdifEntry, type LdifError, valuesOf } from '../../wire/ldif/ldif-entry.ts';
import { LdifReader } from '../../wire/ldif/ldif-reader.ts';
import { type DirectoryProblem, type DirectoryWarning, Findings } from './directory-problem.ts';
import { checkRecords, type PlacedRecord } from './directory-rules.ts';
import { createSnapshot, type DirectorySnapshot } from './directory-snapshot.ts';
import { comparableName, recordTitle } from './provider-record.ts';
import { isProviderEntry, type RecordPlace, readRecord } from './record-reader.ts';
import { openSignedIndex, type SignatureTrust } from './signed-index.ts';

/** Largest signed index taken, in octets; the LDIF inside may be as large as its own limit. */
export const MAX_INDEX_BYTES = LDIF_LIMITS.fileBytes;

/** How long before its end a record's last certificate is told about: 30 days. */
const EXPIRY_NOTICE_MS = 30 * 24 * 3_600_000;

/** Octets of LDIF read before others get their turn: a few milliseconds. */
const BITE_BYTES = 128 * 1024;

/** A snapshot that passed every check, or all that is wrong (up to `MOST_FINDINGS`). */
export type DirectoryReading =
  | {
      readonly ok: true;
      readonly snapshot: DirectorySnapshot;
      readonly warnings: readonly DirectoryWarning[];
    }
  | { readonly ok: false; readonly problems: readonly DirectoryProblem[] };

export interface DirectoryReadingTerms extends SignatureTrust {
  /** The snapshot in use, which the new one must follow. */
  readonly previous: DirectorySnapshot;
}

/** Verifies and reads a signed index (DIR-13, DIR-15). Never throws on any file; leaves the event loop free. */
export async function readDirectory(p7m: Buffer, terms: DirectoryReadingTerms): Promise<DirectoryReading> {
  if (p7m.length > MAX_INDEX_BYTES) {
    return refused({ reason: 'too-large', detail: `more than ${MAX_INDEX_BYTES} octets` });
  }
  const opened = openSignedIndex(p7m, terms);
  if (!opened.ok) return refused(opened.problem);
  const { publishedAt: publishedBefore } = terms.previous;
  if (opened.signedAt !== undefined && publishedBefore !== undefined && opened.signedAt < publishedBefore) {
    // An index that was good once would bring back providers and certificates that were taken out.
    return refused({ reason: 'older-than-current', detail: `signed before the index in use` });
  }
  const reader = new IndexReader();
  const error = await reader.read(opened.ldif);
  if (error !== undefined) return refused(problemOfError(error));
  const { root, records, problems, warnings } = reader;
  if (root === undefined) problems.add({ reason: 'no-root', detail: 'the entry o=postacert is missing' });
  checkRecords({ records, previous: terms.previous, problems, warnings });
  if (problems.list.length > 0) return { ok: false, problems: problems.list };
  const at = terms.at ?? opened.signedAt;
  if (at !== undefined) warnOfExpiry(records, { at, warnings });
  const snapshot = createSnapshot({
    records: records.map(({ record }) => record),
    sha256: createHash('sha256').update(p7m).digest('hex'),
    publishedAt: opened.signedAt,
    locationUrl: root === undefined ? undefined : valuesOf(root, 'LDIFLocationURL')[0]?.toString('utf8'),
  });
  return { ok: true, snapshot, warnings: warnings.list };
}

/** Turns entries into records as they come; main records stand before the secondary ones of the same file. */
export class IndexReader {
  root: LdifEntry | undefined;
  readonly records: PlacedRecord[] = [];
  readonly problems = new Findings<DirectoryProblem>();
  readonly warnings = new Findings<DirectoryWarning>();

  async read(ldif: Buffer): Promise<LdifError | undefined> {
    const reader = new LdifReader();
    for (let at = 0; at < ldif.length && reader.error === undefined; at += BITE_BYTES) {
      for (const entry of reader.push(ldif.subarray(at, at + BITE_BYTES))) this.#take(entry);
      await setImmediate();
    }
    for (const entry of reader.end()) this.#take(entry);
    this.records.sort((one, other) => Number(isSecondary(one)) - Number(isSecondary(other)));
    return reader.error;
  }

  #take(entry: LdifEntry): void {
    const parts = readDistinguishedName(entry.dn);
    if (parts === undefined) {
      this.problems.add(atEntry(entry, { reason: 'bad-dn', detail: 'the dn cannot be read' }));
      return;
    }
    if (isRoot(parts)) {
      if (this.root !== undefined) {
        this.problems.add(atEntry(entry, { reason: 'duplicate-record', detail: 'a second root entry' }));
      }
      this.root = entry;
      for (const url of valuesOf(entry, 'LDIFLocationURL'))
        this.#warnOfUrl('the root entry', url.toString('utf8'));
    } else if (isProviderEntry(entry)) this.#takeProvider(entry, placeOf(parts));
    else this.warnings.add({ reason: 'entry-ignored', detail: `${entry.dn.slice(0, 200)} is no provider` });
  }

  #takeProvider(entry: LdifEntry, place: RecordPlace | undefined): void {
    if (place === undefined) {
      this.problems.add(
        atEntry(entry, { reason: 'unexpected-entry', detail: 'a provider outside its place in the tree' }),
      );
      return;
    }
    const record = readRecord(entry, { place, problems: this.problems });
    this.records.push({ record, dn: entry.dn, line: entry.line });
    if (record.ldifLocationUrl !== undefined) this.#warnOfUrl(recordTitle(record), record.ldifLocationUrl);
  }

  #warnOfUrl(owner: string, url: string): void {
    // DIR-8
    if (/^https:\/\//i.test(url)) return;
    this.warnings.add({
      reason: 'location-not-https',
      detail: `the LDIFLocationURL of ${owner} is not https`,
    });
  }
}

function isSecondary({ record }: PlacedRecord): boolean {
  return record.providerUnit !== undefined;
}

function isRoot([part, ...others]: readonly NamePart[]): boolean {
  return others.length === 0 && part?.type === 'o' && comparableName(part.value) === 'postacert';
}

/** RFC 6109 section 4.5.7: `providerName=X,o=postacert`, with `providerUnit=Y` before it in a secondary record. */
function placeOf(parts: readonly NamePart[]): RecordPlace | undefined {
  const root = parts.slice(-1);
  const [first, second] = parts;
  if (!isRoot(root) || first === undefined || second === undefined) return undefined;
  if (parts.length === 2 && first.type === 'providername') {
    return { providerName: first.value, providerUnit: undefined };
  }
  const secondary = parts.length === 3 && first.type === 'providerunit' && second.type === 'providername';
  return secondary ? { providerName: second.value, providerUnit: first.value } : undefined;
}

/** DIR-5: tells of records whose last certificate has ended or soon will. */
function warnOfExpiry(
  records: readonly PlacedRecord[],
  { at, warnings }: { at: Instant; warnings: Findings<DirectoryWarning> },
): void {
  for (const { record } of records) {
    let last = Number.NEGATIVE_INFINITY;
    for (const der of record.certificates) {
      const certificate = readCertificate(der);
      if (certificate.ok) last = Math.max(last, certificate.value.notAfter);
    }
    if (last - at > EXPIRY_NOTICE_MS) continue;
    const reason = last < at ? 'certificate-expired' : 'certificate-expires-soon';
    warnings.add({ reason, detail: `${recordTitle(record)}: until ${new Date(last).toISOString()}` });
  }
}

function atEntry(
  { dn, line }: LdifEntry,
  what: Pick<DirectoryProblem, 'reason' | 'detail'>,
): DirectoryProblem {
  return line === undefined ? { ...what, dn } : { ...what, dn, line };
}

export function problemOfError({ reason, line, detail }: LdifError): DirectoryProblem {
  return { reason: reason === 'not-utf8' ? 'not-utf8' : 'not-ldif', detail, line };
}

function refused(problem: DirectoryProblem): DirectoryReading {
  return { ok: false, problems: [problem] };
}
