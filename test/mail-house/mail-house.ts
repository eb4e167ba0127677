// SPDX-License-Identifier: EUPL-1.2
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemorySearch } from '../../src/engines/memory/memory-search.ts';
import { openMemoryStore } from '../../src/engines/memory/memory-store.ts';
import { openSqliteSearch } from '../../src/engines/sqlite/search/sqlite-search.ts';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import type { StoreLimits } from '../../src/engines/store-rules.ts';
import { deriveCard } from '../../src/fronts/imap/card-derivation.ts';
import { compose } from '../../src/mailroom/contents/composition.ts';
import { Spool } from '../../src/mailroom/contents/spool.ts';
import { DEFAULT_FOLDERS } from '../../src/mailroom/mailboxes/folders.ts';
import type { Mailbox, MailboxId } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type { SearchStore } from '../../src/mailroom/search/search-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { StepDraft } from '../../src/mailroom/steps/step-draft.ts';
import type { NewFolder } from '../../src/mailroom/steps/step-store.ts';
import { type Journal, silentJournal } from '../../src/platform/journal.ts';
import { loadTlsIdentity, type TlsIdentity } from '../../src/platform/tls.ts';
import { indexMessage } from '../../src/wire/mime/mime-index.ts';

export const ADDRESS = 'protocollo@comune.alfa.test';
export const PASSWORD = 'una parola segreta';

/** A store with a mailbox, and what fronts need to show it; `test/imap` and `test/pop3` put their fronts before it. */
export interface MailHouse extends AsyncDisposable {
  readonly store: HouseStore;
  readonly search: SearchStore;
  /** The mailbox of `ADDRESS`. */
  readonly mailbox: MailboxId;
  readonly identity: TlsIdentity;
  /** PEM of the certificate, which vouches for itself. */
  readonly caFile: string;
  /** A temporary folder, removed at the end. */
  readonly folder: string;
  readonly openSpool: (maxSizeBytes: number) => Spool;
  readonly authenticate: (address: string, password: string) => Promise<Mailbox | undefined>;
  /** Puts a message into a folder of the first mailbox, as the points do; returns its UID. */
  deliver(message: Buffer | string, options?: Delivery): Promise<number>;
  /** Makes another mailbox, with the same password. */
  addMailbox(address: string): Promise<MailboxId>;
}

export interface Delivery {
  readonly folder?: string;
  /** Whether it counts against the quota; receipts do not. */
  readonly counted?: boolean;
}

export interface MailHouseOptions {
  readonly engine?: 'memory' | 'sqlite';
  readonly journal?: Journal;
  readonly quotaBytes?: number;
  readonly folders?: readonly NewFolder[];
  readonly storeLimits?: Partial<StoreLimits>;
  /** Stands in front of the store that the house opens. */
  readonly wrap?: (store: HouseStore) => HouseStore;
}

export async function openMailHouse(options: MailHouseOptions = {}): Promise<MailHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'mail-house-'));
  const spool = join(folder, 'spool');
  mkdirSync(spool);
  const { opened, search } = await openEngine(options, join(folder, 'store'));
  const store = options.wrap?.(opened) ?? opened;
  const addMailbox = (address: string) => putMailbox(store, address, options);
  const mailbox = await addMailbox(ADDRESS);
  return {
    store,
    search,
    mailbox,
    folder,
    identity: makeIdentity(folder),
    caFile: join(folder, 'cert.pem'),
    openSpool: (maxSizeBytes) => new Spool({ numbers: store, folder: spool, maxSizeBytes }),
    authenticate: async (address, password) =>
      password === PASSWORD ? store.findMailbox(address) : undefined,
    deliver: (message, delivery = {}) =>
      deliver(store, { mailbox, message: Buffer.from(message), ...delivery }),
    addMailbox,
    async [Symbol.asyncDispose]() {
      await search[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

async function openEngine(options: MailHouseOptions, folder: string) {
  const { engine = 'memory', journal = silentJournal, storeLimits: limits = {} } = options;
  if (engine === 'memory') {
    const opened = openMemoryStore({ limits });
    return { opened, search: openMemorySearch({ store: opened, derive: deriveCard }) };
  }
  const opened = await openSqliteStore({ folder, journal, limits });
  const derivationModule = import.meta.resolve('../../src/fronts/imap/card-derivation.ts');
  return { opened, search: await openSqliteSearch({ folder, store: opened, journal, derivationModule }) };
}

/** A fresh key and certificate for 127.0.0.1 and localhost, in two files of the folder. */
export function makeIdentity(folder: string): TlsIdentity {
  const files = { keyFile: join(folder, 'key.pem'), certFile: join(folder, 'cert.pem') };
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const out = ['-keyout', files.keyFile, '-out', files.certFile];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-days', '2', ...out], { stdio: 'ignore' });
  return loadTlsIdentity(files);
}

async function putMailbox(store: HouseStore, address: string, options: MailHouseOptions): Promise<MailboxId> {
  const mailbox = {
    address,
    holder: 'Ufficio protocollo',
    status: 'active',
    role: 'user',
    quotaBytes: options.quotaBytes ?? 10_000_000_000,
    filesReceipts: false,
  } as const;
  const acts = [{ do: 'put-mailbox', mailbox, folders: options.folders ?? DEFAULT_FOLDERS }] as const;
  await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  return store.findMailbox(address)?.id ?? 0;
}

async function deliver(
  store: HouseStore,
  what: Delivery & { readonly mailbox: MailboxId; readonly message: Buffer },
): Promise<number> {
  const { mailbox, message, folder = 'INBOX', counted = true } = what;
  const composition = compose([message], { numbers: store, index: indexMessage(message) });
  const now = Date.UTC(2025, 2, 1, 11);
  const content = composition.content.id;
  const step = new StepDraft().keep(composition);
  step.part([{ do: 'append', mailbox, folder, content, flags: [], receivedAt: now, savedAt: now, counted }]);
  const [part] = (await store.commit(step.build())).parts;
  const [result] = part?.done === true ? part.results : [];
  return result?.gave === 'message' ? result.uid : 0;
}

export function sha256(octets: Buffer | string): string {
  return createHash('sha256').update(octets).digest('hex');
}
