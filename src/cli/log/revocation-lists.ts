// SPDX-License-Identifier: EUPL-1.2
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStoredRecords } from '../../engines/sqlite/stored-records.ts';
import type { ArchivedList, RevocationArchiveReader } from '../../trust/signing/revocation-archive-store.ts';
import { readSpeaking } from '../../trust/signing/speaking-lists.ts';
import { printName } from '../../wire/cms/distinguished-name.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { storeFolder } from '../provider-folder.ts';
import { layTable, printable, printInstant } from '../text-layout.ts';
import { englishLog, italianLog } from '../wording/log-words.ts';
import { configOf, type LogOptions, type Streams } from './log-place.ts';

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const REVOCATION_LISTS_FORMAT = 'ceralacca-log-crls/1';

export interface RevocationListsOptions extends LogOptions {
  /** A folder that each list is written to, as SHA256.crl. */
  readonly to?: string;
}

/** `ceralacca log crls`: the revocation lists that are kept with the log. @throws Fault when the store cannot be read */
export async function listRevocationLists(
  options: RevocationListsOptions,
  { stdout, stderr }: Streams,
): Promise<ExitCode> {
  const config = configOf(options, stderr);
  if (config === undefined) return EXIT.bad;
  using store = openStoredRecords(storeFolder(config.folder));
  const words = options.lang === 'en' ? englishLog : italianLog;
  const lists = store.revocation
    .listRevocationIssuers()
    .flatMap((issuer) => store.revocation.listRevocationLists(issuer));
  if (options.to !== undefined) await writeLists(options.to, { lists, reader: store.revocation });
  const rows = lists.map((list) => ({ ...list, issuer: issuerOf(list, store.revocation) }));
  if (options.json === true) {
    const written = rows.map(({ sha256, issuer, thisUpdate, nextUpdate, obtainedAt }) => ({
      sha256,
      issuer,
      thisUpdate: new Date(thisUpdate).toISOString(),
      nextUpdate: nextUpdate === null ? null : new Date(nextUpdate).toISOString(),
      obtainedAt: new Date(obtainedAt).toISOString(),
    }));
    stdout.write(`${JSON.stringify({ format: REVOCATION_LISTS_FORMAT, lists: written }, null, 2)}\n`);
  } else if (rows.length === 0) stdout.write(`${words.noLists}\n`);
  else {
    const cells = rows.map(({ sha256, issuer, thisUpdate, nextUpdate }) => [
      printable(issuer),
      printInstant(thisUpdate),
      nextUpdate === null ? '-' : printInstant(nextUpdate),
      sha256,
    ]);
    for (const line of layTable(words.listColumns, cells)) stdout.write(`${line}\n`);
  }
  return EXIT.good;
}

async function writeLists(
  folder: string,
  { lists, reader }: { readonly lists: readonly ArchivedList[]; readonly reader: RevocationArchiveReader },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { sha256 } of lists) {
    const der = reader.revocationListOctets(sha256);
    if (der !== undefined) await writeFile(join(folder, `${sha256}.crl`), der);
  }
}

function issuerOf({ sha256 }: ArchivedList, reader: RevocationArchiveReader): string {
  const der = reader.revocationListOctets(sha256);
  const list = der === undefined ? undefined : readSpeaking(der);
  return list === undefined ? '?' : printName(list.list.issuer);
}
