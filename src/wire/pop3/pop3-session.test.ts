// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { DotStuffer } from './multiline.ts';
import type { Pop3Act } from './pop3-acts.ts';
import { Pop3Session, type Pop3SessionOptions } from './pop3-session.ts';

const MESSAGES = ['Subject: one\r\n\r\n.dot\r\n', 'Subject: two\r\n\r\nbody', 'Subject: three\r\n\r\nx\r\n'];

/** Answers what a session asks, as a mailbox of three messages and the password `segreta` would. */
class Driver {
  readonly session: Pop3Session;
  readonly acts: Pop3Act[] = [];
  readonly removed: number[] = [];
  output = '';
  closed = false;

  constructor(options: Partial<Pop3SessionOptions> = {}) {
    this.session = new Pop3Session({ secure: true, canStartTls: true, ...options });
    this.work();
  }

  say(octets: string | Buffer): string {
    const before = this.output.length;
    this.session.receive(Buffer.from(octets));
    this.work();
    return this.output.slice(before);
  }

  work(): void {
    for (let act = this.session.next(); act !== undefined && !this.closed; act = this.session.next()) {
      this.acts.push(act);
      this.#perform(act);
    }
  }

  #perform(act: Pop3Act): void {
    if (act.do === 'send') this.output += act.octets.toString('latin1');
    else if (act.do === 'close') this.closed = true;
    else if (act.do === 'start-tls') this.session.tlsStarted();
    else if (act.do === 'log-in') this.#logIn(act);
    else if (act.do === 'retrieve') this.#retrieve(act);
    else {
      this.removed.push(...act.messages);
      this.session.answerUpdate(!act.messages.includes(3));
    }
  }

  #logIn({ address, password }: Extract<Pop3Act, { do: 'log-in' }>): void {
    const answers = { occupata: 'in-use', lenta: 'try-later', rotta: 'broken' } as const;
    const trouble = Object.entries(answers).find(([name]) => name === address)?.[1];
    if (trouble !== undefined) this.session.answerLogIn({ is: trouble });
    else if (password !== 'segreta' && password !== 'con due  spazi ')
      this.session.answerLogIn({ is: 'refused' });
    else {
      const maildrop = MESSAGES.map((text, index) => ({
        sizeBytes: text.length,
        uniqueId: `7.${index + 1}`,
      }));
      this.session.answerLogIn({ is: 'open', maildrop: address === 'vuota' ? [] : maildrop });
    }
  }

  #retrieve({ message, opening, bodyLines }: Extract<Pop3Act, { do: 'retrieve' }>): void {
    const text = MESSAGES[message - 1];
    if (text === undefined) throw new Error(`message ${message} was never there`);
    // The second message is removed meanwhile.
    if (message !== 2) {
      const stuffer = new DotStuffer();
      const body = stuffer.push(Buffer.from(text)).toString() + stuffer.end().toString();
      this.output += opening.toString() + (bodyLines === undefined ? body : `top ${bodyLines}\r\n.\r\n`);
    }
    this.session.answerRetrieval(message !== 2);
  }
}

const PLAIN = Buffer.from('\0mario@x.test\0segreta').toString('base64');
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
  const driver = new Driver(options);
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

suite('POP3 session', () => {
  test('texts of ours replace those of the protocol', () => {
    const texts = { greeting: 'Buongiorno', wrongCredentials: 'indirizzo o password errati' };
    const driver = new Driver({ texts });
    assert.equal(driver.output, '+OK Buongiorno\r\n');
    driver.say('USER a\r\n');
    assert.equal(driver.say('PASS no\r\n'), '-ERR [AUTH] indirizzo o password errati\r\n');
  });

  test('RFC 2449 commands may come many at once, and each is answered in turn', () => {
    const driver = new Driver();
    const answer = driver.say(
      'USER a\r\nPASS segreta\r\nSTAT\r\nDELE 1\r\nSTAT\r\nRETR 3\r\nQUIT\r\nSTAT\r\n',
    );
    assert.equal(
      answer,
      '+OK send PASS\r\n+OK 3 messages (63 octets)\r\n+OK 3 63\r\n+OK message 1 deleted\r\n+OK 2 41\r\n+OK 21 octets\r\nSubject: three\r\n\r\nx\r\n.\r\n+OK bye\r\n',
    );
    assert.deepEqual(driver.removed, [1]);
  });

  test('RFC 1939 section 6 nothing is removed without QUIT', () => {
    const driver = new Driver();
    driver.say('USER a\r\nPASS segreta\r\nDELE 1\r\nDELE 2\r\n');
    assert.deepEqual(driver.removed, []);
  });

  test('RFC 2595 what a client sends before TLS is not taken for what it says under TLS', () => {
    const injected = new Driver({ secure: false });
    assert.equal(injected.say('STLS\r\nUSER eve\r\n'), '-ERR wait for the answer to STLS\r\n');
    assert.equal(injected.closed, true);
    const forgotten = new Driver({ secure: false });
    forgotten.say('STLS\r\n');
    assert.equal(forgotten.say('PASS segreta\r\n'), '-ERR send USER first\r\n');
  });

  test('a command line of 512 octets is taken, one of 513 is not', () => {
    const line = (octets: number) => `USER ${'a'.repeat(octets - 7)}\r\n`;
    assert.equal(new Driver().say(line(512)), '+OK send PASS\r\n');
    assert.equal(new Driver().say(line(513)), '-ERR line too long\r\n');
    const driver = new Driver();
    for (const octet of line(600)) driver.say(octet);
    assert.equal(driver.output, '+OK POP3 ready\r\n-ERR line too long\r\n');
    assert.equal(driver.say('USER a\r\n'), '+OK send PASS\r\n');
  });

  test('a SASL response of 2048 octets is read, one of 2049 is not', () => {
    const response = (octets: number) => `${'A'.repeat(octets - 2)}\r\n`;
    for (const [octets, answer] of [
      [2048, '-ERR that is no response of AUTH PLAIN\r\n'],
      [2049, '-ERR line too long\r\n'],
    ] as const) {
      const driver = new Driver();
      driver.say('AUTH PLAIN\r\n');
      assert.equal(driver.say(response(octets)), answer);
    }
  });

  test('a line without end closes the connection after its limit', () => {
    const driver = new Driver();
    for (let sent = 0; sent < 64 * 1024; sent += 1024) assert.equal(driver.say('x'.repeat(1024)), '');
    assert.equal(driver.say('x'), '-ERR line too long\r\n');
    assert.equal(driver.closed, true);
  });

  test('twenty bad commands are answered, the next closes the connection', () => {
    const driver = new Driver();
    for (let count = 0; count < 20; count++) assert.equal(driver.say('FOO\r\n'), '-ERR unknown command\r\n');
    assert.equal(driver.say('FOO\r\nNOOP\r\n'), '-ERR too many errors\r\n');
    assert.equal(driver.closed, true);
  });

  test('more at once than the session may hold closes it', () => {
    const session = new Pop3Session({ secure: true, canStartTls: false, limits: { pendingOctets: 12 } });
    session.next();
    session.receive(Buffer.from('USER a\r\n'));
    session.receive(Buffer.from('NOOP\r'));
    assert.equal(session.next()?.do, 'send');
    const close = session.next();
    assert.equal(close?.do, 'close');
  });

  test('a long listing comes in pieces of a thousand lines', () => {
    const session = new Pop3Session({ secure: true, canStartTls: false });
    session.receive(Buffer.from('USER a\r\nPASS b\r\nUIDL\r\nQUIT\r\n'));
    const sent: string[] = [];
    for (let act = session.next(); act !== undefined; act = session.next()) {
      if (act.do === 'send') sent.push(act.octets.toString());
      if (act.do !== 'log-in') continue;
      const maildrop = Array.from({ length: 2500 }, (_, index) => ({ sizeBytes: 1, uniqueId: `1.${index}` }));
      session.answerLogIn({ is: 'open', maildrop });
    }
    assert.deepEqual(
      sent.map((text) => text.split('\r\n').length - 1),
      [1, 1, 1, 1, 1000, 1000, 501, 1],
    );
  });

  test('an answer nobody waits for is a mistake of the caller', () => {
    const session = new Pop3Session({ secure: true, canStartTls: false });
    assert.throws(() => session.answerUpdate(true));
    assert.throws(() => session.tlsStarted());
  });
});

const WORDS = [
  'USER',
  'PASS',
  'AUTH PLAIN',
  'STLS',
  'CAPA',
  'STAT',
  'LIST',
  'UIDL',
  'RETR',
  'TOP',
  'DELE',
  'RSET',
  'NOOP',
  'UTF8',
  '1',
  '2',
  '3',
  '0',
  ' ',
  '\r\n',
  '\n',
  '\r',
  PLAIN,
  'a',
  'segreta',
  '*',
  '=',
];
const chatter = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'USER a\r\nPASS segreta\r\n',
        'DELE 1\r\n',
        'RETR 1\r\n',
        'RSET\r\n',
        'UIDL\r\n',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  ),
  { maxLength: 60 },
);

suite('POP3 session, fuzzed', () => {
  test('whatever is sent, in whatever pieces, it never throws and answers the same', () => {
    fc.assert(
      fc.property(chatter, fc.array(fc.nat(40), { maxLength: 20 }), fc.boolean(), (pieces, cuts, secure) => {
        // STLS treats what came along with it as an attack, so its answer depends on the pieces.
        const said = Buffer.from(pieces.filter((piece) => secure || piece !== 'STLS').join(''));
        const whole = new Driver({ secure });
        whole.say(said);
        const cut = new Driver({ secure });
        let at = 0;
        for (const length of cuts) {
          cut.say(said.subarray(at, at + length));
          at += length;
        }
        cut.say(said.subarray(at));
        assert.equal(cut.output, whole.output);
        assert.equal(cut.closed, whole.closed);
      }),
      { numRuns: 400 },
    );
  });

  test('octets of no protocol at all get one error a line at most, and end the session in time', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 30 }), (chunks) => {
        const driver = new Driver({ secure: false });
        for (const chunk of chunks) driver.say(Buffer.from(chunk));
        const lines = driver.output.split('\r\n');
        assert.ok(lines.length <= 23 + 10 * chunks.length);
        for (const line of lines) assert.match(line, /^(\+OK|-ERR|$|\.|[A-Z0-9 -]+$)/);
      }),
    );
  });
});
