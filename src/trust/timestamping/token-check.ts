// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Instant } from '../../platform/clock.ts';
import { digestOf } from '../../wire/cms/algorithms.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { OID } from '../../wire/cms/oids.ts';
import { readSignedData } from '../../wire/cms/signed-data.ts';
import { readTimeStampInfo, type TimeStampInfo } from '../../wire/cms/time-stamp.ts';
import type { CertificationPaths } from '../signing/certification-paths.ts';
import { KnownCertificates } from '../signing/known-certificates.ts';
import { checkContent, findSigner } from '../signing/signer-check.ts';

/** A time stamp that holds. */
export interface GoodTimeStamp {
  readonly ok: true;
  /** When the octets existed at the latest. */
  readonly instant: Instant;
  /** Content octets of the authority's serial number. */
  readonly serial: Buffer;
  readonly nonce?: Buffer;
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
  const parsed = readSignedData(Buffer.from(token));
  if (!parsed.ok) return bad(`not a token: ${parsed.reason}`);
  const { contentType, content, certificates } = parsed.value;
  if (contentType !== OID.timeStampInfo || content === null) return bad('not a token of RFC 3161');
  const info = readTimeStampInfo(content);
  if (!info.ok) return bad(`not a token: ${info.reason}`);
  if (!isOver(info.value, octets)) return bad('the time stamp is of something else');
  const one = findSigner(parsed.value, new KnownCertificates());
  if ('authentic' in one) return bad(one.detail);
  const check = checkContent(one, contentType);
  if ('authentic' in check) return bad(check.detail);
  check.update(content);
  const failure = check.conclude();
  if (failure !== null) return bad(failure.detail);
  const instant = info.value.time;
  const path = await paths?.judge(one.certificate, { instant, carried: certificates });
  if (path !== undefined && !path.ok) return bad(path.detail);
  const { serial, nonce } = info.value;
  return { ok: true, instant, serial, certificate: one.certificate, ...(nonce !== undefined && { nonce }) };
}

function isOver(info: TimeStampInfo, octets: Uint8Array): boolean {
  const digest = digestOf({ oid: info.digestOid, parameters: null });
  if (digest === null || digest === 'md5' || digest === 'sha1') return false;
  return hash(digest, octets, 'buffer').equals(info.digest);
}

function bad(reason: string): TokenResult {
  return { ok: false, reason };
}
