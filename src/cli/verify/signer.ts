// SPDX-License-Identifier: EUPL-1.2
import { type Certificate, readCertificate } from '../../wire/cms/certificate.ts';
import { printName } from '../../wire/cms/distinguished-name.ts';
import { OID } from '../../wire/cms/oids.ts';
import { identifies, readSignedData, type SignerInfo } from '../../wire/cms/signed-data.ts';
import type { MimeIndex } from '../../wire/mime/mime-index.ts';
import type { Octets } from '../../wire/mime/octets.ts';
import { decodeTransferred } from '../../wire/mime/transfer-encoding.ts';
import type { SignerFacts } from './verification-report.ts';

/** Largest signature part looked into, in octets as transferred. */
const MAX_SIGNATURE_PART_BYTES = 1024 * 1024;

/** Who the signature names, whether it holds or not; undefined when it names nobody. Nothing is verified. */
export async function findClaimedSigner(
  message: Octets,
  { root }: MimeIndex,
): Promise<{ readonly certificate: Certificate; readonly info: SignerInfo } | undefined> {
  const part = root.parts[1];
  if (root.subtype !== 'signed' || part === undefined) return undefined;
  if (part.bodyEnd - part.bodyStart > MAX_SIGNATURE_PART_BYTES) return undefined;
  const body = await message.read(part.bodyStart, part.bodyEnd);
  const parsed = readSignedData(decodeTransferred(part.encoding, body));
  const info = parsed.ok ? parsed.value.signers[0] : undefined;
  if (!parsed.ok || info === undefined) return undefined;
  for (const der of parsed.value.certificates) {
    const certificate = readCertificate(der);
    if (certificate.ok && identifies(info.identifier, certificate.value)) {
      return { certificate: certificate.value, info };
    }
  }
  return undefined;
}

/** The certificate in words. */
export function describeSigner(
  certificate: Certificate,
): Omit<SignerFacts, 'signedAt' | 'judgedAt' | 'digest' | 'provider'> {
  const { subject, issuer } = certificate;
  const first = (oid: string) => subject.attributes.find((attribute) => attribute.oid === oid)?.text;
  return {
    subject: printName(subject),
    issuer: printName(issuer),
    name: first(OID.organizationName) ?? first(OID.commonName) ?? printName(subject),
    addresses: certificate.rfc822Names,
    serial: certificate.serial.toString('hex'),
    sha1: certificate.sha1,
    validFrom: certificate.notBefore,
    validTo: certificate.notAfter,
  };
}
