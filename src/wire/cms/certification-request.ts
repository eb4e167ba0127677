// SPDX-License-Identifier: EUPL-1.2
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readAlgorithm, structureHolds } from './algorithms.ts';
import { readSequence, TAG } from './der-reader.ts';
import { smallInteger, wholeBits } from './der-values.ts';
import { type DistinguishedName, readName } from './distinguished-name.ts';
import { attempt, MalformedError, type Parsed } from './malformed.ts';

/** Largest request read, in octets. */
const MAX_REQUEST_BYTES = 64 * 1024;

/** A PKCS #10 request (RFC 2986) whose signature holds: whoever wrote it has the private key. */
export interface CertificationRequest {
  readonly subject: DistinguishedName;
  readonly publicKey: KeyObject;
}

/** Reads a request, DER, and checks that it is signed with its own key (RFC 2986 section 3). */
export function readCertificationRequest(source: Buffer): Parsed<CertificationRequest> {
  return attempt(() => {
    if (source.length > MAX_REQUEST_BYTES) throw new MalformedError('a request too large');
    const fields = readSequence(source, 'der');
    const toBeSigned = fields.take(TAG.sequence);
    const algorithm = readAlgorithm(fields.take(TAG.sequence));
    const signature = wholeBits(fields.take(TAG.bitString));
    fields.done();
    const info = toBeSigned.fields();
    if (smallInteger(info.take(TAG.integer)) !== 0) throw new MalformedError('an unknown version');
    const subject = readName(info.take(TAG.sequence));
    const publicKey = keyOf(info.take(TAG.sequence).bytes);
    info.takeIf(0xa0);
    info.done();
    if (!structureHolds({ toBeSigned: toBeSigned.bytes, algorithm, signature }, publicKey)) {
      throw new MalformedError('the request is not signed with its own key');
    }
    return { subject, publicKey };
  });
}

function keyOf(keyInfo: Buffer): KeyObject {
  try {
    return createPublicKey({ key: keyInfo, format: 'der', type: 'spki' });
  } catch {
    throw new MalformedError('a key of a kind that cannot be used');
  }
}
