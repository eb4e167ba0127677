// SPDX-License-Identifier: EUPL-1.2
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemoryStore } from '../../src/engines/memory/memory-store.ts';
import type { Pop3FrontLimits } from '../../src/fronts/pop3/front-limits.ts';
import type { Pop3Store } from '../../src/fronts/pop3/inbox.ts';
import type { Authenticate } from '../../src/fronts/pop3/pop3-connection.ts';
import { Pop3Front } from '../../src/fronts/pop3/pop3-front.ts';
import { DEFAULT_FOLDERS } from '../../src/mailroom/mailboxes/folders.ts';
import type { FolderId, MailboxId } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { type Journal, silentJournal } from '../../src/platform/journal.ts';
import { systemTimers, type Timers } from '../../src/platform/timers.ts';
import { loadTlsIdentity, type TlsIdentity } from '../../src/platform/tls.ts';
import { MimeIndexer } from '../../src/wire/mime/mime-index.ts';

export const ADDRESS = 'protocollo@comune.alfa.test';
export const PASSWORD = 'una parola segreta';

/** A POP3 front over a store in memory, with one mailbox, on free ports of the loopback. */
export interface Pop3House extends AsyncDisposable {
  readonly front: Pop3Front;
  readonly store: HouseStore;
  readonly mailbox: MailboxId;
  readonly inbox: FolderId;
  /** Port of implicit TLS. */
  readonly pop3s: number;
  /** Port of STLS. */
  readonly pop3: number;
  /** PEM of the certificate shown, which vouches for itself. */
  readonly caFile: string;
  readonly folder: string;
  /** Puts a message into the INBOX. */
  append(message: Buffer | string): Promise<void>;
}

export interface Pop3HouseOptions {
  readonly limits?: Partial<Pop3FrontLimits>;
  readonly timers?: Timers;
  readonly journal?: Journal;
  readonly authenticate?: Authenticate;
  /** Stands in front of the store that the house opens. */
  readonly wrap?: (store: HouseStore) => Pop3Store;
}

export async function openPop3House(options: Pop3HouseOptions = {}): Promise<Pop3House> {
  const folder = mkdtempSync(join(tmpdir(), 'pop3-'));
  const store = openMemoryStore();
  const mailbox = await putMailbox(store, ADDRESS);
  const inbox = store.findFolder(mailbox, 'INBOX')?.id ?? 0;
  const authenticate: Authenticate = async (address, password) =>
    password === PASSWORD ? store.findMailbox(address) : undefined;
  const front = new Pop3Front({
    authenticate: options.authenticate ?? authenticate,
    store: options.wrap?.(store) ?? store,
    tls: makeIdentity(folder),
    timers: options.timers ?? systemTimers,
    journal: options.journal ?? silentJournal,
    limits: options.limits ?? {},
  });
  const pop3s = await front.listen({ host: '127.0.0.1', port: 0, tls: 'implicit' });
  const pop3 = await front.listen({ host: '127.0.0.1', port: 0, tls: 'starttls' });
  return {
    front,
    store,
    mailbox,
    inbox,
    pop3s: pop3s.port,
    pop3: pop3.port,
    caFile: join(folder, 'cert.pem'),
    folder,
    append: (message) => append(store, mailbox, Buffer.from(message)),
    async [Symbol.asyncDispose]() {
      await front.close();
      await store[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A fresh key and certificate for 127.0.0.1, in two files of the folder. */
export function makeIdentity(folder: string): TlsIdentity {
  const files = { keyFile: join(folder, 'key.pem'), certFile: join(folder, 'cert.pem') };
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    files.keyFile,
  ];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-days', '2', '-out', files.certFile], {
    stdio: 'ignore',
  });
  return loadTlsIdentity(files);
}

async function putMailbox(store: HouseStore, address: string): Promise<MailboxId> {
  const mailbox = {
    address,
    holder: 'Ufficio protocollo',
    status: 'active',
    role: 'user',
    quotaBytes: 1_000_000_000,
    filesReceipts: false,
  } as const;
  const acts = [{ do: 'put-mailbox', mailbox, folders: DEFAULT_FOLDERS }] as const;
  await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  return store.findMailbox(address)?.id ?? 0;
}

async function append(store: HouseStore, mailbox: MailboxId, octets: Buffer): Promise<void> {
  const indexer = new MimeIndexer();
  indexer.update(octets);
  const index = indexer.end();
  const [blob, content] = [store.nextBlobId(), store.nextContentId()];
  const sha256 = createHash('sha256').update(octets).digest();
  const size = octets.length;
  await store.commit({
    blobs: [{ id: blob, size, sha256, source: { kind: 'memory', octets } }],
    contents: [{ id: content, size, slices: [{ blob, offset: 0, length: size }], index }],
    parts: [
      {
        acts: [
          {
            do: 'append',
            mailbox,
            folder: 'INBOX',
            content,
            flags: [],
            receivedAt: 0,
            savedAt: 0,
            counted: true,
          },
        ],
      },
    ],
  });
}

export function sha256(octets: Buffer | string): string {
  return createHash('sha256').update(octets).digest('hex');
}

export function readCa(house: Pop3House): Buffer {
  return readFileSync(house.caFile);
}
