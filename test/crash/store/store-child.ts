// SPDX-License-Identifier: EUPL-1.2
// A process of its own over a store whose disk fails: node store-child.ts TASK FOLDER
import { closeSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteSearch } from '../../../src/engines/sqlite/search/sqlite-search.ts';
import { openSqliteStore } from '../../../src/engines/sqlite/sqlite-store.ts';
import { Fault } from '../../../src/platform/faults.ts';
import { silentJournal } from '../../../src/platform/journal.ts';
import {
  append,
  composed,
  fileBlob,
  given,
  logRecord,
  memoryBlob,
  putMailbox,
  step,
} from '../../contract/steps.ts';
import { tellParent } from '../../contract/tell-parent.ts';

const [task, folder = ''] = process.argv.slice(2);
const INLINE_BYTES = 4096;

function tell(line: unknown): void {
  tellParent(JSON.stringify(line));
}

function told(error: unknown): object {
  const { code, temporary, message } = error as Partial<Fault>;
  return { refused: code ?? 'no code', fault: error instanceof Fault, temporary, message };
}

const openStore = () =>
  openSqliteStore({
    folder: join(folder, 'store'),
    journal: silentJournal,
    limits: { inlineBlobBytes: INLINE_BYTES },
  });

type Store = Awaited<ReturnType<typeof openStore>>;

/** Commits one message among the rows and one as a file, again and again, and tells how each went. */
async function load(store: Store, pauseMs: number): Promise<void> {
  const { mailbox } = await putMailbox(store, { quotaBytes: 1e12 });
  tell('open');
  for (let round = 0; ; round++) {
    for (const large of [false, true]) {
      const text = `${process.pid} ${round} ${large} `;
      const octets = Buffer.alloc(large ? INLINE_BYTES * 3 : 500, text);
      try {
        const path = join(folder, `spool-${round}`);
        if (large) await writeFile(path, octets);
        const blob = large ? fileBlob(store, octets, path) : memoryBlob(store, octets);
        const brings = composed(store, [blob], [{ blob: blob.id, offset: 0, length: blob.size }]);
        const acts = [append(mailbox, brings.id), { do: 'record', record: logRecord() } as const];
        const outcome = await store.commit(step(acts, { brings: [brings] }));
        tell({ kept: given(outcome, 'record').sequence, content: brings.id, text, large });
      } catch (error) {
        tell({ ...told(error), large });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function takeAllFiles(): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    return taken;
  }
}

/** The same with no file descriptor left for as long as it takes to be refused a few times. */
async function hungry(): Promise<void> {
  const store = await openStore();
  let taken: number[] = [];
  process.on('SIGUSR2', () => {
    taken = takeAllFiles();
    tell({ starved: taken.length });
  });
  process.on('SIGHUP', () => {
    for (const file of taken.splice(0)) closeSync(file);
  });
  await load(store, 5);
}

/** Tells how opening went. */
async function opening(): Promise<void> {
  try {
    await using _store = await openStore();
    tell('open');
  } catch (error) {
    tell(told(error));
  }
}

/** Indexes messages, one of which kills the process from the indexer's thread. */
async function indexing(): Promise<void> {
  const store = await openStore();
  const { mailbox } = await putMailbox(store);
  const derivationModule = new URL('./deadly-card.ts', import.meta.url).href;
  const search = await openSqliteSearch({
    folder: join(folder, 'store'),
    store,
    journal: silentJournal,
    derivationModule,
  });
  for (const text of ['DELIBERA UNO', 'DELIBERA KILL', 'DELIBERA DUE']) {
    const blob = memoryBlob(store, Buffer.from(`\n\n${text}`));
    const brings = composed(store, [blob], [{ blob: blob.id, offset: 0, length: blob.size }]);
    await store.commit(step([append(mailbox, brings.id)], { brings: [brings] }));
  }
  tell('indexing');
  await search.settled();
  tell('survived');
}

if (task === 'load') await load(await openStore(), 5);
if (task === 'hungry') await hungry();
if (task === 'opening') await opening();
if (task === 'starving') {
  takeAllFiles();
  await opening();
}
if (task === 'indexing') await indexing();
