// SPDX-License-Identifier: EUPL-1.2
import { bad, type CommandDecision, reply } from './command-decision.ts';
import { type CommandLine, decodeText } from './command-line.ts';
import { err } from './replies.ts';
import { decodePlain } from './sasl-plain.ts';

/** What the AUTHORIZATION state knows. */
export interface AuthorizationFacts {
  readonly secure: boolean;
  readonly canStartTls: boolean;
  /** The address after USER. */
  readonly user: string | undefined;
  /** The client sent more after this command, without waiting. */
  readonly moreReceived: boolean;
  /** Said to who would log in in the clear. */
  readonly tlsRequired: string;
}

const TRANSACTION_KEYWORDS = /^(STAT|LIST|RETR|DELE|NOOP|RSET|TOP|UIDL)$/;

/** A command before the log-in: RFC 1939 section 4. */
export function decideBeforeLogIn(command: CommandLine, facts: AuthorizationFacts): CommandDecision {
  const { keyword, argument } = command;
  if (keyword === 'QUIT') return { is: 'goodbye' };
  if (keyword === 'STLS') return decideStartTls(argument, facts);
  // DP-27: who one is, and the password, are asked for under TLS only.
  if (/^(USER|PASS|AUTH)$/.test(keyword) && !facts.secure) return bad(facts.tlsRequired);
  if (keyword === 'USER') return decideUser(argument);
  if (keyword === 'PASS') return decidePass(argument, facts.user);
  if (keyword === 'AUTH') return decideAuth(argument);
  if (TRANSACTION_KEYWORDS.test(keyword)) return bad('log in first');
  return decideUnknown(keyword);
}

/** What we do not offer is refused; what others offer, without holding the question against the client. */
export function decideUnknown(keyword: string): CommandDecision {
  // RFC 6856: the commands of a capability we do not list.
  if (keyword === 'UTF8' || keyword === 'LANG') return reply(err(`${keyword} is not supported`));
  if (keyword === 'APOP') return reply(err('APOP is not supported: use USER and PASS, or AUTH PLAIN'));
  return bad('unknown command');
}

/** A line of a SASL exchange: a response, or `*` to call it off (RFC 5034 section 4). */
export function decideSaslLine(octets: Buffer): CommandDecision {
  const response = decodeText(octets);
  return response === '*' ? bad('AUTH was called off') : decideResponse(response ?? '');
}

function decideResponse(response: string): CommandDecision {
  const credentials = decodePlain(response);
  return credentials === undefined
    ? bad('that is no response of AUTH PLAIN')
    : { is: 'log-in', ...credentials };
}

/** RFC 2595 section 4. */
function decideStartTls(argument: string | undefined, facts: AuthorizationFacts): CommandDecision {
  if (argument !== undefined) return bad('STLS takes no argument');
  if (facts.secure) return bad('TLS is already active');
  if (!facts.canStartTls) return bad('STLS is not supported');
  // What follows in the clear could be somebody else's, put before the client's first words under TLS.
  if (facts.moreReceived) return { is: 'hang-up', why: 'wait for the answer to STLS' };
  return { is: 'start-tls' };
}

function decideUser(argument = ''): CommandDecision {
  const address = argument.trim();
  return address === '' ? bad('USER takes an address') : { is: 'user', address };
}

/** The password is all that follows the space: it may hold more of them. */
function decidePass(password: string | undefined, address: string | undefined): CommandDecision {
  if (address === undefined) return bad('send USER first');
  if (password === undefined || password === '') return bad('PASS takes a password');
  return { is: 'log-in', address, password };
}

function decideAuth(argument = ''): CommandDecision {
  const [mechanism = '', response, ...rest] = argument.split(' ');
  if (mechanism === '' || rest.length > 0) return bad('AUTH takes a mechanism');
  if (mechanism.toUpperCase() !== 'PLAIN') return bad('only AUTH PLAIN is supported');
  if (response === undefined) return { is: 'challenge' };
  return decideResponse(response === '=' ? '' : response);
}
