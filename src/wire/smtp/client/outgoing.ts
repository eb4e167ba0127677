// SPDX-License-Identifier: EUPL-1.2
import { parsePath } from '../../mime/smtp-paths.ts';
import type { Extensions } from './extensions.ts';
import type { ServerReply } from './reply-reader.ts';

/** A message for a server to take. */
export interface Outgoing {
  readonly reversePath: string;
  /** At least one. */
  readonly forwardPaths: readonly string[];
  readonly eightBit: boolean;
  /** Octets of the message: lines end with CRLF. */
  readonly sizeBytes: number;
  readonly octets: () => AsyncIterable<Buffer>;
  /**
   * Envelope and message may go out in one write, where the server takes that (RFC 3030). Then a connection that is
   * lost says less: the server may have the message unless it answered. For servers that know what comes twice.
   */
  readonly atOnce?: boolean;
  /** Told when the message itself begins to go out, and when all of it has been given away. */
  readonly onPhase?: (phase: 'message' | 'verdict') => void;
}

export interface RefusedPath {
  readonly path: string;
  readonly reply: ServerReply;
}

/** How a transaction ended. */
export type TransactionEnd =
  /** The server has the message, for all who were not refused. */
  | { readonly end: 'taken'; readonly reply: ServerReply; readonly refused: readonly RefusedPath[] }
  /** The reply is about everybody who was not refused already. */
  | { readonly end: 'refused'; readonly reply: ServerReply; readonly refused: readonly RefusedPath[] }
  /** Nothing was asked: the server announces a smaller limit, or that path cannot be written into a command. */
  | { readonly end: 'not-asked'; readonly because: 'size' | 'path'; readonly path?: string }
  /** The octets could not be read; the line is broken off, and the server has no message. */
  | { readonly end: 'unreadable'; readonly cause: unknown }
  /**
   * The line is of no use any more, and nobody knows. `contentSent`: the server may have the message; `heard`: it said
   * something since this transaction began.
   */
  | {
      readonly end: 'lost';
      readonly cause: Error;
      readonly contentSent: boolean;
      readonly heard: boolean;
    };

/** Why a message is not even offered; undefined when it may be. */
export function notAsked(
  { forwardPaths, reversePath, sizeBytes }: Outgoing,
  { size }: Extensions,
): Extract<TransactionEnd, { readonly end: 'not-asked' }> | undefined {
  // RFC 1870 section 6.2.
  if (size?.limitBytes !== undefined && sizeBytes > size.limitBytes)
    return { end: 'not-asked', because: 'size' };
  const path = isWritable(reversePath)
    ? forwardPaths.find((one) => one === '' || !isWritable(one))
    : reversePath;
  return path === undefined ? undefined : { end: 'not-asked', because: 'path', path };
}

export function mailCommand(
  { reversePath, eightBit, sizeBytes }: Outgoing,
  { eightBitMime, size }: Extensions,
): string {
  // RFC 6152, RFC 1870.
  const body = eightBit && eightBitMime ? ' BODY=8BITMIME' : '';
  return `MAIL FROM:<${reversePath}>${body}${size === undefined ? '' : ` SIZE=${sizeBytes}`}\r\n`;
}

export function rcptCommand(path: string): string {
  return `RCPT TO:<${path}>\r\n`;
}

/** RFC 5321 section 4.2.1: what says no begins with 4 or 5. */
export function isNegative({ code }: ServerReply): boolean {
  return code >= 400;
}

/** Whether a path is one, so that nothing else comes into the command with it. */
function isWritable(path: string): boolean {
  return /^[!-;=?-~]*$/.test(path) || parsePath(`<${path}>`) !== undefined;
}
