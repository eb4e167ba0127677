// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { storedContent } from '../../../test/queue/queue-in-memory.ts';
import { entryFor, SENT, scripted } from '../../../test/queue/smtp-peers.ts';
import { Fault } from '../../platform/faults.ts';
import { type Journal, silentJournal } from '../../platform/journal.ts';

const ordinary = entryFor({ certified: false });

suite('peers no honest server would be', () => {
  test('a refusal of the sender is one of every recipient; several lines become one', async () => {
    const { peer, courier } = await scripted((line) =>
      line.startsWith('MAIL') ? '550-5.7.1 we do not\r\n550 5.7.1 know you' : undefined,
    );
    await using _ = peer;
    const outcome = await courier.relay(
      entryFor({ certified: false, forwardPaths: ['a@b.test', 'c@b.test'] }),
      SENT,
    );
    assert.deepEqual(
      outcome.refused.map(({ address, code, enhanced, text }) => [address, code, enhanced, text]),
      [
        ['a@b.test', 550, '5.7.1', 'we do not know you'],
        ['c@b.test', 550, '5.7.1', 'we do not know you'],
      ],
    );
    courier[Symbol.dispose]();
  });

  test('U-9 8 bits are announced where the peer knows them, and sent unchanged where it does not', async () => {
    const content = storedContent(1, Buffer.from('Subject: x\r\n\r\ncitt\xe0\r\n', 'latin1'));
    const entry = entryFor({ certified: false, eightBit: true });
    const warnings: unknown[] = [];
    const journal: Journal = { ...silentJournal, warn: (facts) => warnings.push(facts) };
    const plain = await scripted(undefined, { journal });
    await using _ = plain.peer;
    await plain.courier.relay(entry, content);
    assert.deepEqual(plain.peer.lines.slice(1), [
      'MAIL FROM:<a@alfa.test>',
      'RCPT TO:<b@beta.test>',
      'DATA',
      'Subject: x',
      '',
      'citt\xe0',
      '.',
    ]);
    assert.equal(warnings.length, 1);
    const able = await scripted(
      (line) => (/^EHLO/.test(line) ? '250-peer.test\r\n250 8BITMIME' : undefined),
      { journal },
    );
    await using __ = able.peer;
    await able.courier.relay(entry, content);
    await able.courier.relay(ordinary, SENT);
    assert.deepEqual(
      able.peer.lines.filter((line) => line.startsWith('MAIL')),
      ['MAIL FROM:<a@alfa.test> BODY=8BITMIME', 'MAIL FROM:<a@alfa.test>'],
    );
    assert.equal(warnings.length, 1);
    for (const { courier } of [plain, able]) courier[Symbol.dispose]();
  });

  test('a message larger than the peer announces is refused for good without being sent', async () => {
    const { peer, courier } = await scripted((line) =>
      /^EHLO/.test(line) ? '250-peer.test\r\n250 SIZE 20' : undefined,
    );
    await using _ = peer;
    const { refused } = await courier.relay(ordinary, SENT);
    assert.deepEqual(
      refused.map(({ code, enhanced, permanent }) => [code, enhanced, permanent]),
      [[552, '5.3.4', true]],
    );
    assert.equal(
      peer.lines.some((line) => line.startsWith('MAIL')),
      false,
    );
    courier[Symbol.dispose]();
  });

  test('a kept connection the peer has closed costs nothing', async () => {
    let dropOnNext = false;
    const { peer, courier } = await scripted((line) => {
      if (line.startsWith('MAIL') && dropOnNext) {
        dropOnNext = false;
        return 'drop';
      }
      return undefined;
    });
    await using _ = peer;
    await courier.relay(ordinary, SENT);
    // Closed while idle ...
    peer.dropAll();
    assert.deepEqual((await courier.relay(ordinary, SENT)).accepted, ['b@beta.test']);
    // ... or just as the next message begins.
    dropOnNext = true;
    assert.deepEqual((await courier.relay(ordinary, SENT)).accepted, ['b@beta.test']);
    assert.equal(peer.connections, 3);
    courier[Symbol.dispose]();
  });

  test('a connection that breaks after the message is no reason to send it twice at once', async () => {
    let transactions = 0;
    const { peer, courier } = await scripted((line) =>
      line === '.' && ++transactions > 1 ? 'drop' : undefined,
    );
    await using _ = peer;
    await courier.relay(ordinary, SENT);
    await assert.rejects(courier.relay(ordinary, SENT), { code: 'peer-lost', temporary: true });
    assert.equal(transactions, 2);
    courier[Symbol.dispose]();
  });

  test('421 at any moment is temporary', async () => {
    for (const moment of ['connect', 'MAIL', 'RCPT', 'DATA', '.']) {
      const { peer, courier } = await scripted((line) =>
        line.startsWith(moment) ? '421 4.3.2 closing' : undefined,
      );
      await using _ = peer;
      const result = await courier.relay(ordinary, SENT).then(
        ({ accepted, refused }) => accepted.length === 0 && refused.every(({ permanent }) => !permanent),
        (error: unknown) => error instanceof Fault && error.temporary,
      );
      assert.equal(result, true, moment);
      courier[Symbol.dispose]();
    }
  });

  test('closing the courier ends what is under way, as temporary', async () => {
    const { peer, courier } = await scripted((line) => (line === '.' ? '' : undefined));
    await using _ = peer;
    const sending = courier.relay(ordinary, SENT);
    while (!peer.lines.includes('.')) await new Promise((resolve) => setTimeout(resolve, 5));
    courier[Symbol.dispose]();
    await assert.rejects(sending, { code: 'peer-lost', temporary: true });
    assert.equal(peer.lines.includes('QUIT'), false);
  });
});
