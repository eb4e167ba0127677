// SPDX-License-Identifier: EUPL-1.2
import { type Digest, digestOf, readAlgorithm } from './algorithms.ts';
import { type CertificateExtension, readExtensions } from './certificate-extensions.ts';
import { type Element, readSequence, TAG } from './der-reader.ts';
import { integerOctets, octetStringValue } from './der-values.ts';
import { der, octetString, oid, sequence } from './der-writer.ts';
import { attempt, MalformedError, type Parsed } from './malformed.ts';

/** Largest request read, in octets, and most certificates it may ask about. */
export const MAX_OCSP_REQUEST_BYTES = 8 * 1024;
const MAX_CERTIFICATES = 16;

const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';
const NONCE = '1.3.6.1.5.5.7.48.1.2';
/** RFC 9654 section 2.1: longer nonces are not given back. */
const MAX_NONCE_BYTES = 130;

/** Which certificate is asked about, RFC 6960 section 4.1.1. */
export interface OcspCertId {
  /** As it came, to be given back. */
  readonly bytes: Buffer;
  /** Null for a digest that is not known here. */
  readonly digest: Digest | null;
  readonly issuerNameHash: Buffer;
  readonly issuerKeyHash: Buffer;
  /** Content octets of the serial number. */
  readonly serial: Buffer;
}

export interface OcspRequest {
  readonly certificates: readonly OcspCertId[];
  /** Value of the nonce extension, to be given back. */
  readonly nonce?: Buffer;
}

/** What is said of one certificate, RFC 6960 section 4.2.1. */
export type OcspStatus =
  | { readonly status: 'good' | 'unknown' }
  | { readonly status: 'revoked'; readonly revokedAt: number; readonly reasonCode: number };

/** RFC 6960 section 4.2.1: answers without anything signed. */
export const OCSP_FAILURE = { malformedRequest: 1, internalError: 2, unauthorized: 6 } as const;

export function readOcspRequest(source: Buffer): Parsed<OcspRequest> {
  return attempt(() => {
    if (source.length > MAX_OCSP_REQUEST_BYTES) throw new MalformedError('too large');
    const fields = readSequence(source, 'der');
    const asked = fields.take(TAG.sequence).fields();
    // The signature of whoever asks is not looked at: everybody may ask.
    fields.takeIf(0xa0);
    fields.done();
    asked.takeIf(0xa0);
    asked.takeIf(0xa1);
    const list = asked.take(TAG.sequence).fields();
    const certificates: OcspCertId[] = [];
    while (!list.atEnd) {
      if (certificates.length === MAX_CERTIFICATES) throw new MalformedError('too many certificates');
      certificates.push(readCertId(list.take(TAG.sequence).fields().take(TAG.sequence)));
    }
    if (certificates.length === 0) throw new MalformedError('nothing is asked');
    const wrapper = asked.takeIf(0xa2);
    asked.done();
    const extensions: CertificateExtension[] =
      wrapper === null ? [] : readExtensions(wrapper.fields().take(TAG.sequence));
    const nonce = extensions.find((extension) => extension.oid === NONCE)?.value;
    return { certificates, ...(nonce !== undefined && nonce.length <= MAX_NONCE_BYTES && { nonce }) };
  });
}

function readCertId(element: Element): OcspCertId {
  const fields = element.fields();
  const digest = digestOf(readAlgorithm(fields.take(TAG.sequence)));
  const issuerNameHash = octetStringValue(fields.next());
  const issuerKeyHash = octetStringValue(fields.next());
  const serial = integerOctets(fields.take(TAG.integer));
  fields.done();
  return { bytes: Buffer.from(element.bytes), digest, issuerNameHash, issuerKeyHash, serial };
}

/** The ResponseData that a responder signs, DER; it names itself by the SHA-1 of its key. */
export function writeOcspResponseData(data: {
  readonly responderKeyHash: Buffer;
  readonly producedAt: number;
  readonly nextUpdate: number;
  readonly answers: readonly (OcspStatus & { readonly id: OcspCertId })[];
  readonly nonce?: Buffer | undefined;
}): Buffer {
  const { responderKeyHash, producedAt, nextUpdate, answers, nonce } = data;
  const responses = answers.map((answer) =>
    sequence(answer.id.bytes, statusOf(answer), instant(producedAt), der(0xa0, instant(nextUpdate))),
  );
  const extensions =
    nonce === undefined ? Buffer.alloc(0) : der(0xa1, sequence(sequence(oid(NONCE), octetString(nonce))));
  return sequence(
    der(0xa2, octetString(responderKeyHash)),
    instant(producedAt),
    sequence(...responses),
    extensions,
  );
}

function statusOf(answer: OcspStatus): Buffer {
  if (answer.status !== 'revoked') return der(answer.status === 'good' ? 0x80 : 0x82);
  const reason = der(0xa0, der(TAG.enumerated, Buffer.of(answer.reasonCode)));
  return der(0xa1, instant(answer.revokedAt), reason);
}

/** What follows the signature of a BasicOCSPResponse: certificates that help to check it, DER. */
export function ocspCertificates(certificates: readonly Buffer[]): Buffer {
  return der(0xa0, sequence(...certificates));
}

/** A whole answer around a signed BasicOCSPResponse. */
export function writeOcspResponse(basicResponse: Buffer): Buffer {
  const bytes = sequence(oid(BASIC_RESPONSE), octetString(basicResponse));
  return sequence(der(TAG.enumerated, Buffer.of(0)), der(0xa0, bytes));
}

export function writeOcspFailure(failure: keyof typeof OCSP_FAILURE): Buffer {
  return sequence(der(TAG.enumerated, Buffer.of(OCSP_FAILURE[failure])));
}

/** GeneralizedTime in whole seconds, whatever the year (RFC 6960 section 4.2.2.1). */
function instant(epochMs: number): Buffer {
  const digits = `${new Date(epochMs).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return der(TAG.generalizedTime, Buffer.from(digits, 'latin1'));
}
