// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';
import { type Certificate, isSignedBy, readCertificate } from '../../wire/cms/certificate.ts';
import { derOf, pemBlocks } from '../../wire/cms/pem.ts';
import { type ProfileExpectations, type ProfileProblem, profileProblems } from './certificate-profile.ts';
import { type CertifiedKey, type PrivateKey, selfTest } from './key-driver.ts';
import { readWholeFile } from './secret-file.ts';

/** Where the certificate of a signing key lies, and what it must match. */
export interface SigningCertificateOptions {
  /** The signing certificate, PEM or DER. */
  readonly certificateFile: string;
  /** PEM certificates of the authorities above, issuing CA first; a self-signed root is left out. */
  readonly chainFile?: string;
  readonly expected: ProfileExpectations;
  /** Hears what the profile only advises against. */
  readonly onWarning?: (problem: ProfileProblem) => void;
}

/**
 * A private key with its certificate: profile (SIG-9 to SIG-12), that key, certificate and chain belong together, and
 * a first signature. `place` says in a Fault where the key lies.
 * @throws Fault `key-file-unreadable`, `signing-certificate-unreadable`, `signing-certificate-unfit`,
 * `signing-key-mismatch`, `signing-chain-mismatch`, `signing-key-unusable`
 */
export async function certifyKey(
  key: PrivateKey,
  { place, ...options }: SigningCertificateOptions & { readonly place: string },
): Promise<CertifiedKey> {
  const certificate = parseCertificate(await readWholeFile(options.certificateFile), options.certificateFile);
  requireProfile(certificate, options);
  if (certificate.publicKey === null || !key.publicKey.equals(certificate.publicKey)) {
    const message = `${place} is not the key of the certificate ${options.certificateFile}`;
    throw new Fault('signing-key-mismatch', message, { temporary: false });
  }
  const driver = {
    certificate: certificate.der,
    chain: await loadChain(options.chainFile, certificate),
    sign: (bytes: Buffer) => key.sign(bytes),
    [Symbol.asyncDispose]: () => key[Symbol.asyncDispose](),
  };
  await selfTest(driver);
  return driver;
}

function requireProfile(
  certificate: Certificate,
  { certificateFile, expected, onWarning }: SigningCertificateOptions,
): void {
  const problems = profileProblems(certificate, expected);
  for (const problem of problems) if (problem.severity === 'warning') onWarning?.(problem);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const list = errors.map(({ requirement, sentence }) => `${sentence} (${requirement})`).join('; ');
  throw new Fault('signing-certificate-unfit', `${certificateFile}: ${list}`, { temporary: false });
}

// SIG-2: what travels with each signature besides the signer's own certificate.
async function loadChain(file: string | undefined, certificate: Certificate): Promise<Buffer[]> {
  if (file === undefined) return [];
  const chain: Buffer[] = [];
  let lower = certificate;
  for (const der of pemBlocks((await readWholeFile(file)).toString('latin1'), 'CERTIFICATE')) {
    const upper = parseCertificate(der, file);
    if (!isSignedBy(lower, upper)) {
      const message = `${file}: each certificate must have signed the one before it, the first one the signing certificate`;
      throw new Fault('signing-chain-mismatch', message, { temporary: false });
    }
    // A self-signed root proves nothing to a reader who does not trust it already.
    if (!upper.selfIssued) chain.push(upper.der);
    lower = upper;
  }
  return chain;
}

function parseCertificate(octets: Buffer, file: string): Certificate {
  const parsed = readCertificate(derOf(octets, 'CERTIFICATE'));
  if (parsed.ok) return parsed.value;
  const message = `${file} holds no certificate that can be read: ${parsed.reason}`;
  throw new Fault('signing-certificate-unreadable', message, { temporary: false });
}
