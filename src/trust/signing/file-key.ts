// SPDX-License-Identifier: EUPL-1.2
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Fault } from '../../platform/faults.ts';
import { type Certificate, isSignedBy, readCertificate } from '../../wire/cms/certificate.ts';
import { derOf, pemBlocks } from '../../wire/cms/pem.ts';
import { type ProfileExpectations, type ProfileProblem, profileProblems } from './certificate-profile.ts';
import { type KeyDriver, selfTest } from './key-driver.ts';

const signInThreadPool = promisify(sign);

/** Largest key, passphrase or certificate file read, in octets. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Where a signing key lies, and what its certificate must match. */
export interface FileKeyOptions {
  /** PEM, PKCS#8 (plain or encrypted); readable by its owner only. */
  readonly keyFile: string;
  /** Holds the passphrase of an encrypted key on its first line; readable by its owner only. */
  readonly passphraseFile?: string;
  /** The signing certificate, PEM or DER. */
  readonly certificateFile: string;
  /** PEM certificates of the authorities above, issuing CA first; a self-signed root is left out. */
  readonly chainFile?: string;
  readonly expected: ProfileExpectations;
  /** Hears what the profile only advises against. */
  readonly onWarning?: (problem: ProfileProblem) => void;
}

/** A signing key in a file, loaded once; signatures are made in the thread pool. */
export class FileKey implements KeyDriver {
  readonly certificate: Buffer;
  readonly chain: readonly Buffer[];
  readonly #key: KeyObject;

  constructor({
    key,
    certificate,
    chain,
  }: { key: KeyObject; certificate: Buffer; chain: readonly Buffer[] }) {
    this.#key = key;
    this.certificate = certificate;
    this.chain = chain;
  }

  async sign(bytes: Buffer): Promise<Buffer> {
    try {
      return await signInThreadPool('sha256', bytes, this.#key);
    } catch (cause) {
      throw new Fault('signing-key-unusable', 'the signing key failed to sign', { temporary: true, cause });
    }
  }
}

/**
 * Loads and checks a signing key: permissions, certificate profile (SIG-9 to SIG-12), that key, certificate
 * and chain belong together, and a first signature.
 * @throws Fault `key-file-unreadable`, `key-file-exposed`, `signing-key-unreadable`,
 * `signing-certificate-unreadable`, `signing-certificate-unfit`, `signing-key-mismatch`,
 * `signing-chain-mismatch`, `signing-key-unusable`
 */
export async function openFileKey(options: FileKeyOptions): Promise<FileKey> {
  const certificate = parseCertificate(await readWholeFile(options.certificateFile), options.certificateFile);
  requireProfile(certificate, options);
  const key = await loadKey(options);
  if (certificate.publicKey === null || !createPublicKey(key).equals(certificate.publicKey)) {
    const message = `${options.keyFile} is not the key of the certificate ${options.certificateFile}`;
    throw new Fault('signing-key-mismatch', message, { temporary: false });
  }
  const chain = await loadChain(options.chainFile, certificate);
  const driver = new FileKey({ key, certificate: certificate.der, chain });
  await selfTest(driver);
  return driver;
}

function requireProfile(
  certificate: Certificate,
  { certificateFile, expected, onWarning }: FileKeyOptions,
): void {
  const problems = profileProblems(certificate, expected);
  for (const problem of problems) if (problem.severity === 'warning') onWarning?.(problem);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const list = errors.map(({ requirement, sentence }) => `${sentence} (${requirement})`).join('; ');
  throw new Fault('signing-certificate-unfit', `${certificateFile}: ${list}`, { temporary: false });
}

async function loadKey({ keyFile, passphraseFile }: FileKeyOptions): Promise<KeyObject> {
  const pem = await readSecretFile(keyFile);
  const passphrase =
    passphraseFile === undefined ? undefined : firstLine(await readSecretFile(passphraseFile));
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    const hint =
      passphraseFile === undefined ? 'an encrypted key needs a passphrase file' : 'is the passphrase right?';
    const message = `${keyFile} holds no private key that can be read (${hint})`;
    throw new Fault('signing-key-unreadable', message, { temporary: false, cause });
  }
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

function firstLine(octets: Buffer): string {
  return octets.toString('utf8').split(/\r?\n/, 1)[0] ?? '';
}

const readWholeFile = (path: string): Promise<Buffer> => readFileChecked(path, () => undefined);

/** The same for a secret, which nobody but its owner may read. */
function readSecretFile(path: string): Promise<Buffer> {
  return readFileChecked(path, (mode) => {
    if ((mode & 0o077) === 0) return;
    const message = `${path} can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`;
    throw new Fault('key-file-exposed', message, { temporary: false });
  });
}

async function readFileChecked(path: string, checkMode: (mode: number) => void): Promise<Buffer> {
  try {
    // Permissions and contents come from one open file, so it cannot be exchanged in between.
    await using file = await open(path, 'r');
    const { mode, size } = await file.stat();
    checkMode(mode);
    if (size > MAX_FILE_BYTES) throw new Error('the file is too large');
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('key-file-unreadable', `${path} cannot be read: ${why}`, { temporary: false, cause });
  }
}
