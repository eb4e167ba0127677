// SPDX-License-Identifier: EUPL-1.2
import type { Language } from '../command-surroundings.ts';
import type { AttachmentComparison } from '../verify/files/file-comparison.ts';
import type { MessageDifference } from '../verify/files/message-comparison.ts';

/** How `verify` speaks of the files that were held against a message. */
export interface FileWords {
  readonly title: string;
  readonly marks: Readonly<Record<AttachmentComparison['result'], string>>;
  /** `file` is where it was found, or what has its name. */
  attachment(comparison: Pick<AttachmentComparison, 'result' | 'known'>, file: string): string;
  inMessage(part: string, file: string): string;
  readonly sameMessage: string;
  otherMessage(difference: MessageDifference): string;
  readonly stranger: string;
  readonly nothingToCompare: string;
  /** When something with only a hash differs. */
  readonly adviseMessage: string;
  /** Below a message that does not hold, or of which that cannot be told. */
  readonly unproven: string;
}

export const FILE_WORDS: Readonly<Record<Language, FileWords>> = {
  it: {
    title: 'Confronto con i file indicati',
    marks: { matches: 'sì', differs: 'NO', 'not-supplied': '--' },
    attachment({ result, known }, file) {
      if (result === 'not-supplied') return 'nessuno dei file indicati';
      if (result === 'differs') return `non è ${file}, che ha lo stesso nome`;
      return known === 'hash' ? `è ${file}: ha la stessa impronta` : `è ${file}`;
    },
    inMessage: (part, file) => `"${part}" in ${file}`,
    sameMessage: 'è il messaggio originale: intestazione, testo e allegati sono gli stessi',
    otherMessage: ({ what, where }) =>
      `non è il messaggio originale: ${ITALIAN_PLACES[what]} ${where} differisce`,
    stranger: 'non è alcun allegato del messaggio',
    nothingToCompare:
      "Questo messaggio non contiene l'originale né le impronte dei suoi allegati: non c'è nulla con cui confrontare i file.",
    adviseMessage:
      "L'impronta è di solito quella dell'allegato codificato: se la codifica non era tra le più comuni, un file giusto può " +
      'risultare diverso. Indichi allora il messaggio inviato, per intero.',
    unproven: 'Il confronto non prova nulla finché il messaggio non risulta valido.',
  },
  en: {
    title: 'Compared with the files given',
    marks: { matches: 'yes', differs: 'NO', 'not-supplied': '--' },
    attachment({ result, known }, file) {
      if (result === 'not-supplied') return 'none of the files given';
      if (result === 'differs') return `is not ${file}, which has the same name`;
      return known === 'hash' ? `is ${file}: it has the same hash` : `is ${file}`;
    },
    inMessage: (part, file) => `"${part}" in ${file}`,
    sameMessage: 'is the original: header, text and attachments are the same',
    otherMessage: ({ what, where }) => `is not the original: ${ENGLISH_PLACES[what]} ${where} differs`,
    stranger: 'is no attachment of the message',
    nothingToCompare:
      'This message holds neither the original nor hashes of its attachments: there is nothing to compare the files with.',
    adviseMessage:
      'The hash is mostly that of the attachment as it was encoded: if that was not one of the usual ways, the right file ' +
      'may seem another. Name the message as it was sent, as a whole.',
    unproven: 'The comparison proves nothing unless the message is found valid.',
  },
};

const ITALIAN_PLACES: Readonly<Record<MessageDifference['what'], string>> = {
  header: 'il campo',
  structure: 'la struttura della parte',
  part: 'la parte',
};

const ENGLISH_PLACES: Readonly<Record<MessageDifference['what'], string>> = {
  header: 'the field',
  structure: 'the structure of the part',
  part: 'the part',
};
