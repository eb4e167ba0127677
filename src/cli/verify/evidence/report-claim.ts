// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import { EVIDENCE_FORMAT } from '../../../evidence/evidence-file/index-dtd.ts';
import { EVIDENCE_FILES } from '../../../evidence/evidence-file/index-model.ts';
import type { ClaimBook } from './claims.ts';
import { readFile } from './log-claims.ts';
import type { EvidencePackage } from './package-claim.ts';

/** As `EVIDENCE_FORMAT` and a hash; docs/evidence-format.md, claim `report`. */
const KEYWORDS = /\((ceralacca-fascicolo\/\d+ [0-9a-f]{64})\)/g;

/** Claim `report`: the report was drawn from this index, as its information dictionary says; what it shows is not read. */
export async function checkReport(evidence: EvidencePackage, book: ClaimBook): Promise<void> {
  const file = EVIDENCE_FILES.report;
  const expected = `${EVIDENCE_FORMAT} ${drawnFrom(evidence.indexOctets)}`;
  const pdf = (await readFile(evidence, file)).toString('latin1');
  // Wherever it stands: pdfkit makes each value of the dictionary an object of its own.
  const found = [...pdf.matchAll(KEYWORDS)].map(([, words]) => words);
  if (found.length === 1 && found[0] === expected) return;
  const detail = `its keywords are ${found.join(', ') || 'missing'}, not ${expected}`;
  book.refute('report', 'report-differs', { file, detail });
}

/** The report is listed in the index by its own SHA-256: what it is drawn from is the index without that line. */
function drawnFrom(indexOctets: Buffer): string {
  const lines = indexOctets.toString('utf8').split('\n');
  const rest = lines.filter((line) => !line.includes(`nome="${EVIDENCE_FILES.report}"`));
  return hash('sha256', rest.join('\n'));
}
