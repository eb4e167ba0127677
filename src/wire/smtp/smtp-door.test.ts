// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Dialogue, plainToken } from '../../../test/smtp/dialogue.ts';
import { greeted, openDoor, showsCertificate, withEnvelope } from '../../../test/smtp/open-door.ts';

suite('smtp door', () => {
  showsCertificate();

  test('EHLO announces what is spoken, and nothing else', async () => {
    const { door, port } = await openDoor();
    await using _ = door;
    using dialogue = await greeted(port);
    assert.equal(
      await dialogue.say('EHLO client.test'),
      [
        '250-mx.alfa.test',
        '250-PIPELINING',
        '250-8BITMIME',
        '250-CHUNKING',
        '250-ENHANCEDSTATUSCODES',
        '250-STARTTLS',
        '250 SIZE 100000',
      ].join('\n'),
    );
    assert.match(await dialogue.say('HELO client.test'), /^250 mx\.alfa\.test$/);
  });

  test('AUTH is offered and taken within TLS only', async () => {
    const { door, port, heard } = await openDoor({ login: true });
    await using _ = door;
    using dialogue = await greeted(port);
    assert.doesNotMatch(await dialogue.say('EHLO client.test'), /AUTH/);
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken('a@alfa.test', 'segreta')}`), /^538 5\.7\.0/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test>'), /^530 5\.7\.0/);
    assert.match(await dialogue.startTls(), /^250.AUTH PLAIN LOGIN$/m);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test>'), /^530 5\.7\.0/);
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken('a@alfa.test', 'segreta')}`), /^235 2\.7\.0/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test>'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<b@beta.test>'), /^250/);
    assert.match(await dialogue.say('DATA'), /^354/);
    assert.match(await dialogue.say('ciao\r\n.'), /^250 2\.0\.0 taken/);
    assert.equal(heard.transactions[0]?.transaction.user, 'a@alfa.test');
  });

  test('AUTH LOGIN asks in two steps; a PLAIN token for somebody else is refused', async () => {
    const { door, port } = await openDoor({ login: true, mode: 'implicit' });
    await using _ = door;
    using dialogue = await greeted(port, { tls: true });
    await dialogue.say('EHLO client.test');
    const other = Buffer.from('altri@alfa.test\0a@alfa.test\0segreta').toString('base64');
    assert.match(await dialogue.say(`AUTH PLAIN ${other}`), /^535 5\.7\.8/);
    assert.equal(await dialogue.say('AUTH LOGIN'), '334 VXNlcm5hbWU6');
    assert.equal(await dialogue.say(Buffer.from('a@alfa.test').toString('base64')), '334 UGFzc3dvcmQ6');
    assert.match(await dialogue.say(Buffer.from('segreta').toString('base64')), /^235/);
  });

  test('the third failed login ends the connection', async () => {
    const { door, port } = await openDoor({ login: true, mode: 'implicit' });
    await using _ = door;
    using dialogue = await greeted(port, { tls: true });
    await dialogue.say('EHLO client.test');
    const wrong = `AUTH PLAIN ${plainToken('a@alfa.test', 'sbagliata')}`;
    assert.match(await dialogue.say(wrong), /^535 5\.7\.8 no/);
    assert.match(await dialogue.say(wrong), /^535/);
    assert.match(await dialogue.say(wrong), /^421 4\.7\.0/);
    await dialogue.closed();
  });

  test('a message arrives octet by octet, its dots unstuffed', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    using dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    assert.match(await dialogue.say('A: \xe8\r\n\r\n..\r\n...x\r\n.'), /^250 2\.0\.0 taken$/);
    assert.equal(heard.transactions[0]?.octets, 'A: \xe8\r\n\r\n.\r\n..x\r\n');
    const { reversePath, forwardPaths, peer } = heard.transactions[0]?.transaction ?? {};
    assert.deepEqual(
      { reversePath, forwardPaths },
      { reversePath: 'a@alfa.test', forwardPaths: ['b@beta.test'] },
    );
    assert.deepEqual(
      { address: peer?.address, helo: peer?.helo, tls: peer?.tls },
      { address: '127.0.0.1', helo: 'client.test', tls: false },
    );
  });

  test('no mix of bare CR and LF ends DATA early, nor loses an octet', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    using dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    assert.match(await dialogue.say('a\n.\nb\r.\rc\n.\r\nd\r\n..\ne\n..f\r\n.'), /^250/);
    assert.equal(heard.transactions[0]?.octets, 'a\n.\nb\r.\rc\n.\r\nd\r\n.\ne\n..f\r\n');
    assert.equal(heard.transactions.length, 1);
  });

  test('a command line one octet too long ends the connection', async () => {
    const { door, port } = await openDoor({ limits: { commandBytes: 100 } });
    await using _ = door;
    using dialogue = await greeted(port);
    assert.match(await dialogue.say(`NOOP ${'x'.repeat(95)}`), /^250/);
    assert.match(await dialogue.say(`NOOP ${'x'.repeat(96)}`), /^421 5\.5\.6/);
  });

  test('the handler may stop reading: the reply still waits for the end of the message', async () => {
    const refused = { code: 554, enhanced: '5.7.1', text: 'not wanted' };
    const { door, port } = await openDoor({
      host: {
        takeMessage: async (octets) => {
          for await (const _ of octets) break;
          return refused;
        },
      },
    });
    await using _ = door;
    using dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    dialogue.write('x'.repeat(70_000));
    await new Promise((resolve) => setTimeout(resolve, 20));
    dialogue.write(`\r\n${'y'.repeat(20_000)}\r\n.\r\nNOOP\r\n`);
    assert.equal(await dialogue.reply(), '554 5.7.1 not wanted');
    assert.match(await dialogue.reply(), /^250/);
  });

  test('a fault while the message is taken is translated, once all of it has come', async () => {
    const { door, port, heard } = await openDoor({
      host: { takeMessage: () => Promise.reject(new Error('disk')) },
    });
    await using _ = door;
    using dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    assert.equal(await dialogue.say('ciao\r\n.'), '451 4.3.0 translated');
    assert.deepEqual(heard.failures.map(String), ['Error: disk']);
  });

  test('faults in the checks of sender and recipient are translated too', async () => {
    const fail = () => {
      throw new Error('store');
    };
    const { door, port } = await openDoor({ host: { checkSender: fail } });
    await using _ = door;
    using dialogue = await greeted(port);
    await dialogue.say('EHLO client.test');
    assert.equal(await dialogue.say('MAIL FROM:<a@alfa.test>'), '451 4.3.0 translated');
  });

  test('a peer that leaves in the middle of a message is noticed by the reader', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    const dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    dialogue.write('half a mess');
    dialogue[Symbol.dispose]();
    while (heard.failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(heard.failures.length, 1);
    assert.equal(heard.transactions.length, 0);
  });

  test('SIZE above the limit is refused at MAIL; without SIZE far more than the limit cuts the peer off', async () => {
    const { door, port } = await openDoor({ limits: { drainBytes: 50_000 } });
    await using _ = door;
    using dialogue = await greeted(port);
    await dialogue.say('EHLO client.test');
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> SIZE=100001'), /^552 5\.3\.4/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> SIZE=100000'), /^250/);
    await dialogue.say('RCPT TO:<b@beta.test>');
    await dialogue.say('DATA');
    dialogue.write('x'.repeat(160_000));
    assert.match(await dialogue.reply(), /^421 4\.3\.0/);
  });

  test('one recipient above the limit is refused with 452, the others stand', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    using dialogue = await withEnvelope(port);
    assert.match(await dialogue.say('RCPT TO:<c@beta.test>'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<d@beta.test>'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<e@beta.test>'), /^452 4\.5\.3/);
    // The same mailbox again is no further one.
    assert.match(await dialogue.say('RCPT TO:<B@Beta.test>'), /^250/);
    await dialogue.say('DATA');
    assert.match(await dialogue.say('ciao\r\n.'), /^250/);
    assert.equal(heard.transactions[0]?.transaction.forwardPaths.length, 3);
  });

  test('parameters not announced are refused, those of DSN tolerated', async () => {
    const { door, port } = await openDoor();
    await using _ = door;
    using dialogue = await greeted(port);
    await dialogue.say('EHLO client.test');
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> SMTPUTF8'), /^555 5\.5\.4/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> REQUIRETLS'), /^5\d\d/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> BODY=BINARYMIME'), /^501/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> SIZE=1 SIZE=1'), /^501/);
    assert.match(await dialogue.say('MAIL FROM:<caff\xe8@alfa.test>'), /^501 5\.1\.7/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> RET=HDRS ENVID=x BODY=8BITMIME'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<b@beta.test> NOTIFY=SUCCESS ORCPT=rfc822;b@beta.test'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<c@beta.test> XYZ=1'), /^555 5\.5\.4/);
  });

  test('nothing said in cleartext before or behind STARTTLS is heard within TLS', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    using dialogue = await greeted(port);
    await dialogue.say('EHLO client.test');
    await dialogue.say('MAIL FROM:<a@alfa.test>');
    await dialogue.say('RCPT TO:<b@beta.test>');
    // RFC 3207 section 4.2; the lines behind STARTTLS are what an attacker in between would add.
    dialogue.write('STARTTLS\r\nEHLO evil.test\r\nMAIL FROM:<evil@beta.test>\r\nRCPT TO:<b@beta.test>\r\n');
    assert.match(await dialogue.reply(), /^220/);
    await dialogue.secure();
    assert.match(await dialogue.say('MAIL FROM:<c@alfa.test>'), /^503/);
    await dialogue.say('EHLO client.test');
    assert.match(await dialogue.say('RCPT TO:<b@beta.test>'), /^503/);
    assert.match(await dialogue.say('MAIL FROM:<c@alfa.test>'), /^250/);
    await dialogue.say('RCPT TO:<b@beta.test>');
    await dialogue.say('DATA');
    await dialogue.say('ciao\r\n.');
    assert.equal(heard.transactions.length, 1);
    assert.equal(heard.transactions[0]?.transaction.reversePath, 'c@alfa.test');
    assert.equal(heard.transactions[0]?.transaction.peer.tls, true);
  });

  test('who speaks before the greeting, or in HTTP, is sent away', async () => {
    const { door, port } = await openDoor();
    await using _ = door;
    using early = await Dialogue.open(port);
    early.write('EHLO early.test\r\n');
    assert.match(await early.reply(), /^421/);
    await early.closed();
    using browser = await greeted(port);
    assert.match(await browser.say('POST / HTTP/1.1'), /^421/);
  });
});
