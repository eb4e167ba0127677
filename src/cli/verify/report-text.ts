// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import { localTime } from '../../evidence/local-time.ts';
import { layRows, printable, printInstant, printSize, type Row, wrap } from '../text-layout.ts';
import type { VerificationWords } from '../wording/verification-words.ts';
import type { Check, OriginalFacts, SignerFacts, VerificationReport } from './verification-report.ts';

/** The report as people read it, lines without line ends; what comes from the message is made printable. */
export function printReport(report: VerificationReport, words: VerificationWords): string[] {
  const { certifies, signer, original } = report;
  return [
    headline(report, words),
    ...wrap(explanation(report, words)),
    ...report.warnings.flatMap((warning) => wrap(words.warnings[warning])),
    ...report.restorations.flatMap((restoration) => wrap(words.restorations[restoration])),
    ...(report.checks.length === 0 ? [] : section(words.sections.checks, checkLines(report.checks, words))),
    ...(certifies === null ? [] : section(words.sections.certified, certifiedLines(certifies, words))),
    ...(signer === null || report.looksLike !== null
      ? []
      : section(words.sections.signer, signerLines(signer, words))),
    ...(original === null ? [] : section(words.sections.original, originalLines(original, words))),
    ...hashLines(original, words),
  ];
}

function headline({ verdict, kind, looksLike }: VerificationReport, words: VerificationWords): string {
  const title = words.headlines[verdict];
  if (looksLike !== null) return title;
  return `${title}: ${kind === null ? words.unknownKind : words.kinds[kind]}`;
}

/** The sentence under the headline: the one thing to know. */
function explanation(report: VerificationReport, words: VerificationWords): string {
  const { verdict, kind, certifies, looksLike, checks } = report;
  if (looksLike !== null) return words.looksLike[looksLike];
  if (verdict === 'bad') {
    const failed = checks.find(({ result }) => result === 'failed');
    const reason = failed === undefined ? '' : reasonOf(failed, words);
    return `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}. ${words.unproven}`;
  }
  if (verdict === 'undecided') {
    const open = checks.some(({ reason }) => reason === 'authority-unknown');
    return open ? `${words.adviseAuthority} ${words.unproven}` : words.unproven;
  }
  if (kind === 'anomaly-envelope') return words.provesNothing;
  if (kind === null || certifies === null) return '';
  return words.proves(kind, printableData(certifies), localTime(certifies.instant));
}

/** The same with every text made safe for a terminal. */
function printableData(data: CertificationData): CertificationData {
  return {
    ...data,
    sender: printable(data.sender),
    provider: printable(data.provider),
    ...(data.subject !== undefined && { subject: printable(data.subject) }),
    ...(data.deliveredTo !== undefined && { deliveredTo: printable(data.deliveredTo) }),
  };
}

function section(title: string, lines: readonly string[]): string[] {
  return ['', title, ...lines];
}

function checkLines(checks: readonly Check[], words: VerificationWords): string[] {
  return checks.map((check) => {
    const line = `  [${words.marks[check.result]}] ${words.checks[check.check]}`;
    return check.result === 'passed' ? line : `${line}: ${reasonOf(check, words)}`;
  });
}

function reasonOf({ reason = '', detail }: Check, words: VerificationWords): string {
  return words.reasons[reason] ?? printable(detail === undefined ? reason : `${reason} (${detail})`);
}

function certifiedLines(data: CertificationData, words: VerificationWords): string[] {
  const { labels } = words;
  const text = (value: string | undefined) => printable(value ?? '');
  const kind = data.error === 'nessuno' ? data.kind : `${data.kind} (${data.error})`;
  const recipients = data.recipients.map(
    ({ address, certified }) => `${printable(address)} (${certified ? words.certified : words.ordinary})`,
  );
  return layRows([
    [labels.kind, kind],
    [labels.provider, text(data.provider)],
    [labels.when, printInstant(data.instant)],
    [labels.subject, text(data.subject)],
    [labels.sender, text(data.sender)],
    [labels.replyTo, data.replyTo === data.sender ? '' : text(data.replyTo)],
    [labels.recipients, recipients],
    [labels.deliveredTo, text(data.deliveredTo)],
    [labels.takenInCharge, (data.takenInCharge ?? []).map(printable)],
    [labels.receiptType, text(data.receiptType)],
    [labels.error, text(data.extendedError)],
    [labels.identifier, text(data.identifier)],
    [labels.messageId, text(data.messageId)],
  ]);
}

function signerLines(signer: SignerFacts, words: VerificationWords): string[] {
  const { labels } = words;
  const instant = (value: number | null) => (value === null ? '' : printInstant(value));
  const digest = signer.digest === null ? '' : `, ${signer.digest}`;
  return layRows([
    [labels.name, printable(signer.provider ?? signer.name)],
    [labels.addresses, signer.addresses.map(printable)],
    [labels.certificate, printable(signer.subject)],
    [labels.issuer, printable(signer.issuer)],
    [labels.validity, `${printInstant(signer.validFrom)} - ${printInstant(signer.validTo)}`],
    [labels.serial, signer.serial],
    [labels.fingerprint, signer.sha1],
    [labels.signedAt, signer.signedAt === null ? '' : `${instant(signer.signedAt)}${digest}`],
    [labels.judgedAt, instant(signer.judgedAt)],
  ]);
}

function originalLines(original: OriginalFacts, words: VerificationWords): string[] {
  const { labels } = words;
  const size = (sizeBytes: number) => printSize(sizeBytes, words.decimalMark);
  const rows: Row[] = (['subject', 'from', 'to', 'cc', 'date'] as const).map((name) => [
    labels[name],
    printable(original[name] ?? ''),
  ]);
  const attachments = original.attachments.map(
    ({ name, mediaType, sizeBytes, sha256 }) =>
      `${printable(name) || printable(mediaType)} (${size(sizeBytes)}), SHA-256 ${sha256}`,
  );
  return layRows([
    ...rows,
    [labels.size, size(original.sizeBytes)],
    [labels.sha256, original.sha256],
    [labels.attachments, attachments],
  ]);
}

function hashLines(original: OriginalFacts | null, words: VerificationWords): string[] {
  if (original === null || original.hashFiles.length === 0) return [];
  const rows = original.hashFiles.map(({ name, sha1 }): Row => [printable(name), sha1]);
  return [...section(words.sections.hashes, layRows(rows)), ...wrap(words.adviseHashes)];
}
