// SPDX-License-Identifier: EUPL-1.2
import { createHash, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Ids } from '../../platform/ids.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';
import { SignatureTemplate } from '../../wire/cms/signature-template.ts';
import {
  caRequest,
  indexSignerRequest,
  ocspResponderRequest,
  providerRequest,
  type TlsNames,
  timeStamperRequest,
  tlsRequest,
  VALIDITY_DAYS,
  validityFrom,
} from './certificate-profiles.ts';
import { type NameText, type Validity, writeCertificate, writeName } from './certificate-writer.ts';
import {
  type CertificateRequest,
  Issuer,
  newSerial,
  type Revocation,
  type RevocationReason,
} from './issuer.ts';
import { type Identity, type KeyPair, makeKeyPair } from './key-pair.ts';

/** The CAs: the root, and below it one for signatures and one for TLS. */
export const ISSUER_NAMES = ['root', 'signing', 'tls'] as const;
export type IssuerName = (typeof ISSUER_NAMES)[number];

/** The keys an Authority holds: its CAs' and the one the index is signed with. */
export type AuthorityKeyName = IssuerName | 'index';

export interface AuthorityTerms {
  readonly clock: Clock;
  readonly ids: Ids;
  /** What it is called: O of all its names. */
  readonly name: string;
  /** Where `root.crl`, `signing.crl` and `tls.crl` will be, without a slash at the end. */
  readonly crlBaseUrl: string;
  /** Where its OCSP responder will be; certificates name none without. */
  readonly ocspUrl?: string;
  /** How long a CRL is good; a day unless told. */
  readonly crlValidityMs?: number;
}

/** Everything an Authority is made of. */
export interface AuthorityParts extends AuthorityTerms {
  readonly keys: Readonly<Record<AuthorityKeyName, KeyPair>>;
  /** DER. */
  readonly certificates: Readonly<Record<AuthorityKeyName, Buffer>>;
  readonly revocations: Readonly<Record<IssuerName, readonly Revocation[]>>;
}

/** What may be chosen when a certificate is issued. */
export interface IssueOptions {
  /** A key made before; a fresh one of the right kind unless told. */
  readonly keyPair?: KeyPair;
  readonly validity?: Validity;
}

/** Whom a key is certified for, and what for. */
export type CertifiedHolder =
  | { readonly purpose: 'signature'; readonly providerName: string; readonly serviceAddress: string }
  | (TlsNames & { readonly purpose: 'server' | 'client' });

/** Who certifies the providers and signs their index: the body that RFC 6109 calls the Authority. */
export class Authority {
  readonly parts: AuthorityParts;
  readonly issuers: Readonly<Record<IssuerName, Issuer>>;
  readonly #indexSigner: Identity;

  constructor(parts: AuthorityParts) {
    this.parts = parts;
    this.issuers = {
      root: issuerOf('root', parts),
      signing: issuerOf('signing', parts),
      tls: issuerOf('tls', parts),
    };
    const { keys, certificates } = parts;
    const chain = [certificates.signing];
    this.#indexSigner = { privateKey: keys.index.privateKey, certificate: certificates.index, chain };
  }

  /** A new Authority; keys that are not given are made, all at once. */
  static async create(
    terms: AuthorityTerms & { readonly keys?: Partial<Record<AuthorityKeyName, KeyPair>> },
  ): Promise<Authority> {
    const [root, signing, tls, index] = await Promise.all([
      terms.keys?.root ?? makeKeyPair('rsa-2048'),
      terms.keys?.signing ?? makeKeyPair('rsa-2048'),
      terms.keys?.tls ?? makeKeyPair('p-256'),
      terms.keys?.index ?? makeKeyPair('rsa-2048'),
    ]);
    return new Authority(await certifyParts({ ...terms, keys: { root, signing, tls, index } }));
  }

  /** The trust anchor of all its certificates, DER. */
  get rootCertificate(): Buffer {
    return this.parts.certificates.root;
  }

  /** What the index is signed with; providers are configured with this certificate (U-22). */
  get indexCertificate(): Buffer {
    return this.parts.certificates.index;
  }

  /** What a provider signs with: RSA-2048, section 6.2. */
  async issueProviderIdentity(
    provider: { readonly providerName: string; readonly serviceAddress: string; readonly policyOid?: string },
    options: IssueOptions = {},
  ): Promise<Identity> {
    const keyPair = options.keyPair ?? (await makeKeyPair('rsa-2048'));
    const validity = options.validity ?? validityFrom(this.parts.clock.now(), VALIDITY_DAYS.signature);
    const issuer = this.issuers.signing;
    return this.#issue(issuer, {
      keyPair,
      request: providerRequest(provider, { ...keyPair, validity, issuer }),
    });
  }

  /** What time is stamped with: RSA-2048, for nothing else (RFC 3161 section 2.3). */
  async issueTimeStamper(options: IssueOptions = {}): Promise<Identity> {
    const keyPair = options.keyPair ?? (await makeKeyPair('rsa-2048'));
    const validity = options.validity ?? validityFrom(this.parts.clock.now(), VALIDITY_DAYS.signature);
    const issuer = this.issuers.signing;
    const request = timeStamperRequest(this.parts.name, { ...keyPair, validity, issuer });
    return this.#issue(issuer, { keyPair, request });
  }

  /** What answers for one of its CAs are signed with, and nothing else (RFC 6960 section 4.2.2.2). */
  async issueOcspResponder(name: IssuerName): Promise<Identity> {
    const keyPair = await makeKeyPair('p-256');
    const validity = validityFrom(this.parts.clock.now(), VALIDITY_DAYS.ocsp);
    const issuer = this.issuers[name];
    const request = ocspResponderRequest(this.parts.name, { ...keyPair, validity, issuer });
    return this.#issue(issuer, { keyPair, request });
  }

  /**
   * A certificate for a key that somebody else holds, as `issueProviderIdentity`, `issueTlsServer` and
   * `issueTlsClient` make them; DER.
   */
  certify(
    holder: CertifiedHolder,
    { publicKey, validity }: { readonly publicKey: KeyObject; readonly validity?: Validity },
  ): Promise<Buffer> {
    const { signing, tls } = this.issuers;
    const issuer = holder.purpose === 'signature' ? signing : tls;
    const days = holder.purpose === 'signature' ? VALIDITY_DAYS.signature : VALIDITY_DAYS.tls;
    const terms = { publicKey, validity: validity ?? validityFrom(this.parts.clock.now(), days), issuer };
    if (holder.purpose === 'signature') return issuer.issue(providerRequest(holder, terms));
    const purpose = holder.purpose === 'server' ? 'serverAuth' : 'clientAuth';
    return issuer.issue(tlsRequest(holder, { ...terms, purpose }));
  }

  issueTlsServer(names: TlsNames, options: IssueOptions = {}): Promise<Identity> {
    return this.#issueTls(names, { ...options, purpose: 'serverAuth' });
  }

  /** What a licensed provider shows when it reads the index (DIR-11). */
  issueTlsClient(names: TlsNames, options: IssueOptions = {}): Promise<Identity> {
    return this.#issueTls(names, { ...options, purpose: 'clientAuth' });
  }

  /** Takes back a certificate it issued; throws a `Fault` for any other. */
  revoke(certificate: Buffer, reason: RevocationReason = 'unspecified'): void {
    for (const name of ISSUER_NAMES) {
      if (!this.issuers[name].issued(certificate)) continue;
      this.issuers[name].revoke(certificate, reason);
      return;
    }
    throw new Fault('certificate-not-ours', 'the certificate was issued by somebody else', {
      temporary: false,
    });
  }

  /** Whether it took the certificate back. */
  isRevoked(certificate: Buffer): boolean {
    return ISSUER_NAMES.some((name) => {
      const issuer = this.issuers[name];
      return issuer.issued(certificate) && issuer.isRevoked(certificate);
    });
  }

  /** The CRL of one of its CAs, DER. */
  revocationList(name: IssuerName): Promise<Buffer> {
    return this.issuers[name].revocationList();
  }

  /** Signs the LDIF of the whole index: PKCS#7 SignedData with the file inside, DER (DIR-7, DIR-10). */
  async signIndex(ldif: Buffer): Promise<Buffer> {
    return signFile(ldif, { signer: this.#indexSigner, signingTimeMs: this.parts.clock.now() });
  }

  async #issueTls(
    names: TlsNames,
    options: IssueOptions & { readonly purpose: 'serverAuth' | 'clientAuth' },
  ): Promise<Identity> {
    const keyPair = options.keyPair ?? (await makeKeyPair('p-256'));
    const validity = options.validity ?? validityFrom(this.parts.clock.now(), VALIDITY_DAYS.tls);
    const { purpose } = options;
    const issuer = this.issuers.tls;
    const request = tlsRequest(names, { ...keyPair, validity, issuer, purpose });
    return this.#issue(issuer, { keyPair, request });
  }

  async #issue(
    issuer: Issuer,
    { keyPair, request }: { keyPair: KeyPair; request: CertificateRequest },
  ): Promise<Identity> {
    const certificate = await issuer.issue(request);
    return { privateKey: keyPair.privateKey, certificate, chain: [issuer.certificate] };
  }
}

/** Signs any file into a `.p7m`; providers sign their own records in the same way (DIR-7). RSA keys only. */
export async function signFile(
  content: Buffer,
  { signer, signingTimeMs }: { signer: Identity; signingTimeMs: number },
): Promise<Buffer> {
  const certificate = readCertificate(signer.certificate);
  if (!certificate.ok) throw new Fault('certificate-unreadable', certificate.reason, { temporary: false });
  const template = new SignatureTemplate(certificate.value, { chain: signer.chain });
  const attributes = template.attributes(createHash('sha256').update(content).digest(), signingTimeMs);
  const signature = await promisify(sign)('sha256', attributes, signer.privateKey);
  return template.encapsulated(content, { attributes, signature });
}

function subjectOf(name: IssuerName, organization: string): NameText {
  const words = { root: 'Root CA', signing: 'CA PEC', tls: 'CA TLS' };
  return [
    ['C', 'IT'],
    ['O', organization],
    ['CN', `${organization} ${words[name]}`],
  ];
}

function issuerOf(name: IssuerName, parts: AuthorityParts): Issuer {
  return new Issuer({
    subject: subjectOf(name, parts.name),
    keyPair: parts.keys[name],
    certificate: parts.certificates[name],
    crlUrl: `${parts.crlBaseUrl}/${name}.crl`,
    ocspUrl: parts.ocspUrl,
    crlValidityMs: parts.crlValidityMs ?? 24 * 3_600_000,
    clock: parts.clock,
    ids: parts.ids,
    revocations: parts.revocations[name],
  });
}

/** Certifies the Authority's own keys, from the root downwards. */
async function certifyParts(
  parts: Omit<AuthorityParts, 'certificates' | 'revocations'>,
): Promise<AuthorityParts> {
  const { keys, name, clock, ids } = parts;
  const validity = validityFrom(clock.now(), VALIDITY_DAYS.ca);
  const none = Buffer.alloc(0);
  const noneRevoked = { root: [], signing: [], tls: [] };
  const subject = subjectOf('root', name);
  const selfSigned = caRequest(subject, { ...keys.root, validity, issuer: undefined });
  const root = await writeCertificate(
    { ...selfSigned, serial: newSerial(ids), issuer: writeName(subject) },
    keys.root.privateKey,
  );
  const withRoot: AuthorityParts = {
    ...parts,
    certificates: { root, signing: none, tls: none, index: none },
    revocations: noneRevoked,
  };
  const above = issuerOf('root', withRoot);
  const signing = await above.issue(
    caRequest(subjectOf('signing', name), { ...keys.signing, validity, issuer: above }),
  );
  const tls = await above.issue(caRequest(subjectOf('tls', name), { ...keys.tls, validity, issuer: above }));
  const withCas = { ...withRoot, certificates: { root, signing, tls, index: none } };
  const issuer = issuerOf('signing', withCas);
  const index = await issuer.issue(indexSignerRequest(name, { ...keys.index, validity, issuer }));
  return { ...withCas, certificates: { root, signing, tls, index } };
}
