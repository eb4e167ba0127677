// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import { freePorts } from './bench-folder.ts';
import { type BenchWorld, PASSWORD, type RunningProvider } from './bench-world.ts';
import { maildirOf, startDovecot } from './dovecot.ts';
import type { Job } from './generator.ts';
import { indexComplete } from './index-backlog.ts';
import { folderBytes, searchIndexBytes, storeBytes } from './kept-bytes.ts';
import type { Carrier } from './load-row.ts';
import { socketFolder, startPostfix } from './postfix.ts';

/** A way of carrying mail: what differs between those that are compared. */
export interface Way {
  readonly name: string;
  readonly carriers: readonly Carrier[];
  readonly port: number;
  sender(number: number): string;
  readonly recipients: readonly string[];
  readonly watch: Job['watch'];
}

/** Mailboxes of the recipients, each of whom gets its share. */
export const RECIPIENTS = 32;
const ORDINARY_DOMAIN = 'posta.test';
/** Messages of one sender under way at most, and octets of all of them as each recipient gets them. */
const WINDOW = 8;
const UNDER_WAY_BYTES = 512 * 1024 * 1024;

/** What is asked of a way. */
export interface LoadTerms {
  readonly sizeBytes: number;
  readonly senders: number;
  /** Recipients of each message. */
  readonly recipients: number;
  readonly seconds: number;
  /** Messages a second; as many as go when left out. */
  readonly rate?: number;
}

let runs = 0;

export function jobOf(way: Way, terms: LoadTerms): Job {
  const { senders, recipients: recipientsEach, ...others } = terms;
  return {
    ...others,
    port: way.port,
    senders: Array.from({ length: senders }, (_, at) => ({ user: way.sender(at), password: PASSWORD })),
    recipients: way.recipients,
    recipientsEach,
    window: windowOf(terms),
    run: `run${process.pid}r${runs++}`,
    watch: way.watch,
  };
}

/** Messages of one sender under way at most: at least one, however large it is. */
export function windowOf({ sizeBytes, senders, recipients }: Omit<LoadTerms, 'seconds'>): number {
  const most = Math.floor(UNDER_WAY_BYTES / (sizeBytes * senders * recipients));
  return Math.max(1, Math.min(WINDOW, most));
}

/** From Alfa's users to Beta's, until the delivery receipts are back. */
export function certifiedWay(world: BenchWorld, name = 'certified'): Way {
  const [alfa, beta] = [world.provider('alfa'), world.provider('beta')];
  return {
    name,
    carriers: [providerCarrier(alfa), providerCarrier(beta)],
    port: alfa.ports.submission,
    sender: alfa.address,
    recipients: Array.from({ length: RECIPIENTS }, (_, number) => beta.address(number)),
    watch: { storeFile: alfa.storeFile },
  };
}

function providerCarrier({ key, running, storeFile, ports }: RunningProvider): Carrier {
  return {
    name: key,
    running,
    keptBytes: () => storeBytes(storeFile),
    indexBytes: () => searchIndexBytes(storeFile),
    signatures: () => signaturesOf(ports.watch),
    settled: () => indexComplete(storeFile),
  };
}

/** Signatures that a provider made, by what it tells whoever watches it. */
async function signaturesOf(watchPort: number): Promise<number> {
  const reply = await fetch(`http://127.0.0.1:${watchPort}/metrics`);
  const text = await reply.text();
  const counts = text.matchAll(/^ceralacca_signing_seconds_count(?:\{[^}]*\})? (\d+)/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

export interface OrdinaryTerms {
  readonly folder: string;
  readonly senders: number;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Through Postfix to Dovecot, both started for it; the stack ends them. */
export async function ordinaryWay(terms: OrdinaryTerms, stack: AsyncDisposableStack): Promise<Way> {
  const { certificateFile, keyFile } = terms;
  const [imapsPort = 0, submissionPort = 0] = await freePorts(2);
  const account = (number: number) => `u${number}@${ORDINARY_DOMAIN}`;
  const accounts = Array.from({ length: terms.senders + RECIPIENTS }, (_, number) => account(number));
  const recipients = accounts.slice(terms.senders);
  const own = { folder: join(terms.folder, 'dovecot') };
  const folder = join(terms.folder, 'postfix');
  const dovecot = await startDovecot({
    ...own,
    imapsPort,
    accounts,
    password: PASSWORD,
    certificateFile,
    keyFile,
    format: 'maildir',
    postfixSockets: socketFolder({ folder }),
  });
  stack.use(dovecot);
  const domain = ORDINARY_DOMAIN;
  const postfix = await startPostfix({ folder, submissionPort, domain, certificateFile, keyFile });
  stack.use(postfix);
  return {
    name: 'ordinary',
    carriers: [
      { name: 'postfix', running: postfix, keptBytes: () => 0 },
      { name: 'dovecot', running: dovecot, keptBytes: () => folderBytes(join(own.folder, 'mail')) },
    ],
    port: submissionPort,
    sender: account,
    recipients,
    watch: { maildirs: recipients.map((recipient) => maildirOf(own, recipient)) },
  };
}
