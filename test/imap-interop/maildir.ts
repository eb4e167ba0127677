// SPDX-License-Identifier: EUPL-1.2
import { type Dirent, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type MailState, sha256, stateLine, withoutTransferId } from './interop-house.ts';

const FLAGS = { S: '\\Seen', F: '\\Flagged', R: '\\Answered', D: '\\Draft' } as const;

/** Every Maildir below a folder, by its path there, with hashes over the line ends of the wire. */
export function stateOfMaildirs(root: string): MailState {
  const states = findMaildirs(root).map((folder) => {
    const lines = messageFiles(folder).map((file) =>
      stateLine(withoutTransferId(readMessage(file)), flagsOf(file)),
    );
    return [relative(root, folder), lines.sort()] as const;
  });
  return Object.fromEntries(states);
}

/** Hashes of the messages of one Maildir, sorted, without the lines that a program adds. */
export function hashesOfMaildir(maildir: string, added?: RegExp): string[] {
  const hashes = messageFiles(maildir).map((file) => {
    const octets = readMessage(file);
    return sha256(added ? Buffer.from(octets.toString('latin1').replaceAll(added, ''), 'latin1') : octets);
  });
  return hashes.sort();
}

/** A message with the line ends of the wire. */
function readMessage(file: string): Buffer {
  return Buffer.from(readFileSync(file, 'latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1');
}

function findMaildirs(root: string): string[] {
  const isMaildir = (entry: Dirent) => entry.isDirectory() && entry.name === 'cur';
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter(isMaildir)
    .map((entry) => entry.parentPath);
}

/** The files of the messages of one Maildir, in a fixed order. */
export function messageFiles(maildir: string): string[] {
  return ['cur', 'new'].flatMap((part) =>
    readdirSync(join(maildir, part))
      .sort()
      .map((name) => join(maildir, part, name)),
  );
}

function flagsOf(file: string): string[] {
  const letters = file.split(':2,')[1] ?? '';
  return Object.entries(FLAGS).flatMap(([letter, flag]) => (letters.includes(letter) ? [flag] : []));
}

/** Gives a message exactly these flags, as letters. */
export function setLetters(file: string, letters: string): void {
  const name = file.split('/').at(-1)?.split(':2,')[0] ?? '';
  renameSync(file, join(file, '..', '..', 'cur', `${name}:2,${letters}`));
}

export function makeMaildir(maildir: string): string {
  for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(maildir, part), { recursive: true });
  return maildir;
}

/** Puts a message in, as mail programs on Unix keep it: with LF. */
export function dropMessage(
  maildir: string,
  drop: { readonly name: string; readonly message: Buffer },
): void {
  const text = drop.message.toString('latin1').replaceAll('\r\n', '\n');
  writeFileSync(join(maildir, 'cur', `${drop.name}:2,`), text, 'latin1');
}

/** Moves a message under a fresh name, as a mail program does. */
export function moveMessage(file: string, move: { readonly to: string; readonly name: string }): void {
  const letters = file.split(':2,')[1] ?? '';
  renameSync(file, join(move.to, 'cur', `${move.name}:2,${letters}`));
}
