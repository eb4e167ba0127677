// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { openMemoryStore } from '../engines/memory/memory-store.ts';
import { DEFAULT_FOLDERS } from '../mailroom/mailboxes/folders.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import { alertsSection } from '../platform/config/alerts-section.ts';
import type { Config } from '../platform/config/config.ts';
import { silentJournal } from '../platform/journal.ts';
import { systemTimers, type Timers } from '../platform/timers.ts';
import { openAlerting } from './alerting.ts';
import { completed } from './surroundings.ts';

/** A mail server that takes everything. */
async function openMailServer() {
  const messages: string[] = [];
  const server = createServer((socket) => {
    let text = '';
    let inMessage = false;
    socket.on('error', () => undefined);
    socket.write('220 mail.test ESMTP\r\n');
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        if (inMessage) {
          const dot = text.indexOf('\r\n.\r\n');
          if (dot < 0) return;
          messages.push(text.slice(0, dot + 2));
          text = text.slice(dot + 5);
          inMessage = false;
          socket.write('250 2.0.0 taken\r\n');
          continue;
        }
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        inMessage = line.toUpperCase() === 'DATA';
        socket.write(
          inMessage ? '354 go on\r\n' : line.startsWith('QUIT') ? '221 bye\r\n' : '250 mail.test\r\n',
        );
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { messages, port, [Symbol.dispose]: () => server.close() };
}

function configOf(alerts: Readonly<Record<string, unknown>>): Config {
  return {
    provider: {
      name: 'Gestore Alfa',
      hostname: 'mx.pec.alfa.test',
      serviceAddress: 'posta-certificata@pec.alfa.test',
    },
    routes: {},
    alerts: alertsSection.parse(alerts),
  } as unknown as Config;
}

async function mailboxStore(): Promise<HouseStore> {
  const store = openMemoryStore();
  const mailbox = {
    address: 'gestione@pec.alfa.test',
    holder: 'Gestione',
    status: 'active',
    role: 'user',
    quotaBytes: 1_000_000,
    filesReceipts: false,
  } as const;
  const acts = [{ do: 'put-mailbox', mailbox, folders: DEFAULT_FOLDERS }] as const;
  await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  return store;
}

/** Looks until there is what is looked for. */
async function until(there: () => boolean): Promise<void> {
  while (!there()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('an alert goes to the operator as an ordinary message, though there is no store yet', async () => {
  using server = await openMailServer();
  await using stack = new AsyncDisposableStack();
  const around = completed({ journal: silentJournal });
  const relay = { host: '127.0.0.1', port: server.port };
  const config = configOf({ email: 'reperibile@posta.test', relay });
  openAlerting({ config, around, store: () => undefined }, stack);
  const error = new Error('EIO');
  around.alerts.raise({ code: 'store-writer-dead', sentence: 'the writer died', facts: { error } });
  await until(() => server.messages.length === 1);
  around.alerts.clear('store-writer-dead');
  await until(() => server.messages.length === 2);
  const [raised = '', over = ''] = server.messages;
  assert.match(raised, /^To: reperibile@posta\.test\r$/m);
  assert.match(raised, /^Subject: \[Ceralacca\] ALLARME \/ ALARM store-writer-dead\r$/m);
  assert.match(raised, /^Auto-Submitted: auto-generated\r$/m);
  assert.match(raised, /^ {2}error: EIO/m);
  assert.doesNotMatch(raised, /X-Ricevuta|X-Trasporto|multipart\/signed/i);
  assert.match(over, /^Subject: \[Ceralacca\] FINITO \/ OVER store-writer-dead\r$/m);
});

test('a mailbox of the provider gets it too, and its store being gone stops no other way', async () => {
  using server = await openMailServer();
  await using stack = new AsyncDisposableStack();
  // The first wait of who tries again is cut short; those of SMTP are longer.
  const timers: Timers = {
    after: (delayMs, callback) => systemTimers.after(delayMs === 5_000 ? 50 : delayMs, callback),
  };
  const around = completed({ journal: silentJournal, timers });
  const house = await mailboxStore();
  let store: HouseStore | undefined;
  const config = configOf({
    mailbox: 'gestione@pec.alfa.test',
    email: 'reperibile@posta.test',
    relay: { host: '127.0.0.1', port: server.port },
  });
  openAlerting({ config, around, store: () => store }, stack);
  around.alerts.raise({ code: 'first', sentence: 'while there is no store', facts: {} });
  await until(() => server.messages.length === 1);
  store = house;
  const mailbox = house.findMailbox('gestione@pec.alfa.test');
  assert.ok(mailbox);
  const inbox = house.listFolders(mailbox.id).find(({ name }) => name === 'INBOX');
  assert.ok(inbox);
  assert.equal(house.listMessages(inbox.id).length, 0);
  // What could not be put there is tried again.
  await until(() => house.listMessages(inbox.id).length === 1);
  assert.equal(server.messages.length, 1);
});

test('whoever sends alerts to nobody is told so at the start', () => {
  const said: string[] = [];
  const journal = { ...silentJournal, warn: (_: unknown, sentence: string) => void said.push(sentence) };
  const around = completed({ journal });
  openAlerting({ config: configOf({}), around, store: () => undefined }, new AsyncDisposableStack());
  assert.match(said.join(), /alerts are not sent to anybody/);
});
