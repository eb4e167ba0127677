// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { type Certificate, isSignedBy, readCertificate } from '../../wire/cms/certificate.ts';
import { printName, sameName } from '../../wire/cms/distinguished-name.ts';
import { judgePath, type KeyPurpose, type PathFailure } from './path-rules.ts';
import type { RevocationSource } from './revocation-source.ts';

/** Most certificates in a path, signer and anchor included. */
const MAX_PATH_LENGTH = 8;
/** Most signatures checked while looking for one path: what a hostile message can make us compute. */
const MAX_SIGNATURE_CHECKS = 64;
/** Longest time a good path is believed without asking again (IP-7). */
const BELIEF_MS = 60 * 60 * 1000;
/** Most good paths remembered; there are about twenty providers. */
const MAX_REMEMBERED = 1000;

/** A path that leads to an anchor, all of whose certificates are good. */
export interface GoodPath {
  readonly ok: true;
  /** Signer first, anchor last. */
  readonly chain: readonly Certificate[];
  /** Number of the CRL that spoke about the signer. */
  readonly crlNumber: string | null;
}

export type PathResult = GoodPath | ({ readonly ok: false } & PathFailure);

interface Remembered {
  readonly path: GoodPath;
  readonly from: Instant;
  readonly until: Instant;
}

export interface CertificationPathsOptions {
  /** Certificates trusted by configuration; a path ends at one of them. */
  readonly anchors: readonly Certificate[];
  /** Authorities below the anchors, for messages that do not carry them. */
  readonly intermediates?: readonly Certificate[];
  /** Null: revocation is not asked. */
  readonly revocation: RevocationSource | null;
  /** What the signers sign; e-mail unless told. */
  readonly purpose?: KeyPurpose;
}

/** IP-6: builds and judges the whole certification path of a signer's certificate, and remembers the good ones. */
export class CertificationPaths {
  readonly #anchors: readonly Certificate[];
  readonly #intermediates: readonly Certificate[];
  readonly #revocation: RevocationSource | null;
  readonly #purpose: KeyPurpose;
  readonly #remembered = new Map<string, Remembered>();

  constructor(options: CertificationPathsOptions) {
    const { anchors, intermediates = [], revocation, purpose = 'e-mail' } = options;
    this.#anchors = anchors;
    this.#intermediates = intermediates;
    this.#revocation = revocation;
    this.#purpose = purpose;
  }

  /** `carried`: DER of further certificates that came with the signature; they are hints, never trusted. */
  async judge(
    signer: Certificate,
    { instant, carried }: { instant: Instant; carried: readonly Buffer[] },
  ): Promise<PathResult> {
    const key = signer.sha256;
    const known = this.#remembered.get(key);
    if (known !== undefined && known.from <= instant && instant < known.until) return known.path;
    const authorities = [...this.#intermediates, ...readAll(carried)];
    let first: PathFailure | null = null;
    for (const path of this.#paths(signer, authorities)) {
      const failure = judgePath(path, { instant, purpose: this.#purpose });
      const outcome = failure ?? (await this.#askRevocation(path, instant));
      if ('path' in outcome) return this.#remember(key, outcome);
      first ??= outcome;
    }
    const { reason, detail } = first ?? broken(signer);
    return { ok: false, reason, detail };
  }

  #remember(key: string, entry: Remembered): GoodPath {
    this.#remembered.delete(key);
    this.#remembered.set(key, entry);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    return entry.path;
  }

  /** Every chain of correct signatures from the signer up to an anchor, shortest first at each step. */
  *#paths(signer: Certificate, authorities: readonly Certificate[]): Generator<Certificate[]> {
    let checksLeft = MAX_SIGNATURE_CHECKS;
    const open: Certificate[][] = [[signer]];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      const lower = path[path.length - 1];
      if (lower === undefined || path.length >= MAX_PATH_LENGTH) continue;
      const longer: Certificate[][] = [];
      for (const { issuer, anchor } of this.#candidates(lower, authorities)) {
        if (path.some((certificate) => certificate.der.equals(issuer.der))) continue;
        if (checksLeft-- <= 0) return;
        if (!isSignedBy(lower, issuer)) continue;
        if (anchor) yield [...path, issuer];
        else longer.unshift([...path, issuer]);
      }
      open.push(...longer);
    }
  }

  *#candidates(
    lower: Certificate,
    authorities: readonly Certificate[],
  ): Generator<{ issuer: Certificate; anchor: boolean }> {
    for (const issuer of this.#anchors) if (mayHaveIssued(issuer, lower)) yield { issuer, anchor: true };
    for (const issuer of authorities) if (mayHaveIssued(issuer, lower)) yield { issuer, anchor: false };
  }

  /** Asks about each certificate below the anchor. */
  async #askRevocation(path: readonly Certificate[], instant: Instant): Promise<Remembered | PathFailure> {
    let until = instant + BELIEF_MS;
    let crlNumber: string | null = null;
    for (const certificate of path) until = Math.min(until, certificate.notAfter + 1);
    // From the anchor down: a list is only fetched on the word of an authority that is itself good.
    for (let index = path.length - 2; index >= 0 && this.#revocation !== null; index -= 1) {
      const [certificate, issuer] = [path[index], path[index + 1]];
      if (certificate === undefined || issuer === undefined) continue;
      const answer = await this.#revocation.check({ certificate, issuer, instant });
      const name = printName(certificate.subject);
      if (answer.status === 'revoked') {
        const since = new Date(answer.revokedAt).toISOString();
        const why = answer.reason === null ? '' : ` (${answer.reason})`;
        return { reason: 'revoked', detail: `${name} was revoked on ${since}${why}` };
      }
      if (answer.status === 'unavailable') {
        return { reason: 'crl-unavailable', detail: `${name}: ${answer.detail}` };
      }
      until = Math.min(until, answer.goodUntil);
      crlNumber = answer.crlNumber;
    }
    return { path: { ok: true, chain: path, crlNumber }, from: instant, until };
  }
}

/** By name and, where both tell it, by key (RFC 5280 sections 4.2.1.1 and 6.1.3). */
function mayHaveIssued(issuer: Certificate, lower: Certificate): boolean {
  const [wanted, offered] = [lower.authorityKeyIdentifier, issuer.subjectKeyIdentifier];
  if (wanted !== null && offered !== null && !wanted.equals(offered)) return false;
  return sameName(issuer.subject, lower.issuer);
}

function readAll(carried: readonly Buffer[]): Certificate[] {
  const certificates: Certificate[] = [];
  for (const der of carried) {
    const parsed = readCertificate(der);
    if (parsed.ok) certificates.push(parsed.value);
  }
  return certificates;
}

function broken(signer: Certificate): PathFailure {
  const detail = `no path from ${printName(signer.subject)}, issued by ${printName(signer.issuer)}, to a trusted authority`;
  return { reason: 'chain-broken', detail };
}
