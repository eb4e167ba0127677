// SPDX-License-Identifier: EUPL-1.2
import { decideUnknown } from './authorization.ts';
import { bad, type CommandDecision, type Description, reply } from './command-decision.ts';
import { type CommandLine, parseNumbers } from './command-line.ts';
import type { MarkedMaildrop } from './marked-maildrop.ts';
import { err, ok } from './replies.ts';

/** How many numbers each command takes. */
const ARGUMENTS: Readonly<Record<string, readonly number[]>> = {
  STAT: [0],
  NOOP: [0],
  RSET: [0],
  QUIT: [0],
  LIST: [0, 1],
  UIDL: [0, 1],
  RETR: [1],
  DELE: [1],
  TOP: [2],
};

const SIZE: Description = (message) => message.sizeBytes;
const UNIQUE_ID: Description = (message) => message.uniqueId;

/** A command of somebody logged in: RFC 1939 sections 5 and 7. Marks and unmarks messages of the maildrop. */
export function decideInTransaction(command: CommandLine, drop: MarkedMaildrop): CommandDecision {
  const { keyword, argument } = command;
  const counts = Object.hasOwn(ARGUMENTS, keyword) ? ARGUMENTS[keyword] : undefined;
  if (counts === undefined) return decideMisplaced(keyword);
  const numbers = parseNumbers(argument);
  if (numbers === undefined || !counts.includes(numbers.length)) return bad('wrong arguments');
  const [number, bodyLines] = numbers;
  if (number === undefined) return decideForAll(keyword, drop);
  if (drop.find(number) === undefined) return reply(err('no such message'));
  return decideForOne({ keyword, number, bodyLines }, drop);
}

function decideMisplaced(keyword: string): CommandDecision {
  if (/^(USER|PASS|AUTH|STLS)$/.test(keyword)) return bad(`${keyword} comes before the log-in`);
  return decideUnknown(keyword);
}

function decideForAll(keyword: string, drop: MarkedMaildrop): CommandDecision {
  if (keyword === 'QUIT') return { is: 'update' };
  if (keyword === 'NOOP') return reply(ok());
  if (keyword === 'STAT') return reply(ok(`${drop.count} ${drop.octets}`));
  if (keyword === 'RSET') drop.unmarkAll();
  const opening = ok(`${drop.count} messages (${drop.octets} octets)`);
  if (keyword === 'RSET') return reply(opening);
  return { is: 'listing', opening, lines: drop.lines(keyword === 'LIST' ? SIZE : UNIQUE_ID) };
}

interface OneMessage {
  readonly keyword: string;
  readonly number: number;
  readonly bodyLines: number | undefined;
}

function decideForOne({ keyword, number, bodyLines }: OneMessage, drop: MarkedMaildrop): CommandDecision {
  if (bodyLines !== undefined) return { is: 'retrieve', number, bodyLines };
  if (keyword === 'RETR') return { is: 'retrieve', number };
  if (keyword === 'DELE') {
    drop.mark(number);
    return reply(ok(`message ${number} deleted`));
  }
  const message = drop.find(number);
  const shown = message === undefined ? '' : (keyword === 'LIST' ? SIZE : UNIQUE_ID)(message);
  return reply(ok(`${number} ${shown}`));
}
