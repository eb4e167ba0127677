// SPDX-License-Identifier: EUPL-1.2
import { readAlgorithm } from './algorithms.ts';
import { type Element, type Fields, readSequence, TAG } from './der-reader.ts';
import {
  booleanValue,
  integerOctets,
  octetStringValue,
  oidValue,
  smallInteger,
  textValue,
} from './der-values.ts';
import { der, integer, nullValue, octetString, oid, sequence } from './der-writer.ts';
import { attempt, MalformedError, type Parsed } from './malformed.ts';
import { OID } from './oids.ts';

/** What a time stamp is asked for, RFC 3161 section 2.4.1. */
export interface TimeStampRequest {
  /** OID of the digest. */
  readonly digestOid: string;
  readonly digest: Buffer;
  /** Content octets of the nonce, positive; absent when none was sent. */
  readonly nonce?: Buffer;
  /** OID of the policy that is wanted. */
  readonly policy?: string;
  /** Whether the authority's certificate is wanted in the token. */
  readonly certificateWanted: boolean;
}

/** What an authority says of a digest, RFC 3161 section 2.4.2. */
export interface TimeStampInfo {
  readonly policy: string;
  readonly digestOid: string;
  readonly digest: Buffer;
  /** Content octets of the serial number. */
  readonly serial: Buffer;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  readonly nonce?: Buffer;
}

/** An authority's answer, RFC 3161 section 2.4.2. */
export type TimeStampReply =
  | { readonly granted: true /** CMS SignedData, DER. */; readonly token: Buffer }
  | { readonly granted: false; readonly status: number; readonly text: string };

/** Longest request or info read, in octets. */
const MAX_BYTES = 16 * 1024;

/** A request for a SHA-256 digest, DER. `nonce`: content octets, the first below 0x80 and not 0. */
export function writeTimeStampRequest({ digest, nonce }: { digest: Uint8Array; nonce: Uint8Array }): Buffer {
  return sequence(integer(1), imprint(digest), der(TAG.integer, nonce), der(TAG.boolean, Buffer.of(0xff)));
}

export function readTimeStampRequest(source: Buffer): Parsed<TimeStampRequest> {
  return attempt(() => {
    limit(source);
    const fields = readSequence(source, 'der');
    version(fields);
    const { digestOid, digest } = readImprint(fields.take(TAG.sequence));
    const policy = fields.takeIf(TAG.oid);
    const nonce = fields.takeIf(TAG.integer);
    const wanted = fields.takeIf(TAG.boolean);
    fields.takeIf(0xa0);
    fields.done();
    return {
      digestOid,
      digest,
      ...(policy !== null && { policy: oidValue(policy) }),
      ...(nonce !== null && { nonce: integerOctets(nonce) }),
      certificateWanted: wanted !== null && booleanValue(wanted),
    };
  });
}

/** The TSTInfo that an authority signs, DER. Whole seconds; SHA-256. */
export function writeTimeStampInfo(info: Omit<TimeStampInfo, 'digestOid'>): Buffer {
  const digits = `${new Date(info.time).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return sequence(
    integer(1),
    oid(info.policy),
    imprint(info.digest),
    der(TAG.integer, info.serial),
    der(TAG.generalizedTime, Buffer.from(digits, 'latin1')),
    info.nonce === undefined ? Buffer.alloc(0) : der(TAG.integer, info.nonce),
  );
}

/** Reads the content of a token. */
export function readTimeStampInfo(source: Buffer): Parsed<TimeStampInfo> {
  return attempt(() => {
    limit(source);
    const fields = readSequence(source, 'ber');
    version(fields);
    const policy = oidValue(fields.take(TAG.oid));
    const { digestOid, digest } = readImprint(fields.take(TAG.sequence));
    const serial = integerOctets(fields.take(TAG.integer));
    const time = readTime(fields.take(TAG.generalizedTime));
    fields.takeIf(TAG.sequence);
    fields.takeIf(TAG.boolean);
    const nonce = fields.takeIf(TAG.integer);
    fields.takeIf(0xa0);
    fields.takeIf(0xa1);
    fields.done();
    return {
      policy,
      digestOid,
      digest,
      serial,
      time,
      ...(nonce !== null && { nonce: integerOctets(nonce) }),
    };
  });
}

export function writeTimeStampReply(reply: TimeStampReply): Buffer {
  if (reply.granted) return sequence(sequence(integer(0)), reply.token);
  const text = sequence(der(TAG.utf8String, Buffer.from(reply.text)));
  return sequence(sequence(integer(reply.status), text));
}

/** Statuses 0 and 1 grant, all others refuse (RFC 3161 section 2.4.2). */
export function readTimeStampReply(source: Buffer): Parsed<TimeStampReply> {
  return attempt(() => {
    const fields = readSequence(source, 'ber');
    const info = fields.take(TAG.sequence).fields();
    const status = smallInteger(info.take(TAG.integer));
    const strings = info.takeIf(TAG.sequence);
    const token = fields.atEnd ? null : fields.take(TAG.sequence);
    fields.done();
    if (status <= 1) {
      if (token === null) throw new MalformedError('a granted time stamp without a token');
      return { granted: true, token: Buffer.from(token.bytes) };
    }
    return { granted: false, status, text: strings === null ? '' : firstText(strings) };
  });
}

function imprint(digest: Uint8Array): Buffer {
  return sequence(sequence(oid(OID.sha256), nullValue()), octetString(digest));
}

function readImprint(element: Element): { digestOid: string; digest: Buffer } {
  const fields = element.fields();
  const { oid: digestOid } = readAlgorithm(fields.take(TAG.sequence));
  const digest = octetStringValue(fields.next());
  fields.done();
  return { digestOid, digest };
}

/** GeneralizedTime with an optional fraction of a second (RFC 3161 section 2.4.2). */
function readTime(element: Element): number {
  const text = element.content.toString('latin1');
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(text);
  if (found === null) throw new MalformedError('a time that is not written as it must be');
  const [, year, month, day, hour, minute, second, fraction = ''] = found;
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(instant)) throw new MalformedError('a time that does not exist');
  return instant + Math.floor(Number(`0${fraction}`) * 1000);
}

function version(fields: Fields): void {
  if (smallInteger(fields.take(TAG.integer)) !== 1) throw new MalformedError('an unknown version');
}

function limit(source: Buffer): void {
  if (source.length > MAX_BYTES) throw new MalformedError('too large');
}

function firstText(strings: Element): string {
  const fields = strings.fields();
  return fields.atEnd ? '' : (textValue(fields.next()) ?? '');
}
