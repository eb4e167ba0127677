// SPDX-License-Identifier: EUPL-1.2

/** Replies that mail programs show to people; ASCII, without line ends. */
export interface Pop3Texts {
  readonly greeting: string;
  readonly wrongCredentials: string;
  readonly inUse: string;
  readonly tryLater: string;
  readonly broken: string;
  readonly tlsRequired: string;
}

export const DEFAULT_POP3_TEXTS: Pop3Texts = {
  greeting: 'POP3 ready',
  wrongCredentials: 'wrong address or password',
  inUse: 'another POP3 session has this mailbox open',
  tryLater: 'not possible at the moment, try again later',
  broken: 'this mailbox cannot be opened',
  tlsRequired: 'only under TLS: send STLS first',
};

/** `+OK`, as one line. */
export function ok(text = ''): Buffer {
  return Buffer.from(text === '' ? '+OK\r\n' : `+OK ${text}\r\n`, 'utf8');
}

/** Response codes of RFC 2449 section 8 and RFC 3206 that we send. */
export type ResponseCode = 'IN-USE' | 'AUTH' | 'SYS/TEMP' | 'SYS/PERM';

/** `-ERR`, as one line, with a response code where one says more. */
export function err(text: string, code?: ResponseCode): Buffer {
  return Buffer.from(code === undefined ? `-ERR ${text}\r\n` : `-ERR [${code}] ${text}\r\n`, 'utf8');
}
