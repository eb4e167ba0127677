// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { DirectoryProblem, DirectoryWarning } from './directory-problem.ts';
import { Findings } from './directory-problem.ts';
import { IndexReader, MAX_INDEX_BYTES, problemOfError } from './directory-reader.ts';
import { checkRecords } from './directory-rules.ts';
import { type DirectorySnapshot, emptySnapshot } from './directory-snapshot.ts';
import { comparableName, type ProviderRecord, recordTitle } from './provider-record.ts';
import { openSignedIndex, type SignatureTrust } from './signed-index.ts';

/** What a provider says of itself once all of it holds, main record first, or all that is wrong. */
export type OwnRecordsReading =
  | {
      readonly ok: true;
      readonly records: readonly ProviderRecord[];
      readonly signedAt: Instant | undefined;
      readonly warnings: readonly DirectoryWarning[];
    }
  | { readonly ok: false; readonly problems: readonly DirectoryProblem[] };

export interface OwnRecordsTerms extends SignatureTrust {
  /** Whose file it is: no other provider's record may be in it. */
  readonly providerName: string;
}

/**
 * Verifies and reads the file a provider publishes of itself (DIR-1, DIR-2, DIR-6, DIR-7): signed with one of
 * its own certificates, `authorities` here, and about nobody else (DIR-9). Never throws on any file.
 */
export async function readOwnRecords(p7m: Buffer, terms: OwnRecordsTerms): Promise<OwnRecordsReading> {
  if (p7m.length > MAX_INDEX_BYTES) {
    return refused({ reason: 'too-large', detail: `more than ${MAX_INDEX_BYTES} octets` });
  }
  const opened = openSignedIndex(p7m, terms);
  if (!opened.ok) return refused(opened.problem);
  const reader = new IndexReader();
  const error = await reader.read(opened.ldif);
  if (error !== undefined) return refused(problemOfError(error));
  const { root, records, problems, warnings } = reader;
  if (root !== undefined) {
    problems.add({ reason: 'unexpected-entry', detail: 'the root entry is not the provider’s to write' });
  }
  const owner = comparableName(terms.providerName);
  for (const { record, dn } of records) {
    if (comparableName(record.providerName) === owner) continue;
    // DIR-9: a file speaks of its provider only
    const detail = `${recordTitle(record)} is another provider`;
    problems.add({ reason: 'unexpected-entry', detail, dn });
  }
  if (records.length === 0) problems.add({ reason: 'no-main-record', detail: 'no record at all' });
  checkRecords({ records, previous: emptySnapshot, problems, warnings });
  if (problems.list.length > 0) return { ok: false, problems: problems.list };
  const { signedAt } = opened;
  return { ok: true, records: records.map(({ record }) => record), signedAt, warnings: warnings.list };
}

/** What would be wrong with an index of these records, after the one before (DIR-15); none: it may be signed. */
export function problemsAmong(
  records: readonly ProviderRecord[],
  previous: DirectorySnapshot,
): readonly DirectoryProblem[] {
  const problems = new Findings<DirectoryProblem>();
  const warnings = new Findings<DirectoryWarning>();
  const placed = records.map((record) => ({ record, dn: recordTitle(record), line: undefined }));
  checkRecords({ records: placed, previous, problems, warnings });
  return problems.list;
}

function refused(problem: DirectoryProblem): OwnRecordsReading {
  return { ok: false, problems: [problem] };
}
