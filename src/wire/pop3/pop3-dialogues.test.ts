// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PLAIN, SessionDriver } from '../../../test/pop3/session-driver.ts';
import type { Pop3SessionOptions } from './pop3-session.ts';

const LOGGED_IN = 'C USER mario@x.test\nS +OK send PASS\nC PASS segreta\nS +OK 3 messages (63 octets)\n';

interface Dialogue {
  readonly title: string;
  readonly options?: Partial<Pop3SessionOptions>;
  /** `C` what the client says, `S` what it hears, `-` that the connection is closed then. */
  readonly script: string;
}

const DIALOGUES: readonly Dialogue[] = [
  { title: 'RFC 1939 a whole session', script: `${LOGGED_IN}C STAT\nS +OK 3 63\nC QUIT\nS +OK bye\n-` },
  {
    title: 'keywords in any letter case',
    script: 'C user a\nS +OK send PASS\nC pAsS segreta\nS +OK 3 messages (63 octets)',
  },
  { title: 'QUIT before the log-in', script: 'C QUIT\nS +OK bye\n-' },
  {
    title: 'LIST and UIDL, of all and of one',
    script: `${LOGGED_IN}C LIST\nS +OK 3 messages (63 octets)\nS 1 22\nS 2 20\nS 3 21\nS .\nC LIST 2\nS +OK 2 20\nC UIDL\nS +OK 3 messages (63 octets)\nS 1 7.1\nS 2 7.2\nS 3 7.3\nS .\nC UIDL 3\nS +OK 3 7.3`,
  },
  {
    title: 'DELE marks, RSET unmarks, and what is marked is not there',
    script: `${LOGGED_IN}C DELE 1\nS +OK message 1 deleted\nC DELE 1\nS -ERR no such message\nC RETR 1\nS -ERR no such message\nC TOP 1 0\nS -ERR no such message\nC UIDL 1\nS -ERR no such message\nC LIST 1\nS -ERR no such message\nC STAT\nS +OK 2 41\nC LIST\nS +OK 2 messages (41 octets)\nS 2 20\nS 3 21\nS .\nC RSET\nS +OK 3 messages (63 octets)\nC DELE 1\nS +OK message 1 deleted\nC NOOP\nS +OK`,
  },
  {
    title: 'RETR doubles dots and ends the response; TOP takes two numbers',
    script: `${LOGGED_IN}C RETR 1\nS +OK 22 octets\nS Subject: one\nS \nS ..dot\nS .\nC TOP 3 5\nS +OK top of message follows\nS top 5\nS .`,
  },
  {
    title: 'a message removed meanwhile',
    script: `${LOGGED_IN}C RETR 2\nS -ERR that message was removed meanwhile\nC STAT\nS +OK 3 63`,
  },
  {
    title: 'QUIT removes what is marked',
    script: `${LOGGED_IN}C DELE 2\nS +OK message 2 deleted\nC QUIT\nS +OK bye\n-`,
  },
  {
    title: 'QUIT that cannot remove',
    script: `${LOGGED_IN}C DELE 3\nS +OK message 3 deleted\nC QUIT\nS -ERR [SYS/TEMP] deleted messages not removed\n-`,
  },
  {
    title: 'an empty mailbox',
    script:
      'C USER vuota\nS +OK send PASS\nC PASS segreta\nS +OK 0 messages (0 octets)\nC LIST\nS +OK 0 messages (0 octets)\nS .\nC STAT\nS +OK 0 0\nC RETR 1\nS -ERR no such message',
  },
  {
    title: 'numbers that are none, too many, too few',
    script: `${LOGGED_IN}C RETR 0\nS -ERR no such message\nC RETR 4\nS -ERR no such message\nC RETR\nS -ERR wrong arguments\nC RETR 1 2\nS -ERR wrong arguments\nC RETR -1\nS -ERR wrong arguments\nC RETR 1e0\nS -ERR wrong arguments\nC RETR 99999999999\nS -ERR wrong arguments\nC TOP 1\nS -ERR wrong arguments\nC STAT 1\nS -ERR wrong arguments\nC DELE\nS -ERR wrong arguments\nC LIST 1 2\nS -ERR wrong arguments\nC LIST \nS +OK 3 messages (63 octets)\nS 1 22\nS 2 20\nS 3 21\nS .`,
  },
  {
    title: 'commands at the wrong time',
    script: `C STAT\nS -ERR log in first\nC RETR 1\nS -ERR log in first\nC PASS segreta\nS -ERR send USER first\nC USER\nS -ERR USER takes an address\nC NOOP\nS -ERR log in first\n${LOGGED_IN}C USER a\nS -ERR USER comes before the log-in\nC AUTH PLAIN\nS -ERR AUTH comes before the log-in\nC STLS\nS -ERR STLS comes before the log-in`,
  },
  {
    title: 'unknown commands and garbage',
    script:
      'C XYZZY\nS -ERR unknown command\nC \nS -ERR not a command\nC US\tER\nS -ERR not a command\nC HELP me\nS -ERR unknown command\nC constructor\nS -ERR unknown command',
  },
  {
    title: 'RFC 6856 UTF8 and LANG are refused cleanly, before and after the log-in',
    script: `C UTF8\nS -ERR UTF8 is not supported\nC LANG it\nS -ERR LANG is not supported\n${LOGGED_IN}C UTF8\nS -ERR UTF8 is not supported`,
  },
  {
    title: 'APOP is not offered',
    script:
      'C APOP mario c4c9334bac560ecc979e58001b3e22fb\nS -ERR APOP is not supported: use USER and PASS, or AUTH PLAIN',
  },
  {
    title: 'RFC 2449 capabilities under TLS, before and after the log-in',
    script: `C CAPA\nS +OK capabilities follow\nS TOP\nS UIDL\nS RESP-CODES\nS AUTH-RESP-CODE\nS PIPELINING\nS EXPIRE NEVER\nS USER\nS SASL PLAIN\nS .\n${LOGGED_IN}C CAPA\nS +OK capabilities follow\nS TOP\nS UIDL\nS RESP-CODES\nS AUTH-RESP-CODE\nS PIPELINING\nS EXPIRE NEVER\nS USER\nS SASL PLAIN\nS .`,
  },
  {
    title: 'DP-27 in the clear nobody is asked who they are, and STLS opens the door',
    options: { secure: false },
    script: `C CAPA\nS +OK capabilities follow\nS TOP\nS UIDL\nS RESP-CODES\nS AUTH-RESP-CODE\nS PIPELINING\nS EXPIRE NEVER\nS STLS\nS .\nC USER mario\nS -ERR only under TLS: send STLS first\nC PASS segreta\nS -ERR only under TLS: send STLS first\nC AUTH PLAIN ${PLAIN}\nS -ERR only under TLS: send STLS first\nC STLS now\nS -ERR STLS takes no argument\nC STLS\nS +OK begin TLS\nC STLS\nS -ERR TLS is already active\n${LOGGED_IN}`,
  },
  {
    title: 'DP-27 where TLS cannot be had nobody gets in',
    options: { secure: false, canStartTls: false },
    script:
      'C STLS\nS -ERR STLS is not supported\nC USER a\nS -ERR only under TLS: send STLS first\nC CAPA\nS +OK capabilities follow\nS TOP\nS UIDL\nS RESP-CODES\nS AUTH-RESP-CODE\nS PIPELINING\nS EXPIRE NEVER\nS .',
  },
  {
    title: 'RFC 5034 AUTH PLAIN with its response in the command',
    script: `C AUTH PLAIN ${PLAIN}\nS +OK 3 messages (63 octets)`,
  },
  {
    title: 'RFC 5034 AUTH PLAIN with its response on the next line',
    script: `C auth plain\nS + \nC ${PLAIN}\nS +OK 3 messages (63 octets)`,
  },
  {
    title: 'RFC 5034 AUTH called off, and the session goes on',
    script: `C AUTH PLAIN\nS + \nC *\nS -ERR AUTH was called off\n${LOGGED_IN}`,
  },
  {
    title: 'AUTH of another kind, or without one',
    script:
      'C AUTH CRAM-MD5\nS -ERR only AUTH PLAIN is supported\nC AUTH\nS -ERR AUTH takes a mechanism\nC AUTH PLAIN a b\nS -ERR AUTH takes a mechanism',
  },
  {
    title: 'AUTH PLAIN responses that are none',
    script: [
      '=',
      '====',
      'bWFyaW8=',
      '!!!!',
      PLAIN.slice(0, -1),
      Buffer.from('other\0mario\0segreta').toString('base64'),
      Buffer.from('\0\0segreta').toString('base64'),
      Buffer.from('\0mario\0').toString('base64'),
      Buffer.from('\0mario\0a\0b').toString('base64'),
    ]
      .map((response) => `C AUTH PLAIN ${response}\nS -ERR that is no response of AUTH PLAIN`)
      .join('\n'),
  },
  {
    title: 'the authorization identity may repeat the address',
    script: `C AUTH PLAIN ${Buffer.from('a@x\0a@x\0segreta').toString('base64')}\nS +OK 3 messages (63 octets)`,
  },
  {
    title: 'a password with spaces is taken as it is',
    script: 'C USER a\nS +OK send PASS\nC PASS con due  spazi \nS +OK 3 messages (63 octets)',
  },
  {
    title: 'RFC 3206 a wrong password says so, and USER comes again',
    script:
      'C USER a\nS +OK send PASS\nC PASS no\nS -ERR [AUTH] wrong address or password\nC PASS segreta\nS -ERR send USER first',
  },
  {
    title: 'RFC 2449 RFC 3206 what else keeps somebody out has its code',
    script:
      'C USER occupata\nS +OK send PASS\nC PASS x\nS -ERR [IN-USE] another POP3 session has this mailbox open\nC USER lenta\nS +OK send PASS\nC PASS x\nS -ERR [SYS/TEMP] not possible at the moment, try again later\nC USER rotta\nS +OK send PASS\nC PASS x\nS -ERR [SYS/PERM] this mailbox cannot be opened',
  },
  {
    title: 'three wrong passwords close the connection',
    script: `${'C USER a\nS +OK send PASS\nC PASS no\nS -ERR [AUTH] wrong address or password\n'.repeat(3)}-`,
  },
];

function run({ script, options }: Dialogue): void {
  const driver = new SessionDriver(options);
  assert.equal(driver.output, '+OK POP3 ready\r\n');
  let said = '';
  let heard = '';
  const hear = () => {
    assert.equal(driver.say(said), heard, JSON.stringify(said));
    said = '';
    heard = '';
  };
  for (const line of script.trimEnd().split('\n')) {
    if (line.startsWith('C')) {
      if (said !== '') hear();
      said = `${line.slice(2)}\r\n`;
    } else if (line.startsWith('S')) heard += `${line.slice(2)}\r\n`;
  }
  hear();
  assert.equal(driver.closed, script.endsWith('-'));
}

suite('POP3 dialogues', () => {
  for (const dialogue of DIALOGUES) test(dialogue.title, () => run(dialogue));
});
