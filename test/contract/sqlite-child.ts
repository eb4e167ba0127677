// SPDX-License-Identifier: EUPL-1.2
// A process of its own for the tests of the SQLite engine: node sqlite-child.ts TASK FOLDER
import { createHash, type Hash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import type { NewBlob } from '../../src/mailroom/contents/content-store.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { append, composed, fileBlob, given, logRecord, memoryBlob, putMailbox, step } from './steps.ts';
import { tellParent } from './tell-parent.ts';

const [task, folder = ''] = process.argv.slice(2);

const openStore = () =>
  openSqliteStore({
    folder: join(folder, 'store'),
    journal: silentJournal,
    limits: { inlineBlobBytes: 4096 },
  });

/** Commits without an end, sixteen at a time, and tells of each commit that resolved. */
async function load(): Promise<void> {
  const store = await openStore();
  const address = `${process.pid}@alfa.test`;
  const { mailbox } = await putMailbox(store, { address, quotaBytes: 1e12 });
  const caller = async (_: unknown, number: number) => {
    for (let round = 0; ; round++) {
      const octets = Buffer.alloc(number === 0 ? 9000 : 500, `${number}.${round} `);
      const path = join(folder, `spool-${number}-${round}`);
      if (number % 8 === 0) await writeFile(path, octets);
      const blob = number % 8 === 0 ? fileBlob(store, octets, path) : memoryBlob(store, octets);
      const brings = composed(store, [blob], [{ blob: blob.id, offset: 0, length: blob.size }]);
      const acts = [append(mailbox, brings.id), { do: 'record', record: logRecord() } as const];
      const outcome = await store.commit(step(acts, { brings: [brings] }));
      const { uid } = given(outcome, 'message');
      tellParent(
        JSON.stringify({
          address,
          uid,
          sequence: given(outcome, 'record').sequence,
          sha256: blob.sha256.toString('hex'),
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: 16 }, caller));
}

const LARGE_BYTES = 100 * 1024 * 1024;

/** Keeps a message of 100 MB that never was in memory, reads it back, and tells how much memory that took. */
async function large(): Promise<void> {
  const store = await openStore();
  const { mailbox } = await putMailbox(store, { quotaBytes: 1e12 });
  const path = join(folder, 'spool');
  const written = await writeLarge(path);
  const blob: NewBlob = {
    id: store.nextBlobId(),
    size: LARGE_BYTES,
    sha256: written,
    source: { kind: 'file', path },
  };
  const brings = composed(store, [blob], [{ blob: blob.id, offset: 0, length: LARGE_BYTES }]);
  await store.commit(step([append(mailbox, brings.id)], { brings: [brings] }));
  const octets = store.findContent(brings.id)?.octets;
  const hash: Hash = createHash('sha256');
  let longestChunk = 0;
  for await (const chunk of octets?.stream() ?? []) {
    hash.update(chunk);
    longestChunk = Math.max(longestChunk, chunk.length);
  }
  const maxRssBytes = process.resourceUsage().maxRSS * 1024;
  tellParent(JSON.stringify({ intact: hash.digest().equals(written), longestChunk, maxRssBytes }));
  await store[Symbol.asyncDispose]();
}

async function writeLarge(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  for (let at = 0; at < LARGE_BYTES; at += 1024 * 1024) {
    const chunk = Buffer.alloc(1024 * 1024, `${at} `);
    hash.update(chunk);
    await file.write(chunk);
  }
  await file.close();
  return hash.digest();
}

/** Tells how opening went. */
async function opening(): Promise<void> {
  try {
    await using _store = await openStore();
    tellParent('open');
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    tellParent(`${code}: ${message}`);
  }
}

if (task === 'load') await load();
if (task === 'large') await large();
if (task === 'opening') await opening();
