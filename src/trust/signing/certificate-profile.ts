// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { printName } from '../../wire/cms/distinguished-name.ts';
import { OID } from '../../wire/cms/oids.ts';

/** A way in which a certificate departs from the profile of section 6.2. */
export interface ProfileProblem {
  /** Requirement of `spec/pec.md`. */
  readonly requirement: 'SIG-6' | 'SIG-9' | 'SIG-10' | 'SIG-11' | 'SIG-12';
  /** An error forbids signing with it; a warning is for the journal. */
  readonly severity: 'error' | 'warning';
  readonly sentence: string;
}

/** What the configuration says the certificate must match. */
export interface ProfileExpectations {
  /** As in the index attribute `providerName`. */
  readonly providerName: string;
  /** `posta-certificata@...` */
  readonly serviceAddress: string;
  readonly instant: Instant;
}

/** Smallest RSA modulus we sign with (section 6.1). */
const MIN_SIGNING_RSA_BITS = 2048;

/** All problems of a provider's signing certificate; none means it may be used. */
export function profileProblems(certificate: Certificate, expected: ProfileExpectations): ProfileProblem[] {
  return [
    ...keyProblems(certificate),
    ...validityProblems(certificate, expected.instant),
    ...nameProblems(certificate, expected),
    ...extensionProblems(certificate),
  ];
}

const error = (requirement: ProfileProblem['requirement'], sentence: string): ProfileProblem => {
  return { requirement, severity: 'error', sentence };
};

// SIG-6: RSA of 2048 bits or more
function keyProblems({ publicKey }: Certificate): ProfileProblem[] {
  if (publicKey?.asymmetricKeyType !== 'rsa') return [error('SIG-6', 'the key is not RSA')];
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits >= MIN_SIGNING_RSA_BITS) return [];
  return [error('SIG-6', `the RSA key has ${bits} bits, at least ${MIN_SIGNING_RSA_BITS} are needed`)];
}

// SIG-9: RFC 5280 validity
function validityProblems({ notBefore, notAfter }: Certificate, instant: Instant): ProfileProblem[] {
  const problems: ProfileProblem[] = [];
  if (instant < notBefore) {
    problems.push(error('SIG-9', `the certificate is not valid before ${new Date(notBefore).toISOString()}`));
  }
  if (instant > notAfter) {
    problems.push(error('SIG-9', `the certificate expired on ${new Date(notAfter).toISOString()}`));
  }
  return problems;
}

function nameProblems(certificate: Certificate, expected: ProfileExpectations): ProfileProblem[] {
  const problems: ProfileProblem[] = [];
  const { subject, rfc822Names } = certificate;
  const carriers: readonly string[] = [OID.commonName, OID.organizationName];
  // SIG-10: exactly as in the index, in commonName or organizationName
  const named = subject.attributes.some(
    ({ oid, text }) => carriers.includes(oid) && text === expected.providerName,
  );
  if (!named) {
    const sentence = `neither commonName nor organizationName is "${expected.providerName}" (subject: ${printName(subject)})`;
    problems.push(error('SIG-10', sentence));
  }
  // SIG-11: the service address in subjectAltName
  const wanted = expected.serviceAddress.toLowerCase();
  if (!rfc822Names.some((address) => address.toLowerCase() === wanted)) {
    const found = rfc822Names.length === 0 ? 'no e-mail address' : rfc822Names.join(', ');
    problems.push(error('SIG-11', `subjectAltName has ${found} instead of ${expected.serviceAddress}`));
  }
  if (subject.attributes.some(({ oid }) => oid === OID.emailAddress)) {
    const sentence = 'the subject holds an e-mail address, which belongs into subjectAltName only';
    problems.push({ requirement: 'SIG-11', severity: 'warning', sentence });
  }
  return problems;
}

/** SIG-12: the extensions the profile asks for, and whether each must be critical. */
const REQUIRED_EXTENSIONS = [
  { oid: OID.keyUsage, name: 'Key Usage', critical: true },
  { oid: OID.authorityKeyIdentifier, name: 'Authority Key Identifier', critical: false },
  { oid: OID.subjectKeyIdentifier, name: 'Subject Key Identifier', critical: false },
  { oid: OID.subjectAltName, name: 'Subject Alternative Name', critical: false },
] as const;

// SIG-12
function extensionProblems(certificate: Certificate): ProfileProblem[] {
  const problems: ProfileProblem[] = [];
  for (const { oid, name, critical } of REQUIRED_EXTENSIONS) {
    const extension = certificate.extensions.find((candidate) => candidate.oid === oid);
    if (extension === undefined) problems.push(error('SIG-12', `${name} is missing`));
    else if (extension.critical !== critical) {
      problems.push(error('SIG-12', `${name} must ${critical ? '' : 'not '}be critical`));
    }
  }
  for (const { oid, critical } of certificate.extensions) {
    const known = REQUIRED_EXTENSIONS.some((required) => required.oid === oid);
    if (critical && !known) problems.push(error('SIG-12', `the extension ${oid} must not be critical`));
  }
  if (certificate.basicConstraints !== null) {
    problems.push(error('SIG-12', 'Basic Constraints must not be present'));
  }
  if (certificate.keyUsage?.has('digitalSignature') === false) {
    problems.push(error('SIG-12', 'Key Usage lacks digitalSignature'));
  }
  // SIG-9: RFC 5750 section 4.4.4
  const usages = certificate.extendedKeyUsage;
  if (usages?.every((usage) => usage !== OID.emailProtection && usage !== OID.anyExtendedKeyUsage) === true)
    problems.push(error('SIG-9', 'Extended Key Usage leaves out emailProtection'));
  const hasIdentifier = certificate.extensions.some(({ oid }) => oid === OID.authorityKeyIdentifier);
  if (hasIdentifier && certificate.authorityKeyIdentifier === null) {
    problems.push(error('SIG-12', 'Authority Key Identifier lacks keyIdentifier'));
  }
  return problems;
}
