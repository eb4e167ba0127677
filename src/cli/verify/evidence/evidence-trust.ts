// SPDX-License-Identifier: EUPL-1.2
import type { FileRole } from '../../../evidence/evidence-file/index-model.ts';
import type { Instant } from '../../../platform/clock.ts';
import { CertificationPaths } from '../../../trust/signing/certification-paths.ts';
import { checkEncapsulated } from '../../../trust/signing/encapsulated.ts';
import { verifyWithoutIndex } from '../../../trust/signing/verification.ts';
import type { SignatureFailure, SoundMessage } from '../../../trust/signing/verification-result.ts';
import { checkTimeStamp } from '../../../trust/timestamping/token-check.ts';
import { type Certificate, readCertificate } from '../../../wire/cms/certificate.ts';
import { printName } from '../../../wire/cms/distinguished-name.ts';
import { OID } from '../../../wire/cms/oids.ts';
import { type RevocationList, readRevocationList } from '../../../wire/cms/revocation-list.ts';
import type { MimeIndex } from '../../../wire/mime/mime-index.ts';
import type { Octets } from '../../../wire/mime/octets.ts';
import { FileLists, type RevocationFinding, type RevocationTimes } from './file-lists.ts';
import type { EvidencePackage } from './package-claim.ts';

/** Whom to trust, by whoever verifies; nothing of it comes from the file. */
export interface EvidenceAnchors {
  readonly anchors: readonly Certificate[];
  /** Authorities below them; hints, never trusted by themselves. */
  readonly intermediates: readonly Certificate[];
  readonly stampAnchors: readonly Certificate[];
}

/** Signer first, anchor last. */
export type Chain = readonly Certificate[];

export type Opened =
  | { readonly ok: true; readonly content: Buffer; readonly certificate: Certificate; readonly chain: Chain }
  | { readonly ok: false; readonly reason: string };

export type Stamped =
  | { readonly ok: true; readonly instant: Instant; readonly chain: Chain }
  | { readonly ok: false; readonly reason: string };

/** Signatures, time stamps and revocation, with certificates as they were: no clock is asked, and no network. */
export class EvidenceTrust {
  readonly #paths: CertificationPaths;
  readonly #stampPaths: CertificationPaths;
  readonly #lists: FileLists;

  private constructor(
    { anchors, stampAnchors, intermediates }: EvidenceAnchors,
    carried: { readonly certificates: readonly Certificate[]; readonly lists: FileLists },
  ) {
    const known = [...intermediates, ...carried.certificates];
    this.#paths = new CertificationPaths({ anchors, intermediates: known, revocation: null });
    this.#stampPaths = new CertificationPaths({
      anchors: stampAnchors,
      intermediates: known,
      revocation: null,
      purpose: 'time stamps',
    });
    this.#lists = carried.lists;
  }

  /** Reads the certificates and lists that the file carries; those that cannot be read help nobody. */
  static async open(given: EvidenceAnchors, evidence: EvidencePackage): Promise<EvidenceTrust> {
    const certificates: Certificate[] = [];
    const lists: RevocationList[] = [];
    let left = MAX_TRUST_BYTES;
    for (const { name, role } of evidence.index.files) {
      const entry = TRUST_ROLES.has(role) ? evidence.archive.find(name) : undefined;
      if (entry === undefined || entry.sizeBytes > left) continue;
      left -= entry.sizeBytes;
      const octets = await evidence.archive.read(entry);
      const certificate = role === 'certificato' ? readCertificate(octets) : undefined;
      if (certificate?.ok === true) certificates.push(certificate.value);
      const list = name.endsWith('.crl') ? readRevocationList(octets) : undefined;
      if (list?.ok === true) lists.push(list.value);
    }
    return new EvidenceTrust(given, { certificates, lists: new FileLists(lists) });
  }

  /** A CMS message with its content inside, its signer's chain in force when `instantOf` says. */
  async openSigned(signed: Buffer, instantOf: (content: Buffer) => Instant | undefined): Promise<Opened> {
    const opened = await checkEncapsulated(signed, {
      contentType: OID.data,
      paths: this.#paths,
      instantOf,
    });
    if (!opened.ok) return opened;
    const { content, certificate } = opened;
    const chain = await this.#chainOf(certificate, { paths: this.#paths, instant: instantOf(content) ?? 0 });
    return { ok: true, content, certificate, chain };
  }

  /** A time stamp over octets, its authority's chain in force at the time that the token names. */
  async checkStamp(token: Buffer, octets: Buffer): Promise<Stamped> {
    const stamp = await checkTimeStamp(token, { octets, paths: this.#stampPaths });
    if (!stamp.ok) return stamp;
    const { instant, certificate } = stamp;
    return {
      ok: true,
      instant,
      chain: await this.#chainOf(certificate, { paths: this.#stampPaths, instant }),
    };
  }

  /** A signed message, its signer's chain in force at `instant`. */
  checkMessage(
    { message, index }: { readonly message: Octets; readonly index: MimeIndex },
    instant: Instant,
  ): Promise<SoundMessage | SignatureFailure> {
    return verifyWithoutIndex(
      { message, index },
      { paths: this.#paths, clock: { now: () => instant }, at: 'now' },
    );
  }

  /** Why the chain was not in force at an instant; undefined when it was. */
  notInForce(chain: Chain, instant: Instant): string | undefined {
    const bad = chain.find(({ notBefore, notAfter }) => instant < notBefore || instant > notAfter);
    if (bad === undefined) return undefined;
    const [from, to] = [bad.notBefore, bad.notAfter].map((end) => new Date(end).toISOString());
    return `${printName(bad.subject)} was in force from ${from} to ${to}, not on ${new Date(instant).toISOString()}`;
  }

  /**
   * Whether a certificate of the chain was revoked when it signed, by the lists of the file; then, between that and the
   * time proved, when somebody who has the key could have signed with a date in the past.
   */
  revocation(chain: Chain, times: RevocationTimes): RevocationFinding {
    let open: RevocationFinding = { found: 'good' };
    for (const [at, certificate] of chain.entries()) {
      const issuer = chain[at + 1];
      if (issuer === undefined) break;
      const finding = this.#lists.ask({ certificate, issuer }, times);
      if (finding.found === 'revoked') return finding;
      if (open.found === 'good') open = finding;
    }
    return open;
  }

  /** The chain of a certificate that was just found good: the path is remembered. */
  async #chainOf(
    certificate: Certificate,
    { paths, instant }: { readonly paths: CertificationPaths; readonly instant: Instant },
  ): Promise<Chain> {
    const path = await paths.judge(certificate, { instant, carried: [] });
    return path.ok ? path.chain : [certificate];
  }
}

const TRUST_ROLES: ReadonlySet<FileRole> = new Set<FileRole>(['certificato', 'revoca']);

/** Octets of certificates and lists that are looked at; what goes beyond helps nobody. */
const MAX_TRUST_BYTES = 64 * 1024 * 1024;
