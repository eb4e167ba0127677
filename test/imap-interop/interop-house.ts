// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_FOLDERS } from '../../src/mailroom/mailboxes/folders.ts';
import type { Folder } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import { type ImapHouse, openImapHouse } from '../imap/house.ts';
import { ODD_FOLDERS } from './odd-folders.ts';

/** How many messages the programs exchange; the full size is for now and then. */
export const MESSAGE_COUNT = Number(process.env.CERALACCA_INTEROP_MESSAGES ?? 200);

/** The same for programs that only collect. */
export const COLLECTED_COUNT = process.env.CERALACCA_INTEROP_MESSAGES === undefined ? 60 : MESSAGE_COUNT;

/** A program that has not ended by then never will. */
const PROGRAM_MS = 20_000 + MESSAGE_COUNT * 100;

/** How long a suite may take. */
export const SUITE_MS = 60_000 + MESSAGE_COUNT * 400;

/** A house whose first mailbox has the usual folders and those with odd names. */
export function openOddHouse(): Promise<ImapHouse> {
  const odd = ODD_FOLDERS.map(({ name }) => ({ name, subscribed: true }));
  return openImapHouse({ engine: 'sqlite', folders: [...DEFAULT_FOLDERS, ...odd] });
}

/** What a program printed; rejects when it ends in failure. HOME is the folder of the house. */
export function run(house: ImapHouse, command: string, ...words: string[]): Promise<string> {
  const { folder: HOME } = house;
  const env = { ...process.env, HOME, FETCHMAILHOME: HOME, LC_ALL: 'C.UTF-8' };
  const limits = { timeout: PROGRAM_MS, killSignal: 'SIGKILL', maxBuffer: 256 * 1024 * 1024 } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(command, words, { env, cwd: HOME, ...limits }, (error, stdout, stderr) => {
      const output = stdout + stderr;
      if (error === null) resolve(output);
      else reject(new Error(`${command} ended with ${error.code ?? error.signal}: ${output.slice(-4000)}`));
    });
    child.stdin?.end();
  });
}

/** Writes a file that programs insist only its owner can read. */
export function writeSecret(house: ImapHouse, name: string, lines: readonly string[]): string {
  const path = join(house.folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

export function sha256(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}

/** The flags that programs keep beside messages. */
const SHARED_FLAGS: ReadonlySet<string> = new Set(['\\Seen', '\\Flagged', '\\Answered', '\\Draft']);

/** Folder name to what is in it: a line of hash and flags for each message, sorted. */
export type MailState = Record<string, string[]>;

/** What the store holds, without the lines that mbsync adds for itself, under the names of a program. */
export async function stateOfHouse(house: ImapHouse, called = (name: string) => name): Promise<MailState> {
  const { store } = house;
  const state: MailState = {};
  for (const { id, name } of store.listFolders(house.mailbox)) {
    const lines = store.listMessages(id).map(async ({ content, flags }) => {
      const octets = store.findContent(content)?.octets;
      if (octets === undefined) throw new Error(`no content ${content}`);
      const shared = flags.filter((flag) => SHARED_FLAGS.has(flag));
      return stateLine(withoutTransferId(await octets.read(0, octets.size)), shared);
    });
    state[called(name)] = (await Promise.all(lines)).sort();
  }
  return state;
}

/** Fails with the folders that differ, and only these. */
export function assertSameState(actual: MailState, expected: MailState): void {
  const differing = [...new Set([...Object.keys(actual), ...Object.keys(expected)])].filter(
    (name) => JSON.stringify(actual[name]) !== JSON.stringify(expected[name]),
  );
  const only = (state: MailState, other: MailState) =>
    differing.map((name) => ({
      name,
      exists: state[name] !== undefined,
      lines: (state[name] ?? []).filter((line) => other[name]?.includes(line) !== true),
    }));
  assert.deepEqual(only(actual, expected), only(expected, actual));
}

/** A message as `MailState` writes it. */
export function stateLine(octets: Buffer, flags: readonly string[]): string {
  return `${sha256(octets)} ${[...flags].sort().join(' ')}`.trimEnd();
}

/** Takes out the line by which mbsync finds a message again that it has just stored. */
export function withoutTransferId(octets: Buffer): Buffer {
  return Buffer.from(octets.toString('latin1').replace(/^X-TUID: [^\r\n]*\r?\n/m, ''), 'latin1');
}

/** What changes in a folder whenever anything does. */
export function countersOf(house: ImapHouse): Record<string, Pick<Folder, 'uidNext' | 'highestModseq'>> {
  return Object.fromEntries(
    house.store
      .listFolders(house.mailbox)
      .map(({ name, uidNext, highestModseq }) => [name, { uidNext, highestModseq }]),
  );
}
