// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { silentJournal } from '../../platform/journal.ts';
import { WatchFront, type WatchPages } from './watch-front.ts';

const pages: WatchPages = {
  '/good': async () => ({ contentType: 'text/plain', text: 'gut\n' }),
  '/bad': async () => ({ contentType: 'application/json', text: '{}', status: 503 }),
  '/broken': () => Promise.reject(new Error('the reason is for the journal')),
};

suite('what is watched, over HTTP', () => {
  const said: unknown[] = [];
  const journal = { ...silentJournal, error: (facts: unknown) => void said.push(facts) };
  const front = new WatchFront({ pages, journal });
  let base = '';
  let port = 0;

  before(async () => {
    ({ port } = await front.listen({ host: '127.0.0.1', port: 0 }));
    base = `http://127.0.0.1:${port}`;
  });
  after(() => front[Symbol.asyncDispose]());

  test('pages are shown with their type and state, whatever the query', async () => {
    const good = await fetch(`${base}/good?x=1`);
    assert.deepEqual([good.status, await good.text()], [200, 'gut\n']);
    assert.equal(good.headers.get('content-type'), 'text/plain');
    assert.equal(good.headers.get('cache-control'), 'no-store');
    const bad = await fetch(`${base}/bad`);
    assert.deepEqual([bad.status, await bad.text()], [503, '{}']);
    const head = await fetch(`${base}/good`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '4', '']);
  });

  test('what is not there says what is, and no word of Object is a page', async () => {
    for (const path of ['/', '/constructor', '/__proto__', '/good/', '/../etc/passwd']) {
      const answer = await fetch(`${base}${path}`);
      assert.equal(answer.status, 404, path);
      assert.match(await answer.text(), /^\/good\n/);
    }
  });

  test('nothing can be sent', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = await fetch(`${base}/good`, { method });
      assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET, HEAD']);
      await answer.text();
    }
  });

  test('a page that fails says no reason outside, and says it in the journal', async () => {
    const answer = await fetch(`${base}/broken`);
    const text = await answer.text();
    assert.equal(answer.status, 500);
    assert.doesNotMatch(text, /reason/);
    assert.equal(said.length, 1);
  });

  test('headers without end are cut off, and others are answered meanwhile', async () => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    const closed = new Promise<string>((resolve) => {
      let text = '';
      socket.setEncoding('latin1').on('data', (chunk: string) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    socket.write(`GET /good HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`);
    assert.equal((await fetch(`${base}/good`)).status, 200);
    assert.match(await closed, /^HTTP\/1\.1 431 /);
  });

  test('more connections than the limit are closed at once, and those there are go on', async () => {
    const sockets = Array.from({ length: 80 }, () => connect({ host: '127.0.0.1', port }));
    const closed = new Set<unknown>();
    try {
      for (const socket of sockets) {
        socket.on('error', () => undefined);
        socket.on('close', () => closed.add(socket));
      }
      while (closed.size < 16) await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
});
