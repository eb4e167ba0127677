// SPDX-License-Identifier: EUPL-1.2
import type { Composition } from '../../mailroom/contents/composition.ts';
import { compose } from '../../mailroom/contents/composition.ts';
import type { ContentNumbers, NewBlob, SlicedOctets } from '../../mailroom/contents/content-store.ts';
import type { Instant } from '../../platform/clock.ts';
import type { ScanVerdict } from '../../trust/antivirus/scanner.ts';
import { authenticationResults, claimsResultsOf } from '../../wire/mime/authentication-results.ts';
import { AUTOMATIC_LINE } from '../../wire/mime/automatic-mail.ts';
import { formatDate } from '../../wire/mime/dates.ts';
import { type Header, parseHeader } from '../../wire/mime/header.ts';
import type { MimeIndex } from '../../wire/mime/mime-index.ts';
import { shiftIndex } from '../../wire/mime/shifted-index.ts';
import { isPathOf } from '../../wire/mime/smtp-paths.ts';
import { eachOnce } from '../routing.ts';

/** A message that arrived, from the network or from our own queue. */
export interface ReceivedMessage {
  readonly octets: SlicedOctets;
  readonly size: number;
  readonly index: MimeIndex;
  /** The header with its empty line. */
  readonly header: Buffer;
  /** What the scanner says of it (IP-15, IP-21). */
  readonly scan: ScanVerdict;
  /** Whether octets of another message that is kept are part of it: they may be gone when the step is committed. */
  readonly partlyKept?: boolean;
  /** What a step must keep; absent when the octets are in the store already. */
  readonly blob?: NewBlob;
}

/** Where a message came from, for the trace field. */
export interface Peer {
  /** IP address, or `local` for the in-process relay. */
  readonly address: string;
  readonly helo: string;
  readonly tls: boolean;
}

/** One SMTP transaction towards our users. */
export interface IncomingTransaction {
  /** Empty for the null path. */
  readonly reversePath: string;
  /** At least one, all in our domains (IP-3). */
  readonly forwardPaths: readonly string[];
  readonly message: ReceivedMessage;
  readonly peer: Peer;
}

/** What every part of the incoming point works on: the transaction and its one instant (TIME-1). */
export interface Reception {
  readonly transaction: IncomingTransaction;
  readonly header: Header;
  readonly instant: Instant;
}

/** A recipient named twice in the dialogue is one recipient (DP-5). */
export function newReception(transaction: IncomingTransaction, instant: Instant): Reception {
  const forwardPaths = eachOnce(transaction.forwardPaths);
  return {
    transaction: { ...transaction, forwardPaths },
    header: parseHeader(transaction.message.header),
    instant,
  };
}

/**
 * A message as it goes into mailboxes: not one octet changed, with the trace fields of final delivery on
 * top (RFC 5321 section 4.4). What was received keeps a Return-Path it has (AP-26, IP-23); ours is above it,
 * unless it says the same.
 */
export function traced(
  reception: Reception,
  message: Pick<ReceivedMessage, 'octets' | 'size' | 'index'>,
  options: {
    readonly numbers: ContentNumbers;
    readonly hostname: string;
    /** Lines of ours between the two, e.g. what was found out about the sender (RFC 8601 section 4.1). */
    readonly lines?: readonly string[];
    /** Whether no program may answer it: mail programs read that in the header, and a loop of answers ends. */
    readonly automatic: boolean;
  },
): Composition {
  const { transaction, header } = reception;
  const { reversePath } = transaction;
  const lines: string[] = [];
  // RFC 5322 section 3.6.7: each block of trace fields begins with its own Return-Path; the first one counts.
  const [outermost] = header.fields;
  const told = outermost?.key === 'return-path' && isPathOf(outermost.value, reversePath);
  if (!told) lines.push(`Return-Path: <${reversePath}>`);
  lines.push(...(options.lines ?? withdrawn(header, options.hostname)));
  if (options.automatic) lines.push(AUTOMATIC_LINE);
  lines.push(...receivedField(reception, options.hostname));
  const prefix = Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
  const longestLine = Math.max(...lines.map((line) => line.length));
  return compose([prefix, { octets: message.octets, start: 0, end: message.size }], {
    numbers: options.numbers,
    index: shiftIndex(message.index, { bytes: prefix.length, longestLine }),
  });
}

/** RFC 8601 section 5: the first field of our name is ours, also above what may not be changed (DP-2). */
function withdrawn(header: Header, hostname: string): string[] {
  return claimsResultsOf(header, hostname) ? authenticationResults(hostname, []) : [];
}

function receivedField({ transaction: { peer }, instant }: Reception, hostname: string): string[] {
  const from = peer.address === 'local' ? hostname : `${peer.helo} ([${peer.address}])`;
  // RFC 3848: ESMTPS says that the hop was protected.
  const protocol = peer.address === 'local' ? 'local' : peer.tls ? 'ESMTPS' : 'ESMTP';
  return [
    `Received: from ${from.replace(/[^\x20-\x7e]/g, '?')}`,
    ` by ${hostname} with ${protocol};`,
    ` ${formatDate(instant, 0)}`,
  ];
}
