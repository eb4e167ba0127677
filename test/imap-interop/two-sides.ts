// SPDX-License-Identifier: EUPL-1.2
import { rmSync } from 'node:fs';
import type { ImapHouse } from '../imap/house.ts';
import { giveCommands } from './commands.ts';
import { makeMessage } from './corpus.ts';
import { dropMessage, makeMaildir, messageFiles, moveMessage, setLetters } from './maildir.ts';
import { levels, levelsAbove, NEW_FOLDERS, ODD_FOLDERS } from './odd-folders.ts';

/** A copy of a mailbox in Maildirs that a program keeps. */
export interface Copy {
  /** The folder above all of them. */
  readonly mail: string;
  /** The Maildir of a folder. */
  folder(name: string): string;
  /** Whether each level above a new folder is a folder there too, without which OfflineIMAP stops. */
  readonly everyLevel?: boolean;
  /** Runs the program; resolves with what it printed. */
  sync(...options: string[]): Promise<string>;
}

/** What somebody does to the copy with a mail program of Unix: flags, moves, deletions, new mail and folders. */
export function changeCopy(copy: Copy): void {
  const files = messageFiles(copy.folder('INBOX'));
  const letters = ['S', 'F', 'RS', 'D', 'FRS', 'ST'];
  for (const [index, flags] of letters.entries()) setLetters(files[index] ?? '', flags);
  moveMessage(files[6] ?? '', { to: copy.folder('Attività 2024'), name: 'mosso-1' });
  moveMessage(files[7] ?? '', { to: copy.folder(levels('liv', 20)), name: 'mosso-2' });
  rmSync(files[8] ?? '');
  for (const [index, { name }] of NEW_FOLDERS.slice(0, 2).entries()) {
    if (copy.everyLevel === true) for (const level of levelsAbove(name)) makeMaildir(copy.folder(level));
    const maildir = makeMaildir(copy.folder(name));
    dropMessage(maildir, { name: `nuovo-${index}`, message: makeMessage(500_000 + index) });
  }
  for (const { name } of ODD_FOLDERS)
    dropMessage(copy.folder(name), { name: 'qui', message: makeMessage(600_000) });
}

/** What somebody else does meanwhile in the mailbox, to other messages. */
export async function changeHouse(house: ImapHouse, firstUid: number): Promise<void> {
  const uid = (offset: number) => firstUid + offset;
  const [, , made] = NEW_FOLDERS;
  await giveCommands(house, [
    'SELECT INBOX',
    `UID STORE ${uid(0)}:${uid(5)} +FLAGS (\\Seen)`,
    `UID STORE ${uid(2)} +FLAGS (\\Flagged \\Answered)`,
    `UID STORE ${uid(10)}:${uid(12)} +FLAGS (\\Deleted)`,
    `UID EXPUNGE ${uid(10)}:${uid(11)}`,
    `UID MOVE ${uid(13)}:${uid(15)} Archivio`,
    `UID COPY ${uid(16)} "Ricerca &- Sviluppo"`,
    `CREATE "${made?.encoded}"`,
    `UID MOVE ${uid(17)} "${made?.encoded}"`,
  ]);
  for (let index = 0; index < 10; index++) await house.deliver(makeMessage(700_000 + index));
}

/** How many messages both of them leave in the INBOX, more than there were. */
export const CHANGE = -4 - 3 - 3 - 1 + 10;
