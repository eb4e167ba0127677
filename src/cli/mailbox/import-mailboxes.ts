// SPDX-License-Identifier: EUPL-1.2
import { open, readFile, rm } from 'node:fs/promises';
import { hashPassword } from '../../mailroom/accounts/passwords.ts';
import type { NewMailbox } from '../../mailroom/provisioning/mailbox-decision.ts';
import { MAILBOXES_AT_ONCE } from '../../mailroom/provisioning/provisioning.ts';
import { Fault } from '../../platform/faults.ts';
import type { Ids } from '../../platform/ids.ts';
import type { CommandSurroundings } from '../command-surroundings.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { MAILBOX_FORMAT, wordsOf } from '../mailbox.ts';
import { printable } from '../text-layout.ts';
import { type ListedMailbox, readMailboxFile } from './mailbox-file.ts';
import { giveOrder, type MailboxPlace, placeOf } from './mailbox-place.ts';
import { generatedPassword } from './new-password.ts';

/** Errors of a file that are shown; with `--json` all of them. */
const SHOWN_ERRORS = 20;
/** Passwords hashed at the same time. */
const HASHINGS = 2;

export interface ImportOptions extends MailboxPlace {
  /** Looks whether all could be made, and makes none. */
  readonly check?: boolean;
  /** A new file for the passwords that are made. */
  readonly generatePasswords?: string;
}

interface FileError {
  readonly line: number;
  readonly address?: string;
  readonly because: string;
  readonly sentence: string;
}

/**
 * `ceralacca mailbox import FILE`: makes all mailboxes of a file in one step, or none: then every line that is in
 * the way is told, and it ends with 1. @throws Fault `file-unreadable`, and those of an order
 */
export async function importMailboxes(
  { file, options }: { readonly file: string; readonly options: ImportOptions },
  surroundings: Pick<CommandSurroundings, 'stdout' | 'stderr' | 'ids'>,
): Promise<ExitCode> {
  const { stdout, stderr, ids } = surroundings;
  const place = placeOf(options, stderr);
  if (place === undefined) return EXIT.bad;
  const words = wordsOf(options);
  const { mailboxes: listed, defects } = readMailboxFile(await readText(file));
  if (listed.length > MAILBOXES_AT_ONCE) {
    const message = `${file} has ${listed.length} mailboxes; ${MAILBOXES_AT_ONCE} are made at once`;
    throw new Fault('mailboxes-too-many', message, { temporary: false });
  }
  const errors: FileError[] = defects.map(({ line, defect }) => ({
    line,
    because: defect,
    sentence: words.lineDefects[defect],
  }));
  const order = (mailboxes: readonly NewMailbox[], look: boolean) =>
    mailboxes.length === 0 ? [] : giveOrder(place, { order: 'mailbox-add', mailboxes, look });
  const looked = await order(
    listed.map(({ mailbox }) => mailbox),
    true,
  );
  for (const { at, address, because } of looked)
    errors.push({ line: listed[at]?.line ?? 0, address, because, sentence: words.refusals[because] });
  errors.sort((one, other) => one.line - other.line);
  if (errors.length > 0) return tellErrors(errors, { options, surroundings });
  if (options.check !== true) {
    const refused = await makeAll(listed, { file: options.generatePasswords, ids, order });
    // Somebody else made one of them meanwhile.
    const late = refused.map(({ at, address, because }) => ({
      line: listed[at]?.line ?? 0,
      address,
      because,
      sentence: words.refusals[because],
    }));
    if (late.length > 0) return tellErrors(late, { options, surroundings });
  }
  const count = listed.length;
  if (options.json === true) {
    const document = { format: MAILBOX_FORMAT, done: options.check !== true, mailboxes: count };
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return EXIT.good;
  }
  stdout.write(`${options.check === true ? words.importable(count) : words.imported(count)}\n`);
  if (options.check !== true && options.generatePasswords !== undefined)
    stderr.write(`${words.passwordsIn(options.generatePasswords)}\n`);
  return EXIT.good;
}

type GiveOrder = (
  mailboxes: readonly NewMailbox[],
  look: boolean,
) => ReturnType<typeof giveOrder> | readonly never[];

/** The passwords are on disk before the first mailbox has one. */
async function makeAll(
  listed: readonly ListedMailbox[],
  { file, ids, order }: { readonly file: string | undefined; readonly ids: Ids; readonly order: GiveOrder },
) {
  const mailboxes = listed.map(({ mailbox }) => mailbox);
  if (file === undefined) return order(mailboxes, false);
  const passwords = mailboxes.map(() => generatedPassword(ids));
  const lines = mailboxes.map(({ address }, at) => `${address.toLowerCase()};${passwords[at]}\r\n`);
  await writeSecretFile(file, `address;password\r\n${lines.join('')}`);
  try {
    const hashes = await hashAll(passwords);
    const refused = await order(
      mailboxes.map((mailbox, at) => ({ ...mailbox, passwordHash: hashes[at] ?? '' })),
      false,
    );
    if (refused.length > 0) await rm(file, { force: true });
    return refused;
  } catch (error) {
    // What the provider refused was not done. Whether an order was carried out whose answer was lost, nobody knows.
    if (error instanceof Fault && error.code !== 'order-refused') throw error;
    await rm(file, { force: true });
    throw error;
  }
}

async function hashAll(passwords: readonly string[]): Promise<readonly string[]> {
  const hashes: string[] = [];
  for (let at = 0; at < passwords.length; at += HASHINGS)
    hashes.push(...(await Promise.all(passwords.slice(at, at + HASHINGS).map(hashPassword))));
  return hashes;
}

async function writeSecretFile(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function tellErrors(
  errors: readonly FileError[],
  {
    options,
    surroundings: { stdout, stderr },
  }: {
    readonly options: ImportOptions;
    readonly surroundings: Pick<CommandSurroundings, 'stdout' | 'stderr'>;
  },
): ExitCode {
  const words = wordsOf(options);
  if (options.json === true) {
    const list = errors.map(({ sentence: _, ...error }) => error);
    stdout.write(`${JSON.stringify({ format: MAILBOX_FORMAT, done: false, errors: list }, null, 2)}\n`);
    return EXIT.bad;
  }
  for (const { line, address, sentence } of errors.slice(0, SHOWN_ERRORS))
    stderr.write(
      `${words.line(line)}: ${address === undefined ? '' : `${printable(address)}: `}${sentence}\n`,
    );
  if (errors.length > SHOWN_ERRORS) stderr.write(`${words.more(errors.length - SHOWN_ERRORS)}\n`);
  stderr.write(`${words.noneImported}\n`);
  return EXIT.bad;
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
  } catch (cause) {
    const why = cause instanceof TypeError ? 'it is not UTF-8' : (cause as Error).message;
    throw new Fault('file-unreadable', `${file} cannot be read: ${why}`, { temporary: false, cause });
  }
}
