// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { httpFetch } from './http-fetch.ts';

const server = createServer((request, response) => {
  if (request.url === '/ten') response.end('0123456789');
  else if (request.url === '/moved') response.writeHead(302, { location: '/ten' }).end();
  else if (request.url !== '/silent') response.writeHead(503).end();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => {
  server.closeAllConnections();
  server.close();
});

const address = server.address();
const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

test('a list is fetched up to the limit, one octet more is refused', async () => {
  assert.equal((await httpFetch({ limitBytes: 10 })(`${base}/ten`)).toString(), '0123456789');
  assert.equal((await httpFetch({ limitBytes: 10 })(`${base}/moved`)).toString(), '0123456789');
  await assert.rejects(httpFetch({ limitBytes: 9 })(`${base}/ten`), /larger than 9 octets/);
});

test('an error of the server and a silent server are failures', async () => {
  await assert.rejects(httpFetch({ limitBytes: 10 })(`${base}/broken`), /HTTP 503/);
  await assert.rejects(httpFetch({ limitBytes: 10, timeoutMs: 50 })(`${base}/silent`), /timeout/i);
});
