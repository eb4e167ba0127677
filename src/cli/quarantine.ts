// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteStore } from '../engines/sqlite/sqlite-store.ts';
import { openStoredQuarantine, type StoredQuarantine } from '../engines/sqlite/stored-quarantine.ts';
import { holdsStore } from '../engines/sqlite/stored-records.ts';
import type { StoredContent } from '../mailroom/contents/content-store.ts';
import type { Quarantined } from '../mailroom/quarantine/quarantine-store.ts';
import { endQuarantine } from '../mailroom/quarantine/quarantine-sweep.ts';
import { Fault } from '../platform/faults.ts';
import { silentJournal } from '../platform/journal.ts';
import type { CommandSurroundings, Language } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { providerFolder } from './provider-folder.ts';
import { layRows, layTable, printable, printInstant, printSize } from './text-layout.ts';
import { englishQuarantine, italianQuarantine, type QuarantineWords } from './wording/quarantine-words.ts';

export interface QuarantineOptions {
  /** A provider's folder, or the store within. */
  readonly folder?: string;
  /** The provider's configuration, where no folder is named. */
  readonly config?: string;
  readonly json?: boolean;
  readonly lang?: Language;
}

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const QUARANTINE_FORMAT = 'ceralacca-quarantine/1';

/** Entries read at once. */
const AT_ONCE = 1000;

/** `ceralacca quarantine list`, beside the running provider. @throws Fault when the store cannot be read */
export async function listQuarantine(
  options: QuarantineOptions,
  { stdout, stderr }: Pick<CommandSurroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  const folder = storeOf(options, stderr);
  if (folder === undefined) return EXIT.bad;
  using quarantine = openStoredQuarantine(folder);
  const entries = allOf(quarantine);
  const words = wordsOf(options);
  if (options.json === true) {
    const document = { format: QUARANTINE_FORMAT, entries: entries.map(entryJson) };
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else if (entries.length === 0) stdout.write(`${words.empty}\n`);
  else stdout.write(`${printList(entries, words).join('\n')}\n`);
  return EXIT.good;
}

/** `ceralacca quarantine show N`: all that is known of one entry. Ends with 1 when there is none. @throws Fault */
export async function showQuarantined(
  { entry: number, ...options }: QuarantineOptions & { readonly entry: number },
  { stdout, stderr }: Pick<CommandSurroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  return withEntry({ ...options, entry: number }, stderr, async (entry, content) => {
    const sha256 = await hashOf(content);
    const words = wordsOf(options);
    if (options.json === true) {
      const document = { format: QUARANTINE_FORMAT, ...entryJson(entry), sizeBytes: content.size, sha256 };
      stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    } else stdout.write(`${printEntry({ entry, size: content.size, sha256 }, words).join('\n')}\n`);
  });
}

/**
 * `ceralacca quarantine export N --to FILE`: the message, octet by octet, into a new file that only its owner
 * reads. Ends with 1 when there is no such entry. @throws Fault
 */
export async function exportQuarantined(
  { entry: number, to, ...options }: QuarantineOptions & { readonly entry: number; readonly to: string },
  { stderr }: Pick<CommandSurroundings, 'stderr'>,
): Promise<ExitCode> {
  return withEntry({ ...options, entry: number }, stderr, async (_, content) => {
    const file = await open(to, 'wx', 0o600);
    try {
      for await (const chunk of content.octets.stream()) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    stderr.write(`${wordsOf(options).exported(to)}\n`);
  });
}

/**
 * `ceralacca quarantine expire`: removes what is older than 30 months, of a provider that stands still; one
 * that runs does it by itself. @throws Fault
 */
export async function expireQuarantine(
  options: QuarantineOptions,
  { stdout, stderr, clock }: Pick<CommandSurroundings, 'stdout' | 'stderr' | 'clock'>,
): Promise<ExitCode> {
  const folder = storeOf(options, stderr);
  if (folder === undefined) return EXIT.bad;
  const words = wordsOf(options);
  if (!holdsStore(folder)) throw new Fault('store-missing', `no store in ${folder}`, { temporary: false });
  try {
    await using store = await openSqliteStore({ folder, journal: silentJournal });
    stdout.write(`${words.ended(await endQuarantine(store, clock.now()))}\n`);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'store-locked') throw error;
    using quarantine = openStoredQuarantine(folder);
    const over = quarantine.entries.listQuarantineOver(clock.now(), AT_ONCE).length;
    stdout.write(`${words.running(over)}\n`);
  }
  return EXIT.good;
}

function storeOf(options: QuarantineOptions, stderr: CommandSurroundings['stderr']): string | undefined {
  const folder = providerFolder(options, stderr);
  if (folder === undefined || holdsStore(folder)) return folder;
  return join(folder, 'store');
}

async function withEntry(
  options: QuarantineOptions & { readonly entry: number },
  stderr: CommandSurroundings['stderr'],
  use: (entry: Quarantined, content: StoredContent) => Promise<void>,
): Promise<ExitCode> {
  const folder = storeOf(options, stderr);
  if (folder === undefined) return EXIT.bad;
  using quarantine = openStoredQuarantine(folder);
  const entry = quarantine.entries.findQuarantined(options.entry);
  const content = entry && quarantine.contents.findContent(entry.content);
  if (entry === undefined || content === undefined) {
    stderr.write(`${wordsOf(options).unknown(options.entry)}\n`);
    return EXIT.bad;
  }
  await use(entry, content);
  return EXIT.good;
}

function allOf({ entries }: StoredQuarantine): Quarantined[] {
  const all: Quarantined[] = [];
  for (;;) {
    const more = entries.listQuarantined(all.at(-1)?.id ?? 0, AT_ONCE);
    if (more.length === 0) return all;
    all.push(...more);
  }
}

async function hashOf({ octets }: StoredContent): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of octets.stream()) hash.update(chunk);
  return hash.digest('hex');
}

function wordsOf({ lang }: QuarantineOptions): QuarantineWords {
  return lang === 'en' ? englishQuarantine : italianQuarantine;
}

function printList(entries: readonly Quarantined[], words: QuarantineWords): string[] {
  const { number, found, until, virus, kind, sender, identifier } = words.columns;
  return layTable(
    [number, found, until, virus, kind, sender, identifier],
    entries.map((entry) => [
      String(entry.id),
      printInstant(entry.at),
      printInstant(entry.keepUntil),
      printable(entry.virus),
      words.kinds[entry.kind],
      printable(entry.sender),
      printable(entry.identifier),
    ]),
  );
}

function printEntry(
  { entry, size, sha256 }: { readonly entry: Quarantined; readonly size: number; readonly sha256: string },
  { columns, kinds }: QuarantineWords,
): string[] {
  return layRows([
    [columns.number, String(entry.id)],
    [columns.virus, printable(entry.virus)],
    [columns.kind, kinds[entry.kind]],
    [columns.found, printInstant(entry.at)],
    [columns.until, printInstant(entry.keepUntil)],
    [columns.identifier, printable(entry.identifier)],
    [columns.sender, printable(entry.sender)],
    [columns.recipients, entry.recipients.map(printable)],
    [columns.provider, printable(entry.provider)],
    [columns.size, printSize(size)],
    [columns.sha256, sha256],
  ]);
}

function entryJson({ content: _, at, keepUntil, ...entry }: Quarantined): Record<string, unknown> {
  return { ...entry, at: new Date(at).toISOString(), keepUntil: new Date(keepUntil).toISOString() };
}
