// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { codes, opened } from '../../../../test/smtp/open-session.ts';

const ENVELOPE = 'MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n';

/** A session that has heard EHLO, and what is said besides. */
function greeted(options: Parameters<typeof opened>[0] = {}) {
  const session = opened(options);
  session.hears('EHLO a.test\r\n');
  return session;
}

const messages = (heard: readonly string[]) => heard.filter((one) => one.startsWith('message'));

suite('smtp chunks', () => {
  test('RFC 3030 a message in chunks, its octets as they are, each chunk with its reply', () => {
    const { hears, heard } = greeted();
    const said = `${ENVELOPE}BDAT 4\r\n.\r\n.BDAT 0\r\nbdat 5 last\r\n\r\nx\r\nNOOP\r\n`;
    assert.equal(codes(hears(said)), '250 250 250 250 250 250');
    assert.deepEqual(messages(heard), ['message .\r\n.\r\nx\r\n']);
  });

  test('RFC 3030 4.2 message after message in one group: each has its own end, and one refused touches no other', () => {
    const { hears, heard } = greeted();
    const nobody = 'MAIL FROM:<a@a.test>\r\nRCPT TO:<no@b.test>\r\nBDAT 6 LAST\r\nRSET\r\n';
    const said = `${ENVELOPE}BDAT 5 LAST\r\nuno\r\n${nobody}RSET\r\n${ENVELOPE}BDAT 5 LAST\r\ndue\r\n`;
    assert.equal(codes(hears(said)), '250 250 250 250 550 503 250 250 250 250');
    assert.deepEqual(messages(heard), ['message uno\r\n', 'message due\r\n']);
  });

  test('a chunk that belongs to no message is no command either, before EHLO and before a login too', () => {
    const inside = ENVELOPE;
    const { hears, heard } = greeted();
    assert.equal(codes(hears(`BDAT ${inside.length} LAST\r\n${inside}NOOP\r\n`)), '503 250');
    const login = greeted({ login: true, secure: true });
    assert.equal(codes(login.hears(`BDAT ${inside.length}\r\n${inside}NOOP\r\n`)), '530 250');
    const early = opened();
    assert.equal(codes(early.hears(`BDAT ${inside.length}\r\n${inside}NOOP\r\n`)), '503 250');
    assert.deepEqual([...heard, ...login.heard, ...early.heard], []);
  });

  test('RFC 3030 2 neither DATA nor further recipients while a message comes by BDAT, and BDAT after its last has none', () => {
    const { hears, heard } = greeted();
    assert.equal(codes(hears(`${ENVELOPE}BDAT 3\r\nx\r\nDATA\r\n`)), '250 250 250 503');
    assert.equal(codes(hears('RCPT TO:<c@b.test>\r\nMAIL FROM:<c@a.test>\r\n')), '503 503');
    assert.equal(codes(hears('BDAT 0 LAST\r\nBDAT 2\r\nzzBDAT 2 LAST\r\nzz')), '250 503 503');
    assert.deepEqual(messages(heard), ['message x\r\n']);
    assert.equal(codes(hears(`RSET\r\n${ENVELOPE}DATA\r\nuno\r\n.\r\n`)), '250 250 250 354 250');
  });

  test('a command that does not say how much follows ends the session: the rest would be read as commands', () => {
    for (const line of [
      'BDAT',
      'BDAT x',
      'BDAT -1',
      'BDAT 5 FIRST',
      'BDAT 5 LAST LAST',
      'BDAT 0x5',
      'BDAT 5,LAST',
      'BDAT 9999999999999999',
    ]) {
      const { session, hears, heard } = greeted();
      assert.equal(codes(hears(`${ENVELOPE}${line}\r\n${ENVELOPE}`)), '250 250 501', line);
      assert.ok(session.isOver);
      assert.equal(heard.length, 2);
    }
  });

  test('who announces more than is ever read is cut off before it comes, and who sends it to nobody when it is that much', () => {
    const announced = greeted();
    assert.equal(codes(announced.hears(`${ENVELOPE}BDAT 1501\r\n`)), '250 250 421');
    const fitting = greeted();
    assert.equal(codes(fitting.hears(`${ENVELOPE}BDAT 1500 LAST\r\n${'x'.repeat(1500)}`)), '250 250 250');
    const thrown = greeted();
    const chunk = `BDAT 500\r\n${'x'.repeat(500)}`;
    assert.equal(codes(thrown.hears(chunk.repeat(4))), '503 503 503 421');
    assert.ok(thrown.session.isOver);
  });

  test('RFC 3030 2 RSET and EHLO take a message back in its middle, STARTTLS and QUIT too', () => {
    for (const [line, replies] of [
      ['RSET', '250'],
      ['EHLO a.test', '250'],
      ['STARTTLS', '220'],
    ] as const) {
      const { hears, heard } = greeted();
      assert.equal(codes(hears(`${ENVELOPE}BDAT 3\r\nunoBD`)), '250 250 250');
      assert.equal(codes(hears(`AT 2\r\nxx${line}\r\n`)), `250 ${replies}`);
      assert.deepEqual(heard.slice(2, 3), ['taken back'], line);
      assert.deepEqual(messages(heard), []);
      if (line !== 'STARTTLS')
        assert.equal(codes(hears(`${ENVELOPE}BDAT 3 LAST\r\ndue`)), '250 250 250', line);
    }
    const { session, hears } = greeted();
    assert.equal(codes(hears(`${ENVELOPE}BDAT 3\r\nunoQUIT\r\n`)), '250 250 250 221');
    assert.ok(session.isOver);
  });

  test('closing lets a message come to its end, and nothing else begin', () => {
    const { session, hears, heard } = greeted();
    hears(`${ENVELOPE}BDAT 3\r\nuno`);
    session.shutDown();
    assert.equal(codes(hears('BDAT 3 LAST\r\ndueNOOP\r\n')), '250 421');
    assert.deepEqual(messages(heard), ['message unodue\r\n']);
  });

  test('the last line is ended where it is not, as DATA would', () => {
    for (const [octets, expected] of [
      ['', ''],
      ['x', 'x\r\n'],
      ['x\r', 'x\r\r\n'],
      ['x\n', 'x\n\r\n'],
      ['x\r\n', 'x\r\n'],
    ] as const)
      for (const at of [0, 1, octets.length]) {
        const [one, two] = [octets.slice(0, at), octets.slice(at)];
        const { hears, heard } = greeted();
        hears(`${ENVELOPE}BDAT ${one.length}\r\n${one}BDAT ${two.length} LAST\r\n${two}`);
        assert.deepEqual(messages(heard), [`message ${expected}`]);
      }
  });

  test('RFC 3030 whatever its octets and however they are cut, a message is the one that was sent', () => {
    const piece = fc.oneof(
      fc.constantFrom('\r\n.\r\n', 'BDAT 5 LAST\r\n', 'RSET\r\n', '\r', '\n', '.', '\0'),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 9 }),
        (pieces, length) => {
          const chunks = pieces.map((one) => Buffer.from(one).toString('latin1'));
          const { hears, heard } = greeted();
          const said = chunks.map(
            (one, at) => `BDAT ${one.length}${at === chunks.length - 1 ? ' LAST' : ''}\r\n${one}`,
          );
          const octets = `${ENVELOPE}${said.join('')}`;
          for (let at = 0; at < octets.length; at += length) hears(octets.slice(at, at + length));
          const sent = chunks.join('');
          const ended = sent === '' || sent.endsWith('\r\n') ? sent : `${sent}\r\n`;
          assert.deepEqual(messages(heard), [`message ${ended}`]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
