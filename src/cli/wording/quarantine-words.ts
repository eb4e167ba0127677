// SPDX-License-Identifier: EUPL-1.2
import type { Quarantined } from '../../mailroom/quarantine/quarantine-store.ts';

type Column = 'number' | 'found' | 'until' | 'virus' | 'kind' | 'sender' | 'identifier';

/** How `quarantine` speaks. */
export interface QuarantineWords {
  readonly columns: Readonly<Record<Column | 'recipients' | 'provider' | 'size' | 'sha256', string>>;
  readonly kinds: Readonly<Record<Quarantined['kind'], string>>;
  readonly empty: string;
  unknown(entry: number): string;
  exported(file: string): string;
  ended(count: number): string;
  /** The provider that runs removes by itself; so many are over. */
  running(count: number): string;
}

export const italianQuarantine: QuarantineWords = {
  columns: {
    number: 'n.',
    found: 'trovato',
    until: 'da conservare fino al',
    virus: 'virus',
    kind: 'che cosa',
    sender: 'mittente',
    identifier: 'identificativo',
    recipients: 'destinatari',
    provider: 'gestore mittente',
    size: 'dimensione',
    sha256: 'SHA-256',
  },
  kinds: {
    submission: 'messaggio di un nostro utente',
    envelope: 'busta di trasporto',
    notification: 'ricevuta o avviso',
    damaged: 'messaggio di PEC non corretto',
  },
  empty: 'La quarantena è vuota.',
  unknown: (entry) => `Nella quarantena non c'è il numero ${entry}.`,
  exported: (file) => `${file} contiene un virus: aprirlo solo dove non può fare danni.`,
  ended: (count) =>
    count === 1
      ? 'Rimosso 1 messaggio con più di 30 mesi; il registro di certificazione lo dice.'
      : `Rimossi ${count} messaggi con più di 30 mesi; il registro di certificazione lo dice.`,
  running: (count) =>
    `Il gestore è in funzione e ogni giorno rimuove da sé ciò che è scaduto (adesso: ${count}).`,
};

export const englishQuarantine: QuarantineWords = {
  columns: {
    number: 'no.',
    found: 'found',
    until: 'to be kept until',
    virus: 'virus',
    kind: 'what',
    sender: 'sender',
    identifier: 'identifier',
    recipients: 'recipients',
    provider: 'sending provider',
    size: 'size',
    sha256: 'SHA-256',
  },
  kinds: {
    submission: 'message of a user of ours',
    envelope: 'transport envelope',
    notification: 'receipt or notice',
    damaged: 'certified mail not in order',
  },
  empty: 'The quarantine is empty.',
  unknown: (entry) => `There is no number ${entry} in the quarantine.`,
  exported: (file) => `${file} carries a virus: open it only where it can do no harm.`,
  ended: (count) => `${count} messages older than 30 months were removed; the certification log says so.`,
  running: (count) => `The provider runs, and each day removes by itself what is over (now: ${count}).`,
};
