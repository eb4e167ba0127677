// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';

/** What clamd answered to INSTREAM. */
export type ScanReply =
  | { readonly said: 'clean' }
  | { readonly said: 'infected'; readonly virus: string }
  /** More octets than its StreamMaxLength: not scanned. */
  | { readonly said: 'too-large' }
  /** An error, or words nobody knows: not scanned. */
  | { readonly said: 'nothing'; readonly words: string };

/** What clamd says of itself. */
export interface ScannerVersion {
  /** E.g. `ClamAV 1.4.6`. */
  readonly engine: string;
  /** When its daily signatures were made; absent when it has none. */
  readonly signaturesAt?: Instant;
}

/** Longest name of a virus that is repeated to others, in characters. */
const VIRUS_NAME = 200;

/** Reads the reply to INSTREAM, without its final NUL (clamd(8)). */
export function readScanReply(reply: string): ScanReply {
  const text = reply.replace(/[\0\r\n]+$/, '');
  if (text === 'stream: OK') return { said: 'clean' };
  const found = /^stream: (.+) FOUND$/s.exec(text);
  if (found?.[1] !== undefined) return { said: 'infected', virus: nameOf(found[1]) };
  if (/^INSTREAM size limit exceeded\b/.test(text)) return { said: 'too-large' };
  return { said: 'nothing', words: nameOf(text) };
}

/** Reads the reply to VERSION; undefined when it is none. */
export function readVersionReply(reply: string): ScannerVersion | undefined {
  const [engine = '', , date = ''] = reply.replace(/[\0\r\n]+$/, '').split('/');
  if (!/^ClamAV \S+/.test(engine)) return undefined;
  const signaturesAt = readDate(date);
  return { engine: nameOf(engine), ...(signaturesAt !== undefined && { signaturesAt }) };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Sat Nov 21 09:31:00 2026`, in the local time of the machine that both programs run on. */
function readDate(text: string): Instant | undefined {
  const match = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(text);
  if (match === null) return undefined;
  const month = MONTHS.indexOf(match[1] ?? '');
  const [day = 0, hours = 0, minutes = 0, seconds = 0, year = 0] = match.slice(2).map(Number);
  return month < 0 ? undefined : new Date(year, month, day, hours, minutes, seconds).getTime();
}

/** Others' words go into notices, logs and replies: printable ASCII, and no more than a line. */
function nameOf(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]+/g, '?').trim();
  return plain.slice(0, VIRUS_NAME) || '?';
}
