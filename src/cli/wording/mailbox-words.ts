// SPDX-License-Identifier: EUPL-1.2
import type { OrdinaryMailPolicy } from '../../mailroom/mailboxes/mailbox-store.ts';
import {
  HOLDER_LIMIT_CHARACTERS,
  type MailboxRefusal,
} from '../../mailroom/provisioning/mailbox-decision.ts';

/** How a mailbox stands. */
export type Standing = 'active' | 'disabled' | 'service';

/** What was done with a mailbox. */
export type Deed = 'add' | 'set' | 'disable' | 'enable' | 'password';

/** What is wrong with a line of a file of mailboxes. */
export type LineDefect =
  | 'head'
  | 'column'
  | 'column-twice'
  | 'cells'
  | 'quotes'
  | 'address-missing'
  | 'quota'
  | 'files-receipts'
  | 'ordinary';

type Label =
  | 'address'
  | 'holder'
  | 'standing'
  | 'room'
  | 'ordinaryMail'
  | 'receipts'
  | 'password'
  | 'quota'
  | 'counted'
  | 'total'
  | 'warning'
  | 'folders';

/** How `ceralacca mailbox` speaks. */
export interface MailboxWords {
  readonly decimalMark: ',' | '.';
  readonly labels: Readonly<Record<Label, string>>;
  readonly standings: Readonly<Record<Standing, string>>;
  readonly ordinaryMail: Readonly<Record<OrdinaryMailPolicy | 'provider', string>>;
  readonly refusals: Readonly<Record<MailboxRefusal, string>>;
  readonly lineDefects: Readonly<Record<LineDefect, string>>;
  readonly filed: string;
  readonly inInbox: string;
  readonly hasPassword: string;
  readonly noPassword: string;
  readonly noWarning: string;
  readonly empty: string;
  readonly stopped: string;
  warned(percent: number): string;
  folder(messages: number, unseen: number, size: string): string;
  unknown(address: string): string;
  done(deed: Deed, address: string): string;
  password(password: string): string;
  passwordMissing(address: string): string;
  line(number: number): string;
  more(count: number): string;
  readonly noneImported: string;
  importable(count: number): string;
  imported(count: number): string;
  passwordsIn(file: string): string;
}

export const italianMailbox: MailboxWords = {
  decimalMark: ',',
  labels: {
    address: 'indirizzo',
    holder: 'titolare',
    standing: 'stato',
    room: 'spazio occupato',
    ordinaryMail: 'posta ordinaria',
    receipts: 'ricevute',
    password: 'accesso',
    quota: 'spazio concesso',
    counted: 'occupato (conta)',
    total: 'in tutto, con ricevute',
    warning: 'avviso di spazio',
    folders: 'cartelle',
  },
  standings: { active: 'attiva', disabled: 'disabilitata', service: 'di servizio' },
  ordinaryMail: {
    refuse: 'rifiutata',
    deliver: 'accettata',
    discard: 'scartata',
    provider: 'come vuole il gestore',
  },
  refusals: {
    'address-malformed': 'non è un indirizzo che una casella possa avere',
    'foreign-domain': 'il dominio non è di questo gestore',
    'reserved-address': 'è un indirizzo di servizio del gestore: non è di nessuno e non si cambia',
    exists: 'la casella esiste già, e resta com’è',
    'named-twice': 'è scritto due volte',
    unknown: 'la casella non esiste',
    holder: `serve il titolare: da 1 a ${HOLDER_LIMIT_CHARACTERS} caratteri in una riga`,
    quota: 'lo spazio deve essere di almeno 1 byte',
    'password-hash': 'la password non è protetta come deve',
    'nothing-to-change': 'non è detto che cosa cambiare',
  },
  lineDefects: {
    head: 'la prima riga deve dire le colonne, fra cui address e holder',
    column: 'colonna sconosciuta: sono address, holder, quota, files-receipts, ordinary',
    'column-twice': 'la stessa colonna due volte',
    cells: 'le celle non sono quante le colonne',
    quotes: 'virgolette non chiuse, o in mezzo a una cella',
    'address-missing': "manca l'indirizzo",
    quota: 'quota: scrivere ad esempio 500M o 2G',
    'files-receipts': 'files-receipts: scrivere on oppure off',
    ordinary: 'ordinary: scrivere refuse, deliver, discard o provider',
  },
  filed: 'nella cartella Ricevute',
  inInbox: 'nella posta in arrivo',
  hasPassword: 'con password',
  noPassword: 'nessuna password: non entra nessuno',
  noWarning: 'nessuno',
  empty: 'Nessuna casella, o nessuna che corrisponda.',
  stopped: 'Il gestore non è in funzione.',
  warned: (percent) => `raggiunto il ${percent} %`,
  folder: (messages, unseen, size) => `${messages} messaggi, ${unseen} da leggere, ${size}`,
  unknown: (address) => `La casella ${address} non esiste.`,
  done: (deed, address) =>
    ({
      add: `Creata la casella ${address}.`,
      set: `Modificata la casella ${address}.`,
      disable: `Disabilitata la casella ${address}: nessuno vi entra, e chi era dentro è stato allontanato.`,
      enable: `Riattivata la casella ${address}.`,
      password: `Cambiata la password di ${address}: la vecchia non vale più, e chi era dentro è stato allontanato.`,
    })[deed],
  password: (password) => `Password, mostrata questa volta sola: ${password}`,
  passwordMissing: (address) =>
    `Nessuno entra finché non c'è una password: ceralacca mailbox password ${address} --generate-password`,
  line: (number) => `riga ${number}`,
  more: (count) => `... e altri ${count} errori.`,
  noneImported: 'Nessuna casella è stata creata.',
  importable: (count) => `Tutte le ${count} caselle si possono creare; nessuna è stata creata.`,
  imported: (count) => `Caselle create: ${count}.`,
  passwordsIn: (file) => `Le password sono in ${file}, che solo il suo proprietario può leggere.`,
};

export const englishMailbox: MailboxWords = {
  decimalMark: '.',
  labels: {
    address: 'address',
    holder: 'holder',
    standing: 'state',
    room: 'room taken',
    ordinaryMail: 'ordinary mail',
    receipts: 'receipts',
    password: 'log-in',
    quota: 'room given',
    counted: 'taken (counted)',
    total: 'in all, with receipts',
    warning: 'warning of room',
    folders: 'folders',
  },
  standings: { active: 'active', disabled: 'disabled', service: 'service' },
  ordinaryMail: {
    refuse: 'refused',
    deliver: 'delivered',
    discard: 'discarded',
    provider: 'as the provider has it',
  },
  refusals: {
    'address-malformed': 'no address that a mailbox can have',
    'foreign-domain': 'the domain is not of this provider',
    'reserved-address': "an address of the provider's service: it is nobody's, and is not changed",
    exists: 'the mailbox exists already, and stays as it is',
    'named-twice': 'written twice',
    unknown: 'there is no such mailbox',
    holder: `the holder is needed: 1 to ${HOLDER_LIMIT_CHARACTERS} characters on one line`,
    quota: 'the room must be 1 octet at least',
    'password-hash': 'the password is not protected as it must be',
    'nothing-to-change': 'it is not said what to change',
  },
  lineDefects: {
    head: 'the first line must name the columns, address and holder among them',
    column: 'an unknown column: there are address, holder, quota, files-receipts, ordinary',
    'column-twice': 'the same column twice',
    cells: 'there are not as many cells as columns',
    quotes: 'quotes that are not closed, or within a cell',
    'address-missing': 'the address is missing',
    quota: 'quota: write for example 500M or 2G',
    'files-receipts': 'files-receipts: write on or off',
    ordinary: 'ordinary: write refuse, deliver, discard or provider',
  },
  filed: 'into the folder Ricevute',
  inInbox: 'into the INBOX',
  hasPassword: 'with a password',
  noPassword: 'no password: nobody gets in',
  noWarning: 'none',
  empty: 'No mailbox, or none that matches.',
  stopped: 'The provider does not run.',
  warned: (percent) => `${percent} % reached`,
  folder: (messages, unseen, size) => `${messages} messages, ${unseen} unread, ${size}`,
  unknown: (address) => `There is no mailbox ${address}.`,
  done: (deed, address) =>
    ({
      add: `The mailbox ${address} was made.`,
      set: `The mailbox ${address} was changed.`,
      disable: `The mailbox ${address} was disabled: nobody gets in, and who was in was sent away.`,
      enable: `The mailbox ${address} is active again.`,
      password: `The password of ${address} was changed: the old one is worth nothing, and who was in was sent away.`,
    })[deed],
  password: (password) => `Password, shown this once: ${password}`,
  passwordMissing: (address) =>
    `Nobody gets in until there is a password: ceralacca mailbox password ${address} --generate-password`,
  line: (number) => `line ${number}`,
  more: (count) => `... and ${count} more errors.`,
  noneImported: 'No mailbox was made.',
  importable: (count) => `All ${count} mailboxes can be made; none was.`,
  imported: (count) => `Mailboxes made: ${count}.`,
  passwordsIn: (file) => `The passwords are in ${file}, which only its owner may read.`,
};
