// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { readSignedData } from '../../wire/cms/signed-data.ts';
import type { CertificationPaths } from './certification-paths.ts';
import { KnownCertificates } from './known-certificates.ts';
import { checkContent, findSigner } from './signer-check.ts';

export interface EncapsulatedQuestion {
  /** OID of what must be inside. */
  readonly contentType: string;
  /** Judges the signer's certificate; null: who signed is not asked. */
  readonly paths: CertificationPaths | null;
  /** When the content says it was signed; certificates are judged then. Undefined: it says nothing that can be read. */
  readonly instantOf: (content: Buffer) => Instant | undefined;
}

export type EncapsulatedResult =
  | {
      readonly ok: true;
      readonly content: Buffer;
      readonly certificate: Certificate;
      /** From the signer to the anchor; the signer alone where nobody was asked. */
      readonly chain: readonly Certificate[];
    }
  | { readonly ok: false /** English, for operators. */; readonly reason: string };

/** Who signed a CMS message (DER), by the certificates that came with it; nothing of it is checked. */
export function encapsulatedSigner(
  signed: Uint8Array,
): { readonly certificate: Certificate; readonly carried: readonly Buffer[] } | undefined {
  const parsed = readSignedData(Buffer.from(signed));
  if (!parsed.ok) return undefined;
  const one = findSigner(parsed.value, new KnownCertificates());
  if ('authentic' in one) return undefined;
  return { certificate: one.certificate, carried: parsed.value.certificates };
}

/** Whether a CMS message with its content inside (DER) holds: one signature, sound, by somebody who is trusted. */
export async function checkEncapsulated(
  signed: Uint8Array,
  { contentType, paths, instantOf }: EncapsulatedQuestion,
): Promise<EncapsulatedResult> {
  const parsed = readSignedData(Buffer.from(signed));
  if (!parsed.ok) return { ok: false, reason: `not a signed file: ${parsed.reason}` };
  const { content, certificates } = parsed.value;
  if (content === null || parsed.value.contentType !== contentType)
    return { ok: false, reason: 'something else is signed' };
  const one = findSigner(parsed.value, new KnownCertificates());
  if ('authentic' in one) return { ok: false, reason: one.detail };
  const check = checkContent(one, contentType);
  if ('authentic' in check) return { ok: false, reason: check.detail };
  check.update(content);
  const failure = check.conclude();
  if (failure !== null) return { ok: false, reason: failure.detail };
  const { certificate } = one;
  let chain: readonly Certificate[] = [certificate];
  if (paths !== null) {
    const instant = instantOf(content);
    if (instant === undefined) return { ok: false, reason: 'it says not when it was signed' };
    const path = await paths.judge(certificate, { instant, carried: certificates });
    if (!path.ok) return { ok: false, reason: path.detail };
    chain = path.chain;
  }
  return { ok: true, content, certificate, chain };
}
