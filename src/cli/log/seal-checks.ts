// SPDX-License-Identifier: EUPL-1.2
import type { SealChecks } from '../../evidence/certification-log/log-findings.ts';
import { readSeal } from '../../evidence/certification-log/seal.ts';
import { CertificationPaths } from '../../trust/signing/certification-paths.ts';
import { checkEncapsulated } from '../../trust/signing/encapsulated.ts';
import type { RevocationSource } from '../../trust/signing/revocation-source.ts';
import { checkTimeStamp } from '../../trust/timestamping/token-check.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { printName } from '../../wire/cms/distinguished-name.ts';
import { OID } from '../../wire/cms/oids.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';

export interface SealCheckMaterial {
  /** Whom providers' certificates must chain to. */
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  /** Whom the time-stamp authority's certificate must chain to. */
  readonly stampAnchors: readonly Certificate[];
  /** Who knows what was revoked then; without it revocation is not asked. */
  readonly revocation?: RevocationSource;
  /** The provider's service address, which its certificate must bear; when it is not known, the name that the seal says. */
  readonly serviceAddress?: string;
}

/** Checks seals and time stamps with certificates as they were when the seal was closed, offline. */
export function sealChecks(material: SealCheckMaterial): SealChecks {
  const { anchors, intermediates, stampAnchors, revocation = null, serviceAddress } = material;
  const paths = new CertificationPaths({ anchors, intermediates, revocation });
  const stampPaths = new CertificationPaths({
    anchors: stampAnchors,
    intermediates,
    revocation,
    purpose: 'time stamps',
  });
  return {
    async openSeal(signed) {
      const opened = await checkEncapsulated(signed, {
        contentType: OID.data,
        paths,
        instantOf: (content) => readSeal(content)?.closedAt,
      });
      if (!opened.ok) return opened;
      const { certificate, content } = opened;
      const [signer = ''] = certificate.rfc822Names;
      if (serviceAddress !== undefined) {
        if (!certificate.rfc822Names.some((name) => sameAddress(name, serviceAddress)))
          return { ok: false, reason: `signed by somebody else than ${serviceAddress}` };
      } else if (!bearsName(certificate, readSeal(content)?.provider ?? '')) {
        return { ok: false, reason: `signed by ${printName(certificate.subject)}, who is somebody else` };
      }
      return { ok: true, text: content, signer };
    },
    checkToken: (token, signed) => checkTimeStamp(token, { octets: signed, paths: stampPaths }),
  };
}

/** SIG-10: the provider's name stands in commonName or organizationName. */
function bearsName({ subject }: Certificate, name: string): boolean {
  const carriers: readonly string[] = [OID.commonName, OID.organizationName];
  // A seal has no line ends nor double blanks in the name.
  return subject.attributes.some(
    ({ oid, text }) => carriers.includes(oid) && text?.replace(/\s+/g, ' ') === name,
  );
}
