// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import { AlertBoard } from '../../platform/alerts.ts';
import { silentJournal } from '../../platform/journal.ts';
import { ManualTimers, systemTimers, type Timers } from '../../platform/timers.ts';
import { MemoryOctets } from '../../wire/mime/octets.ts';
import { ANSWER_BYTES, Rspamd, SCORED_BYTES } from './rspamd.ts';

type Answer = (asked: IncomingMessage, answer: ServerResponse) => void;

const says = (verdict: object): Answer => {
  return (_, answer) => answer.end(JSON.stringify({ score: 1.5, required_score: 15, ...verdict }));
};

/** A filter that answers like this, and what it was told. */
async function openFilter(answers: Answer, { timers = systemTimers }: { readonly timers?: Timers } = {}) {
  const told: { headers: IncomingMessage['headersDistinct']; path: string | undefined; octets: string }[] =
    [];
  const arrived = Promise.withResolvers<void>();
  const server = createServer((asked, answer) => {
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => {
      const { headersDistinct: headers, url: path } = asked;
      told.push({ headers, path, octets: Buffer.concat(chunks).toString('latin1') });
      answers(asked, answer);
      arrived.resolve();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const alerts = new AlertBoard(silentJournal);
  const filter = new Rspamd({ url, timers, alerts });
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return { filter, told, alerts, arrived: arrived.promise, close, [Symbol.asyncDispose]: close };
}

const mail = (octets: Buffer = Buffer.from('From: a@b.test\r\n\r\nciao\r\n')) => ({
  octets: new MemoryOctets(octets),
  reversePath: 'a@b.test',
  forwardPaths: ['c@d.test', 'e@d.test'],
  address: '192.0.2.7',
  helo: 'mx.b.test',
});

const codes = (alerts: AlertBoard) => alerts.current().map(({ code }) => code);

suite('rspamd', () => {
  test('it is told who brought the message, and gets its octets', async () => {
    await using house = await openFilter(says({ action: 'no action' }));
    const octets = Buffer.from(`From: a@b.test\r\n\r\n${'città e più\r\n'.repeat(20_000)}`, 'latin1');
    assert.deepEqual(await house.filter.judge(mail(octets)), {
      advice: 'accept',
      action: 'no action',
      score: 1.5,
      required: 15,
    });
    const [{ headers, path, octets: got } = assert.fail()] = house.told;
    assert.equal(path, '/checkv2');
    assert.equal(got, octets.toString('latin1'));
    assert.deepEqual(
      [headers.from, headers.rcpt, headers.ip, headers.helo],
      [['a@b.test'], ['c@d.test', 'e@d.test'], ['192.0.2.7'], ['mx.b.test']],
    );
  });

  test('what a stranger says of himself ends no line', async () => {
    await using house = await openFilter(says({ action: 'no action' }));
    const strange = {
      ...mail(),
      reversePath: '',
      helo: 'x\r\nRcpt: y',
      forwardPaths: ['"è\n"@d.test'],
      address: '::ffff:192.0.2.9',
    };
    assert.ok(await house.filter.judge(strange));
    const headers = house.told[0]?.headers;
    assert.deepEqual(headers?.ip, ['192.0.2.9']);
    assert.deepEqual(
      [headers?.from, headers?.helo, headers?.rcpt],
      [['<>'], ['x??Rcpt: y'], ['"??"@d.test']],
    );
  });

  test('its actions, and that putting off is not used', async () => {
    const advice: Record<string, string | undefined> = {};
    for (const action of [
      'add header',
      'rewrite subject',
      'reject',
      'greylist',
      'soft reject',
      'quarantine',
    ]) {
      await using house = await openFilter(says({ action }));
      advice[action] = (await house.filter.judge(mail()))?.advice;
    }
    assert.deepEqual(advice, {
      'add header': 'mark',
      'rewrite subject': 'mark',
      reject: 'reject',
      greylist: 'accept',
      'soft reject': 'accept',
      quarantine: 'accept',
    });
  });

  test('no answer, a refusal, no verdict, too much of an answer: unscored, and the operator is told', async () => {
    const answers: readonly (readonly [string, Answer])[] = [
      ['cut', (asked) => asked.socket.destroy()],
      ['error', (_, answer) => answer.writeHead(500).end('{}')],
      ['text', (_, answer) => answer.end('hello')],
      ['no score', (_, answer) => answer.end('{"action":"reject"}')],
      ['null', (_, answer) => answer.end('null')],
      ['long', (_, answer) => answer.end(`${' '.repeat(ANSWER_BYTES + 1)}{}`)],
    ];
    for (const [name, answer] of answers) {
      await using house = await openFilter(answer);
      assert.equal(await house.filter.judge(mail()), undefined, name);
      assert.deepEqual(codes(house.alerts), ['spam-filter-down'], name);
    }
    await using house = await openFilter(says({ action: 'reject' }));
    await house.close();
    assert.equal(await house.filter.judge(mail()), undefined, 'nobody listens');
    assert.deepEqual(codes(house.alerts), ['spam-filter-down']);
  });

  test('silence is waited for ten seconds once, then for one, and forgotten at the next answer', async () => {
    const timers = new ManualTimers();
    let speaks = false;
    await using house = await openFilter(
      (asked, answer) => speaks && says({ action: 'no action' })(asked, answer),
      { timers },
    );
    const first = house.filter.judge(mail());
    await house.arrived;
    timers.advance(9_999);
    assert.deepEqual(codes(house.alerts), []);
    timers.advance(1);
    assert.equal(await first, undefined);
    assert.deepEqual(codes(house.alerts), ['spam-filter-down']);
    const second = house.filter.judge(mail());
    timers.advance(1_000);
    assert.equal(await second, undefined);
    speaks = true;
    assert.ok(await house.filter.judge(mail()));
    assert.deepEqual(codes(house.alerts), []);
  });

  test('a message one octet too large is not shown to it, and that is no trouble', async () => {
    await using house = await openFilter(says({ action: 'reject' }));
    const large = { ...mail(), octets: { ...mail().octets, size: SCORED_BYTES + 1 } as MemoryOctets };
    assert.equal(await house.filter.judge(large), undefined);
    assert.deepEqual([house.told, codes(house.alerts)], [[], []]);
  });
});
