// SPDX-License-Identifier: EUPL-1.2
import { existsSync, statSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStoredFrames, type StoredFrames } from '../engines/sqlite/stored-frames.ts';
import { Fault } from '../platform/faults.ts';
import { originalsIn, reassemble } from '../points/reissuing/reassembly.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type MailboxPlace, placeOf } from './mailbox/mailbox-place.ts';
import { storeFolder } from './provider-folder.ts';
import { type NamedFrame, orderReissue } from './reissue/reissue-order.ts';
import { englishReissue, italianReissue } from './wording/reissue-words.ts';

export interface ReissueOptions extends MailboxPlace {
  readonly holder: string;
  /** A new file, or a folder. */
  readonly to: string;
  readonly kind?: string;
  readonly recipient?: string;
  /** A file that holds the original. */
  readonly original?: string;
}

type Ground = Pick<CommandSurroundings, 'stdout' | 'stderr' | 'clock' | 'ids'>;
type Originals = ReadonlyMap<string, Buffer>;

interface GivenFile {
  /** Of a file in a folder. */
  readonly name: string;
  readonly octets: Buffer;
  readonly declaration: boolean;
}

/**
 * `ceralacca reissue ID --for ADDRESS --to FILE`: what a holder lost, as it was, or a declaration in its place. Ends
 * with 1 when it is refused; the log says so either way. @throws Fault
 */
export async function reissue(
  { id, options }: { readonly id: string; readonly options: ReissueOptions },
  surroundings: Ground,
): Promise<ExitCode> {
  const { stdout, stderr } = surroundings;
  const place = placeOf(options, stderr);
  if (place === undefined) return EXIT.bad;
  const words = options.lang === 'en' ? englishReissue : italianReissue;
  if (existsSync(options.to) && !statSync(options.to).isDirectory()) {
    stderr.write(`${options.to} is there already\n`);
    return EXIT.usage;
  }
  using stored = openStoredFrames(storeFolder(place.folder));
  const originals = await readOriginals(stored, id, options.original);
  const { holder, kind, recipient } = options;
  const answer = await orderReissue(
    place,
    {
      about: id,
      holder,
      ...(kind !== undefined && { kind }),
      ...(recipient !== undefined && { recipient }),
      ...(originals !== undefined && { originals: [...originals.keys()] }),
    },
    surroundings,
  );
  if (answer.refused !== undefined) {
    stderr.write(`${words.refusals[answer.refused]}\n`);
    return EXIT.bad;
  }
  const files = await filesOf(stored, { ...answer, originals });
  for (const { file, declaration } of await writeFiles(options.to, files))
    stdout.write(`${declaration ? words.declared(file) : words.given(file)}\n`);
  if (answer.missing.length > 0) stderr.write(`${words.needsOriginal(answer.missing.length)}\n`);
  return EXIT.good;
}

/** What the file may hold as the original; of ids that several messages have, any of them. */
async function readOriginals(
  { log }: StoredFrames,
  id: string,
  file: string | undefined,
): Promise<Originals | undefined> {
  if (file === undefined) return undefined;
  const known = new Map(
    log.recordsAbout(id).map((record) => [`${record.identifier} ${record.messageId}`, record]),
  );
  return originalsIn(await readFile(file), [...known.values()].slice(0, IDS_TRIED));
}

/** Each of them is four candidates, whose hashes have to fit into one order. */
const IDS_TRIED = 4;

async function filesOf(
  { frames }: StoredFrames,
  answer: {
    readonly whole: readonly NamedFrame[];
    readonly declaration: string | null;
    readonly originals: Originals | undefined;
  },
): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  for (const [at, { messageId, blob }] of answer.whole.entries()) {
    const frame = frames.findFrames(messageId).find((each) => each.blob === blob);
    if (frame === undefined)
      throw new Fault('frame-gone', `the frame of ${messageId} is no longer kept`, { temporary: false });
    const original = frame.original && answer.originals?.get(frame.original.sha256);
    const octets = await reassemble(frame, original);
    const about = frame.recipient === undefined ? '' : `-${frame.recipient.replace(/[^\w.@+-]/g, '_')}`;
    files.push({ name: `${at + 1}-${frame.kind}${about}.eml`, octets, declaration: false });
  }
  if (answer.declaration !== null)
    files.push({
      name: 'dichiarazione.eml',
      octets: Buffer.from(answer.declaration, 'base64'),
      declaration: true,
    });
  return files;
}

/** Several go into a folder, which is made; one into the file, or into a folder that is there. */
async function writeFiles(
  to: string,
  files: readonly GivenFile[],
): Promise<readonly { readonly file: string; readonly declaration: boolean }[]> {
  const intoFolder = files.length > 1 || existsSync(to);
  if (intoFolder) await mkdir(to, { recursive: true, mode: 0o700 });
  const written = [];
  for (const { name, octets, declaration } of files) {
    const file = intoFolder ? join(to, name) : to;
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(octets);
      await handle.sync();
    } finally {
      await handle.close();
    }
    written.push({ file, declaration });
  }
  return written;
}
