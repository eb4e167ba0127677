// SPDX-License-Identifier: EUPL-1.2
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Octets that a store keeps: pages of its database in use, and the files of large blobs. */
export function storeBytes(storeFile: string): number {
  return usedPagesBytes(storeFile) + folderBytes(join(dirname(storeFile), 'blobs'));
}

/** Octets of the search index beside a store; all of it follows from the store. */
export function searchIndexBytes(storeFile: string): number {
  return usedPagesBytes(searchFile(storeFile));
}

export function searchFile(storeFile: string): string {
  return join(dirname(storeFile), 'search.db');
}

function usedPagesBytes(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    const number = (name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
    return (number('page_count') - number('freelist_count')) * number('page_size');
  } finally {
    db.close();
  }
}

/** Octets of all files below a folder. */
export function folderBytes(folder: string): number {
  if (!existsSync(folder)) return 0;
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + sizeOf(join(parentPath, name)), 0);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
