// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { webhookChannel } from './alert-webhook.ts';
import { Fault } from './faults.ts';

const fault = new Fault('store-full', 'no room', { temporary: true });
const notice = {
  state: 'raised',
  alert: { code: 'store-writer-dead', sentence: 'the writer died', facts: { error: fault, tries: 3 } },
  since: Date.UTC(2026, 2, 2),
  at: Date.UTC(2026, 2, 3),
} as const;

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('a notice is posted as JSON, with the token', async () => {
  const got: { body: unknown; headers: unknown }[] = [];
  using server = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { authorization, 'content-type': type } = request.headers;
    got.push({ body: JSON.parse(Buffer.concat(chunks).toString()), headers: [authorization, type] });
    response.writeHead(204).end();
  });
  const channel = webhookChannel({
    url: server.url,
    token: 't0k',
    timeoutMs: 5000,
    provider: 'Gestore Alfa',
  });
  await channel.send(notice);
  assert.deepEqual(got, [
    {
      body: {
        format: 'ceralacca-alert/1',
        provider: 'Gestore Alfa',
        code: 'store-writer-dead',
        state: 'raised',
        sentence: 'the writer died',
        facts: { error: 'store-full: no room', tries: 3 },
        since: '2026-03-02T00:00:00.000Z',
        at: '2026-03-03T00:00:00.000Z',
      },
      headers: ['Bearer t0k', 'application/json'],
    },
  ]);
});

test('anything but 2xx, a redirect, silence and nobody are failures', async () => {
  const send = (url: string) => webhookChannel({ url, timeoutMs: 300, provider: 'x' }).send(notice);
  using refusing = await serve((_, response) => response.writeHead(500).end());
  using redirecting = await serve((_, response) => response.writeHead(302, { location: refusing.url }).end());
  using silent = await serve(() => undefined);
  await assert.rejects(send(refusing.url), /answers 500/);
  await assert.rejects(send(redirecting.url), /answers 302/);
  await assert.rejects(send(silent.url), /abort|timeout/i);
  await assert.rejects(send('http://127.0.0.1:1/'));
});

test('an answer without end is not read', async () => {
  using endless = await serve((_, response) => {
    response.writeHead(200);
    const more = () => {
      if (!response.destroyed) response.write('x'.repeat(65_536), more);
    };
    more();
  });
  await webhookChannel({ url: endless.url, timeoutMs: 5000, provider: 'x' }).send(notice);
});
