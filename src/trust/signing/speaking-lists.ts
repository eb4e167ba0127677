// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Instant } from '../../platform/clock.ts';
import { findRevoked, type RevocationList, readRevocationList } from '../../wire/cms/revocation-list.ts';
import { type IssuedCertificate, objectionToList, objectionToSignature } from './list-rules.ts';
import { issuerKey, type TrustedList } from './revocation-archive.ts';
import type { RevocationArchiveReader } from './revocation-archive-store.ts';
import type { RevocationQuestion, RevocationSource, RevocationStatus } from './revocation-source.ts';

/** Lists looked at on each side of the instant before it is said that none speaks. */
const MOST_LOOKED_AT = 100;

/** A list that says whether a certificate was revoked at an instant. */
export interface SpeakingList extends TrustedList {
  /** SHA-256 of its DER, hexadecimal. */
  readonly sha256: string;
}

interface Candidate {
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant | null;
  read(): SpeakingList | undefined;
}

/**
 * The lists of the archive that say whether a certificate was revoked at an instant, the best one first: the earliest
 * that was issued at or after the instant, while the certificate had not expired; then the latest issued before it that
 * was still in force. Each is signed by the issuer. At most two.
 */
export function speakingLists(
  archive: RevocationArchiveReader,
  question: RevocationQuestion,
): readonly SpeakingList[] {
  const kept = archive.listRevocationLists(issuerKey(question.issuer.subject));
  const candidates = kept.map(({ sha256, thisUpdate, nextUpdate }) => ({
    thisUpdate,
    nextUpdate,
    read: () => {
      const der = archive.revocationListOctets(sha256);
      return der === undefined ? undefined : readSpeaking(der);
    },
  }));
  return bestFirst(candidates, question);
}

/** A list that was handed over, DER; undefined when it cannot be read. */
export function readSpeaking(der: Buffer): SpeakingList | undefined {
  const parsed = readRevocationList(der);
  if (!parsed.ok) return undefined;
  return { der, list: parsed.value, sha256: hash('sha256', der, 'hex') };
}

/** Judges by lists that were handed over, as of the instant that is asked about: nothing is fetched. */
export class GivenLists implements RevocationSource {
  readonly #candidates: readonly Candidate[];

  constructor(lists: readonly SpeakingList[]) {
    this.#candidates = lists
      .map((given) => {
        const { thisUpdate, nextUpdate } = given.list;
        return { thisUpdate, nextUpdate, read: () => given };
      })
      .sort((one, other) => one.thisUpdate - other.thisUpdate);
  }

  /** The lists that speak, as `speakingLists` orders them. */
  speaking(question: RevocationQuestion): readonly SpeakingList[] {
    return bestFirst(this.#candidates, question);
  }

  async check(question: RevocationQuestion): Promise<RevocationStatus> {
    const speaking = this.speaking(question);
    const [best] = speaking;
    if (best === undefined)
      return { status: 'unavailable', detail: 'none of the lists at hand speaks of that time' };
    return statusBy(
      speaking.map(({ list }) => list),
      question,
    );
  }
}

/** What lists that speak say together: revoked when one of them says so. */
function statusBy(
  lists: readonly RevocationList[],
  { certificate, instant }: RevocationQuestion,
): RevocationStatus {
  let goodUntil = Number.POSITIVE_INFINITY;
  for (const list of lists) {
    const found = findRevoked(list, certificate);
    if (found !== null && found.revokedAt <= instant)
      return { status: 'revoked', ...found, crlNumber: list.crlNumber };
    goodUntil = Math.min(goodUntil, found?.revokedAt ?? Number.POSITIVE_INFINITY);
  }
  const [best] = lists;
  // A list issued later vouches up to its issue, one issued earlier as long as it is in force.
  const vouched = best === undefined || best.thisUpdate >= instant ? best?.thisUpdate : best.nextUpdate;
  return {
    status: 'good',
    crlNumber: best?.crlNumber ?? null,
    goodUntil: Math.min(goodUntil, vouched ?? instant),
  };
}

/** `candidates` by thisUpdate, the earliest first. */
function bestFirst(
  candidates: readonly Candidate[],
  { certificate, issuer, instant }: RevocationQuestion,
): readonly SpeakingList[] {
  const after = candidates.filter(
    // RFC 5280 section 3.3: a certificate that has expired is taken off the lists.
    ({ thisUpdate }) => thisUpdate >= instant && thisUpdate <= certificate.notAfter,
  );
  const before = candidates.filter(
    ({ thisUpdate, nextUpdate }) => thisUpdate < instant && (nextUpdate === null || nextUpdate > instant),
  );
  const found = [after, before.reverse()].map((side) => firstThatSpeaks(side, { certificate, issuer }));
  return found.filter((list) => list !== undefined);
}

function firstThatSpeaks(
  candidates: readonly Candidate[],
  issued: IssuedCertificate,
): SpeakingList | undefined {
  for (const candidate of candidates.slice(0, MOST_LOOKED_AT)) {
    const found = candidate.read();
    if (found === undefined || objectionToList(found.list, issued) !== null) continue;
    if (objectionToSignature(found.list, issued.issuer) === null) return found;
  }
  return undefined;
}
