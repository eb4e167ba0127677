// SPDX-License-Identifier: EUPL-1.2
/** One side of SMTP in a process of its own, so that its CPU is counted alone; tools/bench/smtp.ts starts it. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { SMTPServer } from 'smtp-server';
import { SmtpClient } from '../../src/wire/smtp/client/smtp-client.ts';
import { DEFAULT_SMTP_DOOR_LIMITS, SmtpDoor } from '../../src/wire/smtp/smtp-door.ts';

/** What a side is told on its command line, as JSON. */
export interface SideOrder {
  readonly side: 'door' | 'client';
  readonly by: 'ours' | 'packaged';
  readonly keyFile: string;
  readonly certFile: string;
  /** For a client: where to go, and what to send. */
  readonly port: number;
  readonly transactions: number;
  readonly connections: number;
  readonly sizeBytes: number;
  /** Whether our client sends envelope and message in one write. */
  readonly atOnce: boolean;
}

/** What it tells in return. */
export type SideNews = { readonly port: number } | { readonly cpuUs: number };

const LINE = Buffer.from(`${'Certified mail at the price of ordinary mail. '.repeat(2).slice(0, 74)}\r\n`);
const MESSAGE_BYTES = 50_000_000;

/** As many lines of text as fill that many octets. */
function messageOf(sizeBytes: number): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(sizeBytes / LINE.length) }, () => LINE));
}

function tell(news: SideNews): void {
  process.send?.(news);
}

// A profile is written at the end of a process that ends by itself.
process.on('SIGINT', () => process.exit());

const order = JSON.parse(process.argv[2] ?? '{}') as SideOrder;
const identity = { key: readFileSync(order.keyFile), cert: readFileSync(order.certFile) };

async function openDoor(): Promise<number> {
  const door = new SmtpDoor<never>({
    host: {
      checkSender: () => undefined,
      checkRecipient: () => undefined,
      takeMessage: async (octets) => {
        let sizeBytes = 0;
        for await (const chunk of octets) sizeBytes += chunk.length;
        return { code: 250, enhanced: '2.0.0', text: `taken ${sizeBytes}` };
      },
      translate: () => ({ code: 451, enhanced: '4.3.0', text: 'fault' }),
      onDisturbance: () => undefined,
    },
    name: 'mx.bench.test',
    tls: identity,
    mode: 'starttls',
    limits: { ...DEFAULT_SMTP_DOOR_LIMITS, messageBytes: MESSAGE_BYTES, recipients: 100 },
  });
  return (await door.listen({ port: 0, host: '127.0.0.1' })).port;
}

async function openLibraryServer(): Promise<number> {
  const server = new SMTPServer({
    ...identity,
    name: 'mx.bench.test',
    size: MESSAGE_BYTES,
    logger: false,
    disableReverseLookup: true,
    authOptional: true,
    disabledCommands: ['AUTH'],
    hideSMTPUTF8: true,
    onData: (stream, _session, callback) => {
      let sizeBytes = 0;
      stream.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
      });
      stream.on('end', () => callback(null, `taken ${sizeBytes}`));
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return (server.server.address() as AddressInfo).port;
}

/** Sends one message after the other; resolves with how to say goodbye. */
type Send = () => Promise<void>;

async function ourClient(message: Buffer): Promise<Send> {
  const socket = connect({ host: '127.0.0.1', port: order.port, noDelay: true });
  await once(socket, 'connect');
  const client = await SmtpClient.open({
    socket,
    ownName: 'mx.other.test',
    tls: { use: 'required', options: { rejectUnauthorized: false } },
    giveUp: new AbortController().signal,
  });
  return async () => {
    const { end } = await client.send({
      reversePath: 'a@other.test',
      forwardPaths: ['b@bench.test'],
      eightBit: false,
      sizeBytes: message.length,
      atOnce: order.atOnce,
      async *octets() {
        yield message;
      },
    });
    if (end !== 'taken') throw new Error(end);
  };
}

async function libraryClient(message: Buffer): Promise<Send> {
  const tls = { rejectUnauthorized: false };
  const to = { host: '127.0.0.1', port: order.port, allowInternalNetworkInterfaces: true };
  const smtp = new SMTPConnection({ ...to, requireTLS: true, tls, name: 'mx.other.test' });
  await new Promise<void>((resolve, reject) => {
    smtp.once('error', reject);
    smtp.connect((error) => (error === undefined ? resolve() : reject(error)));
  });
  const envelope = () => ({ from: 'a@other.test', to: ['b@bench.test'], size: message.length });
  return () =>
    new Promise((resolve, reject) => {
      smtp.send(envelope(), Readable.from([message]), (error) => (error ? reject(error) : resolve()));
    });
}

async function send(sends: readonly Send[], count: number): Promise<void> {
  let left = count;
  await Promise.all(
    sends.map(async (one) => {
      while (left-- > 0) await one();
    }),
  );
}

if (order.side === 'door') {
  tell({ port: await (order.by === 'ours' ? openDoor() : openLibraryServer()) });
  let before = process.cpuUsage();
  process.on('message', (word) => {
    if (word === 'begin') before = process.cpuUsage();
    else if (word === 'end') {
      const { user, system } = process.cpuUsage(before);
      tell({ cpuUs: user + system });
    }
  });
} else {
  const message = messageOf(order.sizeBytes);
  const open = order.by === 'ours' ? ourClient : libraryClient;
  const sends = await Promise.all(Array.from({ length: order.connections }, () => open(message)));
  // What is compiled and allocated once is not what a message costs.
  await send(sends, Math.ceil(order.transactions / 4));
  process.send?.('begin');
  const before = process.cpuUsage();
  await send(sends, order.transactions);
  const { user, system } = process.cpuUsage(before);
  tell({ cpuUs: user + system });
}
