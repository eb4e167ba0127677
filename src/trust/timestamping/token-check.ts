// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Instant } from '../../platform/clock.ts';
import { digestOf } from '../../wire/cms/algorithms.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { OID } from '../../wire/cms/oids.ts';
import { readTimeStampInfo, type TimeStampInfo } from '../../wire/cms/time-stamp.ts';
import type { CertificationPaths } from '../signing/certification-paths.ts';
import { checkEncapsulated } from '../signing/encapsulated.ts';

/** A time stamp that holds. */
export interface GoodTimeStamp {
  readonly ok: true;
  /** When the octets existed at the latest. */
  readonly instant: Instant;
  /** Content octets of the authority's serial number. */
  readonly serial: Buffer;
  readonly nonce?: Buffer;
  /** From the authority's certificate to the anchor. */
  readonly chain: readonly Certificate[];
  /** The authority's certificate. */
  readonly certificate: Certificate;
}

export type TokenResult = GoodTimeStamp | { readonly ok: false; readonly reason: string };

/**
 * Whether a token (RFC 3161, DER) is a time stamp over these octets by an authority whose path leads to an anchor, all
 * of it good at the time that the token names. Null for `paths`: who signed is not asked.
 */
export async function checkTimeStamp(
  token: Uint8Array,
  { octets, paths }: { readonly octets: Uint8Array; readonly paths: CertificationPaths | null },
): Promise<TokenResult> {
  const opened = await checkEncapsulated(token, {
    contentType: OID.timeStampInfo,
    paths,
    instantOf: (content) => {
      const info = readTimeStampInfo(content);
      return info.ok ? info.value.time : undefined;
    },
  });
  if (!opened.ok) return opened;
  const info = readTimeStampInfo(opened.content);
  if (!info.ok) return { ok: false, reason: `not a token: ${info.reason}` };
  if (!isOver(info.value, octets)) return { ok: false, reason: 'the time stamp is of something else' };
  const { time: instant, serial, nonce } = info.value;
  return {
    ok: true,
    instant,
    serial,
    certificate: opened.certificate,
    chain: opened.chain,
    ...(nonce !== undefined && { nonce }),
  };
}

function isOver(info: TimeStampInfo, octets: Uint8Array): boolean {
  const digest = digestOf({ oid: info.digestOid, parameters: null });
  if (digest === null || digest === 'md5' || digest === 'sha1') return false;
  return hash(digest, octets, 'buffer').equals(info.digest);
}
