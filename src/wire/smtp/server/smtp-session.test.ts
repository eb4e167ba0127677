// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { codes, opened, TAKEN } from '../../../../test/smtp/open-session.ts';

suite('smtp session', () => {
  test('RFC 2920 the replies to a pipelined group come together, in order', () => {
    const { hears, heard } = opened();
    assert.equal(codes(hears('EHLO a.test\r\n')), '250');
    const group = 'MAIL FROM:<a@a.test>\r\nRCPT TO:<no@b.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n';
    assert.equal(codes(hears(group)), '250 550 250 354');
    assert.equal(
      codes(hears(`uno\r\n.\r\n${group}due\r\n.\r\nQUIT\r\nNOOP\r\n`)),
      '250 250 550 250 354 250 221',
    );
    assert.deepEqual(
      heard.filter((one) => one.startsWith('message')),
      ['message uno\r\n', 'message due\r\n'],
    );
  });

  test('what comes while an answer is due waits for it', () => {
    const { session, hears } = opened({ slow: true });
    hears('EHLO a.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n');
    assert.equal(hears('uno\r\n.\r\nMAIL FROM:<c@a.test>\r\n'), '');
    assert.ok(session.isAnswering);
    assert.equal(hears('NOOP\r\n'), '');
    session.answerMessage(TAKEN);
    session.proceed();
    assert.equal(codes(session.takeReplies()), '250 250 250');
    assert.equal(session.transaction.reversePath, 'c@a.test');
  });

  test('others get their turn after a hundred commands, or when replies pile up', () => {
    const { session } = opened();
    session.receive(Buffer.from('NOOP\r\n'.repeat(250)));
    assert.equal(session.proceed(), 'more');
    assert.equal(codes(session.takeReplies()).split(' ').length, 100);
    assert.equal(session.proceed(), 'more');
    session.takeReplies();
    assert.equal(session.proceed(), 'done');
    assert.equal(codes(session.takeReplies()).split(' ').length, 50);
  });

  test('RFC 3207 4.2 what stands behind STARTTLS is not heard, and what stood before is forgotten', () => {
    const { session, hears, heard } = opened({ login: true });
    hears('EHLO a.test\r\n');
    assert.equal(codes(hears('STARTTLS\r\nEHLO evil.test\r\nNOO')), '220');
    assert.ok(session.isTakingUpTls);
    assert.equal(hears('P\r\n'), '');
    session.tlsStarted();
    assert.equal(session.helo, '');
    assert.ok(session.secure);
    assert.equal(codes(hears('MAIL FROM:<a@a.test>\r\n')), '503');
    assert.deepEqual(heard, ['tls']);
  });

  test('RFC 4954 PLAIN and LOGIN, with and without an initial response, and given up', () => {
    const token = (words: string) => Buffer.from(words).toString('base64');
    for (const [lines, expected, login] of [
      [`AUTH PLAIN ${token('\0a@a.test\0p')}\r\n`, '235', 'login a@a.test p'],
      [`auth plain\r\n${token('a@a.test\0\0p')}\r\n`, '334 235', 'login a@a.test p'],
      [`AUTH PLAIN ${token('x@a.test\0a@a.test\0p')}\r\n`, '235', 'login  p'],
      [`AUTH LOGIN ${token('a@a.test')}\r\n${token('p p')}\r\n`, '334 235', 'login a@a.test p p'],
      ['AUTH LOGIN\r\n*\r\n', '334 501', undefined],
      ['AUTH PLAIN\r\n*\r\n', '334 501', undefined],
      [`AUTH PLAIN ${token('a\0b')}\r\n`, '501', undefined],
      [`AUTH PLAIN ${token('\0a\nb\0c')}\r\n`, '501', undefined],
      [`AUTH PLAIN ${token('\0a\0b\0c')}\r\n`, '501', undefined],
      ['AUTH CRAM-MD5\r\n', '504', undefined],
      ['AUTH PLAIN a b\r\n', '501', undefined],
    ] as const) {
      const { hears, heard } = opened({ login: true, secure: true });
      hears('EHLO a.test\r\n');
      assert.equal(codes(hears(lines)), expected, lines);
      assert.deepEqual(heard, login === undefined ? [] : [login]);
    }
  });

  test('who makes no sense ten times, or says ten things without a login, is sent away', () => {
    const senseless = opened();
    assert.equal(codes(senseless.hears('XYZ\r\n'.repeat(12))), `${'500 '.repeat(9)}421`);
    assert.ok(senseless.session.isOver);
    const idle = opened({ login: true, secure: true });
    assert.equal(codes(idle.hears('NOOP\r\n'.repeat(12))), `${'250 '.repeat(9)}421`);
  });

  test('commands out of order, and with what does not belong to them', () => {
    const { hears } = opened();
    for (const [line, expected] of [
      ['MAIL FROM:<a@a.test>', '503'],
      ['EHLO', '501'],
      ['EHLO a b', '501'],
      ['EHLO a\tb', '501'],
      ['HELO a.test', '250'],
      ['RCPT TO:<b@b.test>', '503'],
      ['DATA', '503'],
      ['MAIL FROM:<a@a.test>', '250'],
      ['MAIL FROM:<a@a.test>', '503'],
      ['DATA', '503'],
      ['RCPT TO:<>', '501'],
      ['RCPT TO:<b@b.test>', '250'],
      ['DATA now', '501'],
      ['STARTTLS now', '501'],
      ['VRFY', '501'],
      ['VRFY b', '252'],
      ['RSET', '250'],
      ['DATA', '503'],
      ['EXPN x', '500'],
      ['HELP', '500'],
      ['AUTH PLAIN', '500'],
    ] as const)
      assert.equal(codes(hears(`${line}\r\n`)), expected, line);
  });

  test('the limit of a line does not depend on when its end comes', () => {
    for (const [length, expected] of [
      [95, '250'],
      [96, '421'],
    ] as const) {
      const { hears } = opened();
      const replies = [`NOOP ${'x'.repeat(length)}`, '\r', '\n'].map(hears);
      assert.equal(codes(replies.join('')), expected);
    }
  });

  test('who does not wait for the greeting is sent away', () => {
    const { session, hears } = opened({ greeted: false });
    assert.equal(codes(hears('EHLO a.test\r\n')), '421');
    assert.ok(session.isOver);
  });

  const words = [
    'BDAT 3\r\n',
    'BDAT 7 LAST\r\n',
    'RSET\r\n',
    'EHLO a\r\n',
    'MAIL FROM:<a@b>\r\n',
    'RCPT TO:<c@d>\r\n',
    'DATA\r\n',
    '.\r\n',
    'x\n',
    '\r',
    '..',
  ];
  const talk = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })), { maxLength: 30 });

  test('however the octets are cut into chunks, the same is heard and said', () => {
    fc.assert(
      fc.property(talk, fc.integer({ min: 1, max: 7 }), (said, length) => {
        const octets = Buffer.from(said.join(''), 'utf8').toString('latin1');
        const whole = opened();
        const cut = opened();
        const expected = whole.hears(octets);
        let replies = '';
        for (let at = 0; at < octets.length; at += length)
          replies += cut.hears(octets.slice(at, at + length));
        assert.equal(replies, expected);
        assert.deepEqual(cut.heard, whole.heard);
      }),
      { numRuns: 500 },
    );
  });
});
