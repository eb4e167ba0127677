// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { PLAIN, SessionDriver } from '../../../test/pop3/session-driver.ts';
import { Pop3Session } from './pop3-session.ts';

suite('POP3 session', () => {
  test('texts of ours replace those of the protocol', () => {
    const texts = { greeting: 'Buongiorno', wrongCredentials: 'indirizzo o password errati' };
    const driver = new SessionDriver({ texts });
    assert.equal(driver.output, '+OK Buongiorno\r\n');
    driver.say('USER a\r\n');
    assert.equal(driver.say('PASS no\r\n'), '-ERR [AUTH] indirizzo o password errati\r\n');
  });

  test('RFC 2449 commands may come many at once, and each is answered in turn', () => {
    const driver = new SessionDriver();
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
    const driver = new SessionDriver();
    driver.say('USER a\r\nPASS segreta\r\nDELE 1\r\nDELE 2\r\n');
    assert.deepEqual(driver.removed, []);
  });

  test('RFC 2595 what a client sends before TLS is not taken for what it says under TLS', () => {
    const injected = new SessionDriver({ secure: false });
    assert.equal(injected.say('STLS\r\nUSER eve\r\n'), '-ERR wait for the answer to STLS\r\n');
    assert.equal(injected.closed, true);
    const forgotten = new SessionDriver({ secure: false });
    forgotten.say('STLS\r\n');
    assert.equal(forgotten.say('PASS segreta\r\n'), '-ERR send USER first\r\n');
  });

  test('a command line of 512 octets is taken, one of 513 is not', () => {
    const line = (octets: number) => `USER ${'a'.repeat(octets - 7)}\r\n`;
    assert.equal(new SessionDriver().say(line(512)), '+OK send PASS\r\n');
    assert.equal(new SessionDriver().say(line(513)), '-ERR line too long\r\n');
    const driver = new SessionDriver();
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
      const driver = new SessionDriver();
      driver.say('AUTH PLAIN\r\n');
      assert.equal(driver.say(response(octets)), answer);
    }
  });

  test('a line without end closes the connection after its limit', () => {
    const driver = new SessionDriver();
    for (let sent = 0; sent < 64 * 1024; sent += 1024) assert.equal(driver.say('x'.repeat(1024)), '');
    assert.equal(driver.say('x'), '-ERR line too long\r\n');
    assert.equal(driver.closed, true);
  });

  test('twenty bad commands are answered, the next closes the connection', () => {
    const driver = new SessionDriver();
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
        const whole = new SessionDriver({ secure });
        whole.say(said);
        const cut = new SessionDriver({ secure });
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
        const driver = new SessionDriver({ secure: false });
        for (const chunk of chunks) driver.say(Buffer.from(chunk));
        const lines = driver.output.split('\r\n');
        assert.ok(lines.length <= 23 + 10 * chunks.length);
        for (const line of lines) assert.match(line, /^(\+OK|-ERR|$|\.|[A-Z0-9 -]+$)/);
      }),
    );
  });
});
