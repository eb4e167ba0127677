// SPDX-License-Identifier: EUPL-1.2

/** RFC 5905 section 7.3, without extension fields and authentication. */
export const NTP_PACKET_BYTES = 48;
export const NTP_PORT = 123;

const VERSION = 4;
const CLIENT_MODE = 3;
const SERVER_MODE = 4;
const UNSYNCHRONIZED = 3;
/** RFC 5905 figure 11: from here on a server is not synchronized. */
const UNSYNCHRONIZED_STRATUM = 16;
/** Seconds from 1900, where NTP counts from, to 1970. */
const EPOCH_SECONDS = 2_208_988_800;
const ERA_SECONDS = 2 ** 32;

/** What a server said, as far as a client of its time needs it. Instants in milliseconds since 1970, with fractions. */
export interface NtpReply {
  readonly stratum: number;
  /** When the request came and when the reply left, by the server's clock. */
  readonly receivedAt: number;
  readonly sentAt: number;
  /** How far off the server may be by its own account: half of its root delay and its root dispersion. */
  readonly rootDistanceMs: number;
}

export type NtpReading =
  | { readonly is: 'time'; readonly reply: NtpReply }
  /** RFC 5905 section 7.4: the server does not want to be asked, or not so often. */
  | { readonly is: 'kiss-of-death'; readonly code: string }
  | { readonly is: 'unsynchronized' }
  /** Not an answer to that question: whoever sent it does not know what was asked. */
  | { readonly is: 'foreign'; readonly why: string };

/**
 * A client's question. Of our own time it says nothing: `cookie`, eight octets nobody can guess, stands in
 * the transmit timestamp and comes back as the origin (RFC 5905 section 8, TEST2).
 */
export function writeNtpRequest(cookie: Buffer): Buffer {
  if (cookie.length !== 8) throw new RangeError('a cookie has eight octets');
  const packet = Buffer.alloc(NTP_PACKET_BYTES);
  packet[0] = (VERSION << 3) | CLIENT_MODE;
  cookie.copy(packet, 40);
  return packet;
}

/** Reads what came back. `near` says within 68 years when it is, for era and overflow (RFC 5905 section 6). */
export function readNtpReply(
  packet: Buffer,
  expected: { readonly cookie: Buffer; readonly near: number },
): NtpReading {
  if (packet.length < NTP_PACKET_BYTES) return { is: 'foreign', why: 'shorter than a packet' };
  const first = packet.readUInt8(0);
  if ((first & 7) !== SERVER_MODE) return { is: 'foreign', why: 'not from a server' };
  const version = (first >> 3) & 7;
  if (version < 1 || version > VERSION) return { is: 'foreign', why: `version ${version}` };
  if (!packet.subarray(24, 32).equals(expected.cookie)) {
    return { is: 'foreign', why: 'not an answer to our question' };
  }
  const stratum = packet.readUInt8(1);
  if (stratum === 0) return { is: 'kiss-of-death', code: kissCode(packet) };
  const zero = packet.readBigUInt64BE(40) === 0n || packet.readBigUInt64BE(32) === 0n;
  if (first >> 6 === UNSYNCHRONIZED || stratum >= UNSYNCHRONIZED_STRATUM || zero) {
    return { is: 'unsynchronized' };
  }
  const reply = {
    stratum,
    receivedAt: readTimestamp(packet.subarray(32, 40), expected.near),
    sentAt: readTimestamp(packet.subarray(40, 48), expected.near),
    rootDistanceMs: readShortMs(packet, 4) / 2 + readShortMs(packet, 8),
  };
  return { is: 'time', reply };
}

/** What a server answers to a request; undefined when it is none. */
export function writeNtpReply(
  request: Buffer,
  facts: { readonly receivedAt: number; readonly sentAt: number; readonly stratum: number },
): Buffer | undefined {
  if (request.length < NTP_PACKET_BYTES || (request.readUInt8(0) & 7) !== CLIENT_MODE) return undefined;
  const packet = Buffer.alloc(NTP_PACKET_BYTES);
  packet[0] = (VERSION << 3) | SERVER_MODE;
  packet[1] = facts.stratum;
  packet[2] = request.readUInt8(2);
  // About a microsecond.
  packet.writeInt8(-20, 3);
  packet.write('LOCL', 12, 'latin1');
  writeTimestamp(packet, 16, facts.receivedAt);
  request.copy(packet, 24, 40, 48);
  writeTimestamp(packet, 32, facts.receivedAt);
  writeTimestamp(packet, 40, facts.sentAt);
  return packet;
}

/** Four letters at most; anything else is told as it would look in a journal. */
function kissCode(packet: Buffer): string {
  const text = packet.toString('latin1', 12, 16).replace(/\0+$/, '');
  return /^[A-Z]{1,4}$/.test(text) ? text : packet.toString('hex', 12, 16);
}

function readShortMs(packet: Buffer, at: number): number {
  return (packet.readUInt32BE(at) * 1000) / 65_536;
}

function readTimestamp(field: Buffer, near: number): number {
  const seconds = field.readUInt32BE(0) - EPOCH_SECONDS + field.readUInt32BE(4) / ERA_SECONDS;
  const eras = Math.round((near / 1000 - seconds) / ERA_SECONDS);
  return (seconds + eras * ERA_SECONDS) * 1000;
}

function writeTimestamp(packet: Buffer, at: number, instant: number): void {
  const seconds = Math.floor(instant / 1000);
  const era = (((seconds + EPOCH_SECONDS) % ERA_SECONDS) + ERA_SECONDS) % ERA_SECONDS;
  packet.writeUInt32BE(era, at);
  packet.writeUInt32BE(Math.floor(((instant - seconds * 1000) / 1000) * ERA_SECONDS), at + 4);
}
