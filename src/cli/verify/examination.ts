// SPDX-License-Identifier: EUPL-1.2
import type { MessageKind } from '../../evidence/draft.ts';
import {
  claimOf,
  findNamedPart,
  type MessageClaim,
  messageKind,
  type RecognitionInput,
  recognise,
} from '../../evidence/recognition.ts';
import type { Clock } from '../../platform/clock.ts';
import { CertificationPaths } from '../../trust/signing/certification-paths.ts';
import { Verifier, verifyWithoutIndex } from '../../trust/signing/verification.ts';
import { decodeWords } from '../../wire/mime/encoded-words.ts';
import { recognitionInput, soleAuthor } from './certified-content.ts';
import { type CheckFacts, listChecks } from './check-list.ts';
import type { MessageFile } from './message-file.ts';
import { describeOriginal } from './original.ts';
import { describeSigner, findClaimedSigner } from './signer.ts';
import type { TrustMaterial } from './trust-material.ts';
import type { Check, SignerFacts, Verdict, VerificationReport } from './verification-report.ts';
import { warningsAbout } from './warnings.ts';

export interface ExaminationOptions {
  readonly trust: TrustMaterial;
  readonly clock: Clock;
  /** When certificates must have been in force: now, or when the signer says it signed. */
  readonly at: 'now' | 'signing-time';
}

/** Finds out everything about one message; rejects only when its octets cannot be read. */
export async function examineMessage(
  message: MessageFile,
  options: ExaminationOptions,
): Promise<VerificationReport> {
  const { header } = message;
  const claim = claimOf(header);
  const field = (name: string) => {
    const value = header.first(name)?.value;
    return value === undefined ? null : decodeWords(value);
  };
  const common = {
    subject: field('Subject'),
    from: field('From'),
    restorations: message.restorations,
  };
  if (claim.kind === 'ordinary') return { ...common, ...(await examineOrdinary(message)) };
  const findings = await verifySignature(message, options);
  const signer = await signerOf(message, findings);
  const input = recognitionInput(message);
  const checks = listChecks({
    ...findings,
    trust: options.trust,
    signerAddresses: signer?.addresses ?? [],
    sender: soleAuthor(header),
    formDefects: claim.kind === 'anomaly-envelope' ? anomalyDefects(message) : hardDefects(input),
  });
  const reading = input.certificationData;
  const original = findNamedPart(message.index, 'postacert.eml');
  const originalFacts = original === undefined ? null : await describeOriginal(message.octets, original);
  const verdict = verdictOf(checks);
  return {
    ...common,
    verdict,
    kind: kindOf(claim, input),
    checks,
    warnings: verdict === 'bad' ? [] : warningsAbout(findings.sound, originalFacts),
    signer,
    certifies: reading?.ok === true ? reading.data : null,
    original: originalFacts,
    looksLike: null,
  };
}

function hardDefects(input: RecognitionInput): readonly string[] {
  const recognised = recognise(input);
  return recognised.kind === 'neither' ? recognised.hard : [];
}

/**
 * An anomaly envelope certifies nothing: a text and the message it wraps. Were `daticert.xml` in it, it would be something
 * else whose header, which no signature covers, was changed.
 */
function anomalyDefects({ index }: MessageFile): readonly string[] {
  const defects: string[] = [];
  if (findNamedPart(index, 'postacert.eml') === undefined) defects.push('original-missing');
  if (findNamedPart(index, 'daticert.xml') !== undefined) defects.push('contradictory-headers');
  else if (index.root.parts[0]?.parts.length !== 2) defects.push('anomaly-parts');
  return defects;
}

async function examineOrdinary(
  message: MessageFile,
): Promise<Omit<VerificationReport, 'subject' | 'from' | 'restorations'>> {
  const signer = await signerOf(message);
  return {
    verdict: 'not-certified',
    kind: null,
    checks: [],
    warnings: [],
    signer,
    certifies: null,
    original: null,
    looksLike: looksLike(message, signer !== null),
  };
}

function looksLike({ header }: MessageFile, signed: boolean): VerificationReport['looksLike'] {
  if (signed) return 'signed-mail';
  // What a provider puts into an original, and nobody else.
  if (header.first('X-Riferimento-Message-ID') !== undefined) return 'enclosed-original';
  const isMail = ['From', 'Date', 'Received', 'Message-ID'].some((name) => header.first(name) !== undefined);
  return isMail ? 'ordinary-mail' : 'no-mail';
}

type SignatureFindings = Pick<CheckFacts, 'sound' | 'verification'>;

async function verifySignature(
  { octets, index }: MessageFile,
  { trust, clock, at }: ExaminationOptions,
): Promise<SignatureFindings> {
  // Without anchors the content is judged all the same, and then no path is found.
  const paths = trust.paths ?? new CertificationPaths({ anchors: [], revocation: null });
  const sound = await verifyWithoutIndex({ message: octets, index }, { paths, clock, at });
  if (!sound.authentic || trust.index === null) return { sound };
  const judgedAt: Clock = { now: () => sound.verifiedAt };
  const verifier = new Verifier({ lookup: trust.index, paths, clock: judgedAt });
  return { sound, verification: await verifier.verify(octets, index) };
}

/** The kind as far as it can be told, from broken messages too. */
function kindOf(claim: MessageClaim, input: RecognitionInput): MessageKind | null {
  if (claim.kind === 'anomaly-envelope' || claim.kind === 'transport-envelope') return claim.kind;
  const recognised = recognise(input);
  return recognised.kind === 'neither' ? null : messageKind(recognised, input);
}

async function signerOf(
  { octets, index }: MessageFile,
  findings?: SignatureFindings,
): Promise<SignerFacts | null> {
  const claimed = await findClaimedSigner(octets, index);
  if (claimed === undefined) return null;
  const held = findings?.sound.authentic === true ? findings.sound : null;
  const listed = findings?.verification?.authentic === true ? findings.verification : null;
  return {
    ...describeSigner(held?.certificate ?? claimed.certificate),
    signedAt: claimed.info.signedAttributes?.signingTime ?? null,
    judgedAt: held?.verifiedAt ?? null,
    digest: held?.digestAlgorithm ?? null,
    provider: listed?.provider.providerName ?? null,
  };
}

function verdictOf(checks: readonly Check[]): Verdict {
  if (checks.some(({ result }) => result === 'failed')) return 'bad';
  const open = checks.some(({ reason }) => reason === 'authority-unknown' || reason === 'crl-unavailable');
  return open ? 'undecided' : 'good';
}
