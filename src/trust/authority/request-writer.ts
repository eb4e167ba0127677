// SPDX-License-Identifier: EUPL-1.2
import { TAG } from '../../wire/cms/der-reader.ts';
import { der, integer, nullValue, oid, sequence, setOf } from '../../wire/cms/der-writer.ts';
import { OID } from '../../wire/cms/oids.ts';
import type { PrivateKey } from '../signing/key-driver.ts';
import { providerSubject } from './certificate-profiles.ts';
import { keyIdentifier, keyInfo, writeName } from './certificate-writer.ts';
import {
  extendedKeyUsage,
  keyUsage,
  PURPOSE,
  subjectAltName,
  subjectKeyIdentifier,
} from './extension-writer.ts';

/** PKCS #9, RFC 2985 section 5.4.2. */
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/**
 * What a provider asks an authority for (RFC 2986), DER: the certificate of section 6.2 for its signing key, with its
 * name in O as in the index (SIG-10) and its service address in subjectAltName only (SIG-11). Throws the `Fault` of
 * a key that does not sign.
 */
export async function writeProviderRequest(
  provider: { readonly providerName: string; readonly serviceAddress: string },
  key: Pick<PrivateKey, 'publicKey' | 'sign'>,
): Promise<Buffer> {
  const { publicKey } = key;
  const extensions = sequence(
    keyUsage('digitalSignature'),
    subjectKeyIdentifier(keyIdentifier(publicKey)),
    subjectAltName({ mail: [provider.serviceAddress] }),
    extendedKeyUsage(PURPOSE.emailProtection),
  );
  const attribute = sequence(oid(EXTENSION_REQUEST), setOf(extensions));
  const toBeSigned = sequence(
    integer(0),
    writeName(providerSubject(provider.providerName)),
    keyInfo(publicKey),
    der(0xa0, attribute),
  );
  const algorithm = sequence(oid(OID.sha256WithRsa), nullValue());
  return sequence(toBeSigned, algorithm, der(TAG.bitString, Buffer.of(0), await key.sign(toBeSigned)));
}
