// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseAddressCommand } from './address-command.ts';

const mail = (line: string) => parseAddressCommand('MAIL FROM', line);
const rcpt = (line: string) => parseAddressCommand('RCPT TO', line);

suite('address commands', () => {
  test('RFC 5321 4.1.1: path and parameters, in any letter case', () => {
    assert.deepEqual(
      { ...mail('mail From:<a@alfa.test> size=100 BODY=8bitmime')?.params },
      { SIZE: '100', BODY: '8bitmime' },
    );
    assert.equal(mail('MAIL FROM:<a@alfa.test>')?.address, 'a@alfa.test');
    assert.equal(mail('MAIL FROM: <a@alfa.test> ')?.address, 'a@alfa.test');
    assert.equal(mail('MAIL FROM:<>')?.address, '');
    assert.equal(rcpt('RCPT TO:<a@alfa.test> NOTIFY=NEVER X')?.params.X, true);
  });

  test('a quoted local part may hold blanks, at signs and angle brackets', () => {
    assert.equal(rcpt('RCPT TO:<"a > b"@alfa.test> NOTIFY=NEVER')?.address, '"a > b"@alfa.test');
    assert.equal(rcpt('RCPT TO:<"a@\\"b"@alfa.test>')?.address, '"a@\\"b"@alfa.test');
  });

  test('the address arrives as it was sent: an xn-- domain is not rewritten', () => {
    assert.equal(rcpt('RCPT TO:<a@xn--caff-8oa.test>')?.address, 'a@xn--caff-8oa.test');
  });

  test('RFC 5321 4.1.1.3: postmaster without domain, as a recipient only', () => {
    assert.equal(rcpt('RCPT TO:<Postmaster>')?.address, 'postmaster');
    assert.equal(mail('MAIL FROM:<postmaster>'), undefined);
  });

  test('what has another form is refused', () => {
    const wrong = [
      'RCPT TO:a@alfa.test',
      'RCPT TO:<a@alfa.test',
      'RCPT TO:<a@alfa.test>NOTIFY=NEVER',
      'RCPT TO:<a@alfa.test> <b@alfa.test>',
      'RCPT TO:<a@alfa.test> =x',
      'RCPT TO:<caffè@alfa.test>',
      'RCPT TO:<a\0@alfa.test>',
      'RCPT TO <a@alfa.test>',
      'RCPTTO:<a@alfa.test>',
      'RCPT TO:',
      '',
    ];
    for (const line of wrong) assert.equal(rcpt(line), undefined, line);
  });

  test('a parameter given twice is told', () => {
    assert.equal(mail('MAIL FROM:<a@alfa.test> SIZE=1 size=2')?.duplicate, 'SIZE');
    assert.equal(mail('MAIL FROM:<a@alfa.test> __PROTO__=1')?.params.__PROTO__, undefined);
  });

  test('any octets are read without throwing, and an address holds printable ASCII only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (octets, prefixed) => {
        const line = Buffer.concat([Buffer.from(prefixed ? 'RCPT TO:<' : ''), octets]);
        const parsed = parseAddressCommand('RCPT TO', line.toString('latin1'));
        assert.match(parsed?.address ?? '', /^[ -~]*$/);
      }),
    );
  });
});
