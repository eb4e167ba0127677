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
import type { ImapFrontLimits } from '../../src/fronts/imap/front-limits.ts';
import type { ImapTexts } from '../../src/fronts/imap/front-texts.ts';
import type { Authenticate } from '../../src/fronts/imap/house/imap-house.ts';
import { ImapFront } from '../../src/fronts/imap/imap-front.ts';
import { compose } from '../../src/mailroom/contents/composition.ts';
import { Spool } from '../../src/mailroom/contents/spool.ts';
import { DEFAULT_FOLDERS } from '../../src/mailroom/mailboxes/folders.ts';
import type { MailboxId } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type { SearchStore } from '../../src/mailroom/search/search-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { StepDraft } from '../../src/mailroom/steps/step-draft.ts';
import type { NewFolder } from '../../src/mailroom/steps/step-store.ts';
import { type Clock, FixedClock } from '../../src/platform/clock.ts';
import { type Journal, silentJournal } from '../../src/platform/journal.ts';
import { systemTimers, type Timers } from '../../src/platform/timers.ts';
import { loadTlsIdentity, type TlsIdentity } from '../../src/platform/tls.ts';
import { indexMessage } from '../../src/wire/mime/mime-index.ts';

export const ADDRESS = 'protocollo@comune.alfa.test';
export const PASSWORD = 'una parola segreta';

/** An IMAP front over a store, with mailboxes, on free ports of the loopback. */
export interface ImapHouse extends AsyncDisposable {
  readonly front: ImapFront;
  readonly store: HouseStore;
  readonly search: SearchStore;
  /** The mailbox of `ADDRESS`. */
  readonly mailbox: MailboxId;
  /** Port of implicit TLS. */
  readonly imaps: number;
  /** Port of STARTTLS. */
  readonly imap: number;
  /** PEM of the certificate shown, which vouches for itself. */
  readonly caFile: string;
  readonly folder: string;
  /** Puts a message into a folder of the first mailbox, as the points do. */
  deliver(message: Buffer | string, options?: Delivery): Promise<void>;
  /** Makes another mailbox, with the same password. */
  addMailbox(address: string): Promise<MailboxId>;
}

export interface Delivery {
  readonly folder?: string;
  /** Whether it counts against the quota; receipts do not. */
  readonly counted?: boolean;
}

export interface ImapHouseOptions {
  readonly engine?: 'memory' | 'sqlite';
  readonly limits?: Partial<ImapFrontLimits>;
  readonly texts?: Partial<ImapTexts>;
  readonly timers?: Timers;
  readonly clock?: Clock;
  readonly journal?: Journal;
  readonly authenticate?: Authenticate;
  readonly quotaBytes?: number;
  readonly folders?: readonly NewFolder[];
  readonly compress?: boolean;
  readonly storeLimits?: Partial<StoreLimits>;
  /** Stands in front of the store that the house opens. */
  readonly wrap?: (store: HouseStore) => HouseStore;
}

export async function openImapHouse(options: ImapHouseOptions = {}): Promise<ImapHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'imap-'));
  const spool = join(folder, 'spool');
  mkdirSync(spool);
  const opened =
    options.engine === 'sqlite'
      ? await openSqliteStore({
          folder: join(folder, 'store'),
          journal: options.journal ?? silentJournal,
          limits: options.storeLimits ?? {},
        })
      : openMemoryStore({ limits: options.storeLimits ?? {} });
  const derivationModule = import.meta.resolve('../../src/fronts/imap/card-derivation.ts');
  const search =
    options.engine === 'sqlite'
      ? await openSqliteSearch({
          folder: join(folder, 'store'),
          store: opened,
          journal: options.journal ?? silentJournal,
          derivationModule,
        })
      : openMemorySearch({ store: opened, derive: deriveCard });
  const store = options.wrap?.(opened) ?? opened;
  const addMailbox = (address: string) => putMailbox(store, address, options);
  const mailbox = await addMailbox(ADDRESS);
  const clock = options.clock ?? new FixedClock(Date.UTC(2025, 2, 1, 12));
  const authenticate: Authenticate = async (address, password) =>
    password === PASSWORD ? store.findMailbox(address) : undefined;
  const front = new ImapFront({
    authenticate: options.authenticate ?? authenticate,
    store,
    search,
    openSpool: (maxSizeBytes) => new Spool({ numbers: store, folder: spool, maxSizeBytes }),
    tls: makeIdentity(folder),
    clock,
    timers: options.timers ?? systemTimers,
    journal: options.journal ?? silentJournal,
    limits: options.limits ?? {},
    texts: options.texts ?? {},
    compress: options.compress ?? true,
  });
  const imaps = await front.listen({ host: '127.0.0.1', port: 0, tls: 'implicit' });
  const imap = await front.listen({ host: '127.0.0.1', port: 0, tls: 'starttls' });
  return {
    front,
    store,
    search,
    mailbox,
    imaps: imaps.port,
    imap: imap.port,
    caFile: join(folder, 'cert.pem'),
    folder,
    deliver: (message, delivery = {}) =>
      deliver(store, { mailbox, message: Buffer.from(message), ...delivery }),
    addMailbox,
    async [Symbol.asyncDispose]() {
      await front.close();
      await search[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A fresh key and certificate for 127.0.0.1 and localhost, in two files of the folder. */
function makeIdentity(folder: string): TlsIdentity {
  const files = { keyFile: join(folder, 'key.pem'), certFile: join(folder, 'cert.pem') };
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    files.keyFile,
  ];
  const parameters = ['req', '-x509', ...key, ...subject, '-days', '2', '-out', files.certFile];
  execFileSync('openssl', parameters, { stdio: 'ignore' });
  return loadTlsIdentity(files);
}

async function putMailbox(store: HouseStore, address: string, options: ImapHouseOptions): Promise<MailboxId> {
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
): Promise<void> {
  const { mailbox, message, folder = 'INBOX', counted = true } = what;
  const composition = compose([message], { numbers: store, index: indexMessage(message) });
  const now = Date.UTC(2025, 2, 1, 11);
  const content = composition.content.id;
  const step = new StepDraft().keep(composition);
  step.part([{ do: 'append', mailbox, folder, content, flags: [], receivedAt: now, savedAt: now, counted }]);
  await store.commit(step.build());
}

export function sha256(octets: Buffer | string): string {
  return createHash('sha256').update(octets).digest('hex');
}
