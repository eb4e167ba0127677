// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { runInNewContext } from 'node:vm';
import type { ImapBackend } from '../../src/wire/imap/imap-backend.ts';
import { ImapSession } from '../../src/wire/imap/imap-session.ts';
import { ReferenceBackend } from '../../src/wire/imap/reference/reference-backend.ts';
import { openMailHouse } from '../mail-house/mail-house.ts';
import { RawClient } from './raw-client.ts';

type Serve = (socket: TLSSocket, backend: ImapBackend) => void;

/** The function that src/wire/imap/README.md shows to whoever wants to reuse it. */
function shownServe(): Serve {
  const page = readFileSync(new URL('../../src/wire/imap/README.md', import.meta.url), 'utf8');
  const shown = /```ts\n(.*?)```/s.exec(page)?.[1] ?? assert.fail('no example');
  return runInNewContext(`${stripTypeScriptTypes(shown)}; serve`, { ImapSession, Date }) as Serve;
}

test('the example in the README of wire/imap is a server', async () => {
  await using house = await openMailHouse();
  const backend = new ReferenceBackend();
  backend.addAccount('anna', 'segreta');
  const serve = shownServe();
  const { key, cert } = house.identity;
  const server = createServer({ key, cert }, (socket) => serve(socket, backend));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = await RawClient.open({ port, caFile: house.caFile });
  assert.match(await client.command('a', 'LOGIN anna segreta'), /^a OK /m);
  assert.match(await client.command('b', 'APPEND INBOX {9+}\r\nSubject:x'), /^b OK \[APPENDUID/);
  assert.match(await client.command('c', 'SELECT INBOX'), /^\* 1 EXISTS\r\n/m);
  assert.match(await client.command('d', 'LOGOUT'), /^\* BYE .*\r\nd OK /s);
  await client.closed();
  await new Promise((resolve) => server.close(resolve));
});
