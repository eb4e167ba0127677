// SPDX-License-Identifier: EUPL-1.2

/** A folder name that has caught mail programs out, and how IMAP4rev1 writes it (RFC 3501 section 5.1.3). */
export interface OddFolder {
  readonly name: string;
  readonly encoded: string;
}

function plain(name: string): OddFolder {
  return { name, encoded: name };
}

/**
 * The encoded forms are written by hand: nothing of ours says what is right. With longer names mbsync stops: its
 * buffer for the path of a file has 256 octets.
 */
export const ODD_FOLDERS: readonly OddFolder[] = [
  { name: 'Attività 2024', encoded: 'Attivit&AOA- 2024' },
  { name: 'Perché no', encoded: 'Perch&AOk- no' },
  { name: 'Ricerca & Sviluppo', encoded: 'Ricerca &- Sviluppo' },
  { name: '&', encoded: '&-' },
  { name: 'Città & Comuni/Forlì', encoded: 'Citt&AOA- &- Comuni/Forl&AOw-' },
  { name: '日本語', encoded: '&ZeVnLIqe-' },
  { name: 'Sigillo 🕯', encoded: 'Sigillo &2D3dbw-' },
  plain('#cancelletto'),
  plain('con spazi  doppi'),
  plain("l'apostrofo (e parentesi)"),
  plain('{12}'),
  plain('a+b=c ~ d'),
  plain('x'.repeat(100)),
  plain('INBOX/Figlia'),
  plain(levels('liv', 20)),
];

/** Folders that people make while programs look away: the first ones in the copy, the last one in the mailbox. */
export const NEW_FOLDERS: readonly OddFolder[] = [
  { name: 'Caffè & tè', encoded: 'Caff&AOg- &- t&AOg-' },
  plain(levels('nuovo', 20)),
  { name: 'Fatture è note', encoded: 'Fatture &AOg- note' },
];

/** So many levels below one another. */
export function levels(stem: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${stem}${index + 1}`).join('/');
}

/** The names of the levels above a folder, the highest first. */
export function levelsAbove(name: string): string[] {
  const parts = name.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** The name as IMAP4rev1 writes it. */
export function encodedName(name: string): string {
  return [...ODD_FOLDERS, ...NEW_FOLDERS].find((folder) => folder.name === name)?.encoded ?? name;
}
