// SPDX-License-Identifier: EUPL-1.2
import type { SealChecks } from '../../evidence/certification-log/log-findings.ts';
import { readSeal } from '../../evidence/certification-log/seal.ts';
import { CertificationPaths } from '../../trust/signing/certification-paths.ts';
import { KnownCertificates } from '../../trust/signing/known-certificates.ts';
import { checkContent, findSigner } from '../../trust/signing/signer-check.ts';
import { checkTimeStamp } from '../../trust/timestamping/token-check.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { openEncapsulated } from '../../wire/cms/signed-data.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';

export interface SealCheckMaterial {
  /** Whom providers' certificates must chain to. */
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  /** Whom the time-stamp authority's certificate must chain to. */
  readonly stampAnchors: readonly Certificate[];
  /** The provider's service address, which its certificate must bear. */
  readonly serviceAddress: string;
}

/** Checks seals and time stamps with certificates as they were when the seal was closed, offline. */
export function sealChecks(material: SealCheckMaterial): SealChecks {
  const { anchors, intermediates, stampAnchors, serviceAddress } = material;
  const known = new KnownCertificates();
  const paths = new CertificationPaths({ anchors, intermediates, revocation: null });
  const stampPaths = new CertificationPaths({
    anchors: stampAnchors,
    intermediates,
    revocation: null,
    purpose: 'time stamps',
  });
  return {
    async openSeal(signed) {
      const parsed = openEncapsulated(Buffer.from(signed));
      if (!parsed.ok) return parsed;
      const { content, contentType, certificates } = parsed.value;
      const one = findSigner(parsed.value, known);
      if ('authentic' in one) return { ok: false, reason: one.detail };
      const check = checkContent(one, contentType);
      if ('authentic' in check) return { ok: false, reason: check.detail };
      check.update(content);
      const failure = check.conclude();
      if (failure !== null) return { ok: false, reason: failure.detail };
      if (!one.certificate.rfc822Names.some((name) => sameAddress(name, serviceAddress)))
        return { ok: false, reason: `signed by somebody else than ${serviceAddress}` };
      const instant = readSeal(content)?.closedAt;
      if (instant === undefined) return { ok: true, text: content };
      const path = await paths.judge(one.certificate, { instant, carried: certificates });
      return path.ok ? { ok: true, text: content } : { ok: false, reason: path.detail };
    },
    checkToken: (token, signed) => checkTimeStamp(token, { octets: signed, paths: stampPaths }),
  };
}
