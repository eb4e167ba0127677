// SPDX-License-Identifier: EUPL-1.2
import { createHash, type KeyObject } from 'node:crypto';
import type { Clock, Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Ids } from '../../platform/ids.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';
import { TAG } from '../../wire/cms/der-reader.ts';
import { der, integer, sequence, time } from '../../wire/cms/der-writer.ts';
import {
  keyIdentifier,
  type NameText,
  signatureAlgorithm,
  signStructure,
  type Validity,
  writeCertificate,
  writeName,
} from './certificate-writer.ts';
import {
  authorityKeyIdentifier,
  crlDistributionPoint,
  crlNumber,
  type Extension,
  ocspAccess,
  revocationReason,
} from './extension-writer.ts';
import type { KeyPair } from './key-pair.ts';

/** RFC 5280 section 5.3.1, those an issuer of ours gives. */
export const REVOCATION_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const;

export type RevocationReason = keyof typeof REVOCATION_REASONS;

export interface Revocation {
  /** The serial's content octets in lower-case hexadecimal. */
  readonly serial: string;
  readonly revokedAt: Instant;
  readonly reason: RevocationReason;
}

export interface CertificateRequest {
  readonly subject: NameText;
  readonly publicKey: KeyObject;
  readonly validity: Validity;
  readonly extensions: readonly Extension[];
}

export interface IssuerTerms {
  readonly subject: NameText;
  readonly keyPair: KeyPair;
  /** The CA's own certificate, DER. */
  readonly certificate: Buffer;
  /** Where its CRL is published. */
  readonly crlUrl: string;
  /** Where an OCSP responder answers; certificates name none without. */
  readonly ocspUrl: string | undefined;
  readonly crlValidityMs: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly revocations: readonly Revocation[];
}

/** One certification authority: a key, its certificate, what it issued and took back. */
export class Issuer {
  readonly certificate: Buffer;
  readonly crlUrl: string;
  readonly keyPair: KeyPair;
  readonly #terms: IssuerTerms;
  readonly #name: Buffer;
  readonly #revocations: Map<string, Revocation>;
  #lastList: { readonly der: Buffer; readonly madeAt: Instant } | undefined;
  #lastNumber = 0;

  constructor(terms: IssuerTerms) {
    this.certificate = terms.certificate;
    this.crlUrl = terms.crlUrl;
    this.keyPair = terms.keyPair;
    this.#terms = terms;
    this.#name = writeName(terms.subject);
    this.#revocations = new Map(terms.revocations.map((revocation) => [revocation.serial, revocation]));
  }

  /** DER of its name. */
  get name(): Buffer {
    return this.#name;
  }

  get revocations(): readonly Revocation[] {
    return [...this.#revocations.values()];
  }

  /** Identifies this CA's key in what it issues. */
  get authorityKeyIdentifier(): Extension {
    return authorityKeyIdentifier(keyIdentifier(this.keyPair.publicKey));
  }

  /** Says in what it issues where revocation is told. */
  get whereRevoked(): readonly Extension[] {
    const { ocspUrl } = this.#terms;
    return [crlDistributionPoint(this.crlUrl), ...(ocspUrl === undefined ? [] : [ocspAccess(ocspUrl)])];
  }

  /** Issues whatever is asked; which extensions make which certificate is said in `certificate-profiles.ts`. */
  issue(request: CertificateRequest): Promise<Buffer> {
    const serial = newSerial(this.#terms.ids);
    return writeCertificate({ ...request, serial, issuer: this.#name }, this.keyPair.privateKey);
  }

  /** Whether this CA issued the certificate, by name; throws a `Fault` for what is no certificate. */
  issued(certificate: Buffer): boolean {
    return fieldsOf(certificate).issuer.der.equals(this.#name);
  }

  /** Whether the next CRL names the certificate. */
  isRevoked(certificate: Buffer): boolean {
    return this.#revocations.has(fieldsOf(certificate).serial.toString('hex'));
  }

  /** Puts a certificate on the next CRL; the first revocation of a certificate stands. */
  revoke(certificate: Buffer, reason: RevocationReason): void {
    const serial = fieldsOf(certificate).serial.toString('hex');
    if (this.#revocations.has(serial)) return;
    this.#revocations.set(serial, { serial, revokedAt: this.#terms.clock.now(), reason });
    this.#lastList = undefined;
  }

  /** The CRL, DER: the last one while it is fresh, else a new one with a higher number. */
  async revocationList(): Promise<Buffer> {
    const now = this.#terms.clock.now();
    const last = this.#lastList;
    // Renewed at half its life, and when the clock was turned back to before it was made.
    if (last !== undefined && now >= last.madeAt && now - last.madeAt < this.#terms.crlValidityMs / 2) {
      return last.der;
    }
    // Seconds since 1970: higher after each start without being kept anywhere.
    this.#lastNumber = Math.max(this.#lastNumber + 1, Math.floor(now / 1000));
    const list = await this.#writeList(now, this.#lastNumber);
    this.#lastList = { der: list, madeAt: now };
    return list;
  }

  /** RFC 5280 section 5.1. */
  #writeList(now: Instant, number: number): Promise<Buffer> {
    const key = this.keyPair.privateKey;
    const entries = this.revocations.map(({ serial, revokedAt, reason }) =>
      sequence(
        der(TAG.integer, Buffer.from(serial, 'hex')),
        time(revokedAt),
        sequence(revocationReason(REVOCATION_REASONS[reason])),
      ),
    );
    const toBeSigned = sequence(
      integer(1),
      signatureAlgorithm(key),
      this.#name,
      time(now),
      time(now + this.#terms.crlValidityMs),
      // The list of entries is absent, not empty, when nothing is revoked.
      entries.length === 0 ? Buffer.alloc(0) : sequence(...entries),
      der(0xa0, sequence(this.authorityKeyIdentifier, crlNumber(number))),
    );
    return signStructure(toBeSigned, key);
  }
}

/** Sixteen octets nobody can guess (RFC 5280 section 4.1.2.2: positive, at most 20). */
export function newSerial(ids: Ids): Buffer {
  const serial = createHash('sha256').update(ids.token()).digest().subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

function fieldsOf(certificate: Buffer) {
  const parsed = readCertificate(certificate);
  if (parsed.ok) return parsed.value;
  throw new Fault('certificate-unreadable', parsed.reason, { temporary: false });
}
