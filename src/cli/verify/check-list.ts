// SPDX-License-Identifier: EUPL-1.2
import type {
  SignatureFailure,
  SoundMessage,
  ValidityFailure,
  Verification,
} from '../../trust/signing/verification-result.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';
import type { TrustMaterial } from './trust-material.ts';
import { CHECKS, type Check, type CheckName } from './verification-report.ts';

export interface CheckFacts {
  readonly trust: TrustMaterial;
  /** The signature by itself. */
  readonly sound: SoundMessage | SignatureFailure;
  /** Against the index; absent when there is none, or when the signature does not hold anyway. */
  readonly verification?: Verification;
  /** Addresses in the signer's certificate. */
  readonly signerAddresses: readonly string[];
  /** From, when it is exactly one address. */
  readonly sender: string | undefined;
  /** What is wrong with the form; empty when nothing is. */
  readonly formDefects: readonly string[];
}

type Finding = Omit<Check, 'check'>;

const PASSED: Finding = { result: 'passed' };
const NOT_REACHED: Finding = { result: 'not-checked', reason: 'not-reached' };

/** All checks, in order: the ones after a failed one that they stand on are not made. */
export function listChecks(facts: CheckFacts): Check[] {
  const signature = signatureFindings(facts);
  const stands = signature.content?.result === 'passed';
  const findings: Readonly<Record<CheckName, Finding>> = {
    signature: signature.signature ?? NOT_REACHED,
    content: signature.content ?? NOT_REACHED,
    certificate: signature.certificate ?? NOT_REACHED,
    revocation: signature.revocation ?? NOT_REACHED,
    index: indexFinding(facts),
    sender: stands ? senderFinding(facts) : NOT_REACHED,
    form: formFinding(facts),
  };
  return CHECKS.map((check) => ({ check, ...findings[check] }));
}

type SignatureFindings = Partial<
  Readonly<Record<'signature' | 'content' | 'certificate' | 'revocation', Finding>>
>;

function signatureFindings({ sound, trust }: CheckFacts): SignatureFindings {
  if (sound.authentic) {
    const revocation = trust.revocationAsked ? PASSED : notAsked();
    return { signature: PASSED, content: PASSED, certificate: PASSED, revocation };
  }
  if (sound.failed !== 'validity') return { signature: failed(sound) };
  if (CONTENT_FAILURES.has(sound.reason)) return { signature: PASSED, content: failed(sound) };
  const whole = { signature: PASSED, content: PASSED };
  if (trust.paths === null) {
    return { ...whole, certificate: { result: 'not-checked', reason: 'authority-unknown' } };
  }
  if (sound.reason === 'revoked') return { ...whole, certificate: PASSED, revocation: failed(sound) };
  if (sound.reason === 'crl-unavailable') {
    const { reason, detail } = sound;
    return { ...whole, certificate: PASSED, revocation: { result: 'not-checked', reason, detail } };
  }
  return { ...whole, certificate: failed(sound) };
}

const CONTENT_FAILURES: ReadonlySet<string> = new Set<ValidityFailure>([
  'unsupported-algorithm',
  'digest-mismatch',
  'signature-invalid',
]);

function indexFinding({ trust, verification }: CheckFacts): Finding {
  if (trust.index === null) return notAsked();
  if (verification === undefined) return NOT_REACHED;
  return verification.authentic ? PASSED : failed(verification);
}

function senderFinding({ sender, signerAddresses, verification }: CheckFacts): Finding {
  if (sender === undefined) return { result: 'failed', reason: 'from-unreadable' };
  if (!signerAddresses.some((address) => sameAddress(address, sender))) {
    const detail = `From is ${sender}, the certificate has ${signerAddresses.join(', ') || 'no address'}`;
    return { result: 'failed', reason: 'sender-not-in-certificate', detail };
  }
  if (verification?.authentic !== true) return PASSED;
  const domain = sender.slice(sender.lastIndexOf('@') + 1).toLowerCase();
  if (verification.owners.some(({ managedDomains }) => managedDomains.has(domain))) return PASSED;
  const detail = `${verification.provider.providerName} does not manage ${domain}`;
  return { result: 'failed', reason: 'domain-not-managed', detail };
}

function formFinding({ formDefects }: CheckFacts): Finding {
  const [reason, ...others] = formDefects;
  if (reason === undefined) return PASSED;
  return { result: 'failed', reason, ...(others.length > 0 && { detail: formDefects.join(', ') }) };
}

function failed({ reason, detail }: SignatureFailure): Finding {
  return { result: 'failed', reason, detail };
}

function notAsked(): Finding {
  return { result: 'not-checked', reason: 'not-asked' };
}
