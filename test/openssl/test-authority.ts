// SPDX-License-Identifier: EUPL-1.2
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs openssl and gives its standard output; throws with what it says when it fails. */
export function openssl(args: readonly string[], options: { cwd?: string; input?: Buffer } = {}): Buffer {
  return execFileSync('openssl', args, { ...options, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 2 ** 28 });
}

/** Whether openssl accepts, that is ends with 0. */
export function opensslAccepts(
  args: readonly string[],
  options: { cwd?: string; input?: Buffer } = {},
): boolean {
  try {
    openssl(args, options);
    return true;
  } catch {
    return false;
  }
}

export interface IssueOptions {
  /** In openssl's form, `/C=IT/O=.../CN=...`. */
  readonly subject?: string;
  /** Lines of an extension section, in place of those of the profile (spec section 6.2). */
  readonly extensions?: readonly string[];
  /** PEM private key; one is made when it is left out. */
  readonly keyFile?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly digest?: string;
}

export interface IssuedCertificate {
  /** PEM. */
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly der: Buffer;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The extensions spec section 6.2 asks for, and those the field adds. */
export function profileExtensions(options: { address?: string; crlUrl?: string | null } = {}): string[] {
  const { address = 'posta-certificata@alfa.test', crlUrl = 'http://crl.test/issuing.crl' } = options;
  return [
    'keyUsage=critical,digitalSignature',
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
    'extendedKeyUsage=emailProtection',
    `subjectAltName=email:${address}`,
    ...(crlUrl === null ? [] : [`crlDistributionPoints=URI:${crlUrl}`]),
  ];
}

export function authorityExtensions(...more: readonly string[]): string[] {
  return [
    'basicConstraints=critical,CA:true',
    'keyUsage=critical,keyCertSign,cRLSign',
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
    ...more,
  ];
}

/** A certification authority made by openssl in a folder: issues, revokes, publishes lists. For tests. */
export class TestAuthority {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly #folder: string;
  #issued = 0;

  /** A root, or an authority below another when its certificate is given. */
  constructor(folder: string, given?: IssuedCertificate) {
    this.#folder = folder;
    mkdirSync(join(folder, 'issued'), { recursive: true });
    writeFileSync(join(folder, 'database'), '');
    writeFileSync(join(folder, 'serial'), '1000\n');
    writeFileSync(join(folder, 'crlnumber'), '2A\n');
    this.keyFile = given?.keyFile ?? makeKey(join(folder, 'ca-key.pem'));
    this.certificateFile = given?.certificateFile ?? join(folder, 'ca.pem');
    if (given === undefined) this.#selfSign();
  }

  get der(): Buffer {
    return toDer(this.certificateFile);
  }

  #selfSign(): void {
    const config = this.#config([
      'basicConstraints=critical,CA:true',
      'keyUsage=critical,keyCertSign,cRLSign',
      'subjectKeyIdentifier=hash',
    ]);
    const subject = '/C=IT/O=Autorita di prova/CN=Radice di prova';
    const args = [
      'req',
      '-x509',
      '-new',
      '-key',
      this.keyFile,
      '-out',
      this.certificateFile,
      '-days',
      '3650',
    ];
    openssl([...args, '-subj', subject, '-config', config, '-extensions', 'extensions']);
  }

  issue(name: string, options: IssueOptions = {}): IssuedCertificate {
    const keyFile = options.keyFile ?? makeKey(join(this.#folder, `${name}-key.pem`));
    const certificateFile = join(this.#folder, `${name}.pem`);
    const config = this.#config(options.extensions ?? profileExtensions());
    const request = join(this.#folder, `${name}.csr`);
    const subject = options.subject ?? '/C=IT/O=Gestore Alfa S.p.A./CN=Posta Certificata';
    openssl(['req', '-new', '-key', keyFile, '-subj', subject, '-out', request, '-config', config]);
    const from = options.notBefore ?? new Date(Date.now() - DAY_MS);
    const to = options.notAfter ?? new Date(Date.now() + 365 * DAY_MS);
    const dates = ['-startdate', asn1Date(from), '-enddate', asn1Date(to)];
    const digest = ['-md', options.digest ?? 'sha256'];
    const files = ['-in', request, '-out', certificateFile];
    openssl([
      'ca',
      '-batch',
      '-notext',
      '-config',
      config,
      '-extensions',
      'extensions',
      ...dates,
      ...digest,
      ...files,
    ]);
    return { certificateFile, keyFile, der: toDer(certificateFile) };
  }

  /** An authority below this one. */
  authority(name: string, extensions: readonly string[] = authorityExtensions()): TestAuthority {
    const subject = `/C=IT/O=Autorita di prova/CN=${name}`;
    return new TestAuthority(join(this.#folder, name), this.issue(name, { subject, extensions }));
  }

  revoke(certificate: IssuedCertificate, reason = 'keyCompromise'): void {
    const config = this.#config([]);
    openssl(['ca', '-config', config, '-revoke', certificate.certificateFile, '-crl_reason', reason]);
  }

  /** The current list, DER. */
  revocationList(options: { lastUpdate?: Date; nextUpdate?: Date } = {}): Buffer {
    const config = this.#config([]);
    const from = options.lastUpdate ?? new Date(Date.now() - 60_000);
    const to = options.nextUpdate ?? new Date(Date.now() + DAY_MS);
    const dates = ['-crl_lastupdate', asn1Date(from), '-crl_nextupdate', asn1Date(to)];
    const pem = openssl(['ca', '-gencrl', '-config', config, '-crlexts', 'crl_extensions', ...dates]);
    return openssl(['crl', '-outform', 'DER'], { input: pem });
  }

  #config(extensions: readonly string[]): string {
    const path = join(this.#folder, `openssl-${this.#issued++}.cnf`);
    const text = `
[ca]
default_ca = authority
[authority]
database = ${this.#folder}/database
new_certs_dir = ${this.#folder}/issued
serial = ${this.#folder}/serial
crlnumber = ${this.#folder}/crlnumber
certificate = ${this.certificateFile}
private_key = ${this.keyFile}
default_md = sha256
policy = anything
unique_subject = no
[anything]
countryName = optional
organizationName = optional
commonName = optional
emailAddress = optional
[req]
distinguished_name = names
prompt = no
[names]
[crl_extensions]
authorityKeyIdentifier=keyid
[extensions]
${extensions.join('\n')}
`;
    writeFileSync(path, text);
    return path;
  }
}

/** A PEM PKCS#8 key readable by its owner only. */
export function makeKey(path: string, bits = 2048): string {
  openssl(['genpkey', '-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`, '-out', path]);
  return path;
}

function toDer(certificateFile: string): Buffer {
  return openssl(['x509', '-outform', 'DER'], { input: readFileSync(certificateFile) });
}

/** `YYYYMMDDHHMMSSZ` */
function asn1Date(date: Date): string {
  return `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
}
