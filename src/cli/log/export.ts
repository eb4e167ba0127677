// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openStamper } from '../../composition/sealing.ts';
import { openSigner } from '../../composition/signing.ts';
import { completed } from '../../composition/surroundings.ts';
import { openStoredRecords } from '../../engines/sqlite/stored-records.ts';
import {
  LOG_PACKAGE_DTD,
  PACKAGE_FILES,
  type PackagedFile,
  packagedFile,
  packageLines,
  writePackageIndex,
} from '../../evidence/certification-log/log-package.ts';
import { LogTree } from '../../evidence/certification-log/log-tree.ts';
import { readSeal } from '../../evidence/certification-log/seal.ts';
import type { SealedLogReader, StoredSeal } from '../../evidence/certification-log/sealed-log-store.ts';
import { TreeFrontier } from '../../evidence/certification-log/tree-frontier.ts';
import type { Config } from '../../platform/config/config.ts';
import { silentJournal } from '../../platform/journal.ts';
import type { CommandSurroundings } from '../command-surroundings.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { storeFolder } from '../provider-folder.ts';
import { type ExportRefusal, englishExport, italianExport } from '../wording/export-words.ts';
import { configOf, type LogOptions, materialOf } from './log-place.ts';
import { sealChecks } from './seal-checks.ts';

export interface ExportOptions extends Omit<LogOptions, 'json'> {
  /** The folder to be made. */
  readonly to: string;
}

/**
 * `ceralacca log export DAY --to FOLDER`: one sealed day for long-term preservation (LOG-11), signed and time-stamped,
 * while the provider runs or not. The folder appears whole or not at all. Ends with 1 when the day cannot be exported.
 *
 * @throws Fault when store, key or time-stamp authority cannot be used
 */
export async function exportLog(
  { day, options }: { readonly day: string; readonly options: ExportOptions },
  surroundings: Pick<CommandSurroundings, 'stdout' | 'stderr' | 'clock' | 'ids'>,
): Promise<ExitCode> {
  const { stdout, stderr } = surroundings;
  const words = options.lang === 'en' ? englishExport : italianExport;
  const config = configOf(options, stderr);
  if (config === undefined) return EXIT.bad;
  const { to } = options;
  if (existsSync(to)) {
    stderr.write(`${words.exists(to)}\n`);
    return EXIT.bad;
  }
  using store = openStoredRecords(storeFolder(config.folder));
  const refusal = await exportDay({ day, to, log: store.sealedLog, config }, surroundings);
  if (refusal === undefined) stdout.write(`${words.done(day, to)}\n`);
  else stderr.write(`${words.refusal(day, refusal)}\n`);
  return refusal === undefined ? EXIT.good : EXIT.bad;
}

interface Export {
  readonly day: string;
  readonly to: string;
  readonly log: SealedLogReader;
  readonly config: Config;
}

async function exportDay(
  { day, to, log, config }: Export,
  { clock, ids }: Pick<CommandSurroundings, 'clock' | 'ids'>,
): Promise<ExportRefusal | undefined> {
  const stored = findDay(log, day);
  if (stored === undefined) return { code: 'not-sealed' };
  if (stored.first <= stored.size && stored.first <= log.forgottenUpTo()) return { code: 'removed' };
  const { token } = stored;
  if (token === undefined) return { code: 'not-stamped' };
  const opened = await sealChecks(await materialOf(config)).openSeal(stored.signed);
  const seal = opened.ok ? readSeal(opened.text) : undefined;
  if (seal === undefined)
    return { code: 'seal-broken', reason: opened.ok ? 'what is signed is not a seal' : opened.reason };
  const around = completed({ journal: silentJournal, clock, ids });
  const stamper = await openStamper(config, around);
  if (stamper === null) return { code: 'no-authority' };
  await using stack = new AsyncDisposableStack();
  const signer = await openSigner(config, { around, stack });
  const making = `${to}.part`;
  await mkdir(making);
  try {
    const frontier = TreeFrontier.of(new LogTree(log), seal.first - 1);
    const before = frontier.subtrees;
    const records = await writeLines(making, packageLines(log, { seal, frontier }));
    if (seal.day !== day || !frontier.root().equals(seal.root)) return { code: 'damaged' };
    const files = [records];
    for (const [name, octets] of [
      [PACKAGE_FILES.seal, stored.signed],
      [PACKAGE_FILES.stamp, token],
      [PACKAGE_FILES.dtd, Buffer.from(LOG_PACKAGE_DTD)],
    ] as const)
      files.push(await writeWhole(making, { name, octets }));
    const now = clock.now();
    const index = writePackageIndex({ seal, before, createdAt: now, files });
    const signed = await signer.seal(index, now);
    await writeWhole(making, { name: PACKAGE_FILES.index, octets: index });
    await writeWhole(making, { name: PACKAGE_FILES.signedIndex, octets: signed });
    await writeWhole(making, { name: PACKAGE_FILES.indexStamp, octets: await stamper.stamp(signed) });
    await rename(making, to);
    return undefined;
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

function findDay(log: SealedLogReader, day: string): StoredSeal | undefined {
  for (let from = 1; ; ) {
    const some = log.listSeals(from, 100);
    const found = some.find((seal) => seal.day === day);
    const last = some.at(-1);
    if (found !== undefined || last === undefined) return found;
    from = last.number + 1;
  }
}

async function writeLines(folder: string, lines: Iterable<string>): Promise<PackagedFile> {
  const name = PACKAGE_FILES.records;
  const sha256 = createHash('sha256');
  await using file = await open(join(folder, name), 'wx');
  let sizeBytes = 0;
  let waiting: string[] = [];
  const write = async () => {
    const octets = Buffer.from(waiting.join(''));
    waiting = [];
    sha256.update(octets);
    sizeBytes += octets.length;
    await file.writeFile(octets);
  };
  for (const line of lines) if (waiting.push(line) >= LINES_AT_ONCE) await write();
  await write();
  await file.sync();
  return { name, sizeBytes, sha256: sha256.digest('hex') };
}

const LINES_AT_ONCE = 1000;

async function writeWhole(
  folder: string,
  { name, octets }: { readonly name: string; readonly octets: Uint8Array },
): Promise<PackagedFile> {
  await using file = await open(join(folder, name), 'wx');
  await file.writeFile(octets);
  await file.sync();
  return packagedFile(name, octets);
}
