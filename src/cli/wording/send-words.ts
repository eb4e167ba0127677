// SPDX-License-Identifier: EUPL-1.2
import type { HappeningKind } from '../send/happening.ts';

/** How `send` speaks. */
export interface SendWords {
  /** `whom`: the recipients it is about, or nothing. */
  readonly happenings: Readonly<Record<HappeningKind, (whom: string) => string>>;
  /** Where mail goes that does not leave the house. */
  readonly sameHouse: string;
  sending(facts: { from: string; to: string; subject: string; size: string }): string;
  /** After the first recipients, when there are many. */
  others(count: number): string;
  readonly withoutSubject: string;
  readonly decimalMark: string;
  rejected(at: string, reply: string): string;
  readonly doors: Readonly<Record<'connection' | 'login' | 'sender' | 'recipient' | 'message', string>>;
  notWaiting(messageId: string): string;
  delivered(count: number, sinceMs: number): string;
  readonly nothingToWaitFor: string;
  readonly refused: string;
  failed(recipients: string): string;
  timedOut(seconds: number, recipients: string): string;
}

export const italianSend: SendWords = {
  happenings: {
    submitted: () => 'affidato al gestore',
    accepted: () => 'accettato',
    refused: () => 'non accettato',
    relayed: (whom) => `inoltrato per ${whom}`,
    'taken-in-charge': (whom) => `preso in carico per ${whom}`,
    delivered: (whom) => `messo nella casella di ${whom}`,
    receipt: (whom) => `arrivata la ricevuta di consegna di ${whom}`,
    failed: (whom) => `non consegnato a ${whom}`,
    late: (whom) => `dopo 12 ore non ancora consegnato a ${whom}`,
  },
  sameHouse: 'nello stesso gestore',
  sending: ({ from, to, subject, size }) => `Da ${from} a ${to}: ${subject} (${size})`,
  others: (count) => `e altri ${count}`,
  withoutSubject: 'senza oggetto',
  decimalMark: ',',
  rejected: (at, reply) => `Il server non ha accettato ${at}: ${reply}`,
  doors: {
    connection: 'il collegamento',
    login: 'utente e password',
    sender: 'il mittente',
    recipient: 'il destinatario',
    message: 'il messaggio',
  },
  notWaiting: (messageId) => `Per seguirlo: ceralacca trace ${messageId}`,
  delivered: (count, sinceMs) =>
    `Consegnato: ${count === 1 ? 'la ricevuta del destinatario certificato è arrivata' : `le ricevute dei ${count} destinatari certificati sono arrivate`} in ${sinceMs} ms.`,
  nothingToWaitFor: 'Inoltrato: i destinatari sono di posta ordinaria, che non dà ricevute di consegna.',
  refused: 'Non accettato: nessuno lo riceverà.',
  failed: (recipients) => `Non consegnato a ${recipients}.`,
  timedOut: (seconds, recipients) => `Dopo ${seconds} s manca ancora la ricevuta di ${recipients}.`,
};

export const englishSend: SendWords = {
  happenings: {
    submitted: () => 'handed to the provider',
    accepted: () => 'accepted',
    refused: () => 'not accepted',
    relayed: (whom) => `relayed for ${whom}`,
    'taken-in-charge': (whom) => `taken in charge for ${whom}`,
    delivered: (whom) => `put into the mailbox of ${whom}`,
    receipt: (whom) => `the delivery receipt of ${whom} arrived`,
    failed: (whom) => `not delivered to ${whom}`,
    late: (whom) => `not delivered to ${whom} after 12 hours`,
  },
  sameHouse: 'within the same provider',
  sending: ({ from, to, subject, size }) => `From ${from} to ${to}: ${subject} (${size})`,
  others: (count) => `and ${count} others`,
  withoutSubject: 'without subject',
  decimalMark: '.',
  rejected: (at, reply) => `The server did not accept ${at}: ${reply}`,
  doors: {
    connection: 'the connection',
    login: 'user and password',
    sender: 'the sender',
    recipient: 'the recipient',
    message: 'the message',
  },
  notWaiting: (messageId) => `To follow it: ceralacca trace ${messageId}`,
  delivered: (count, sinceMs) =>
    `Delivered: the receipt${count === 1 ? ' of the certified recipient has' : `s of the ${count} certified recipients have`} arrived within ${sinceMs} ms.`,
  nothingToWaitFor: 'Relayed: the recipients have ordinary mail, which gives no delivery receipts.',
  refused: 'Not accepted: nobody will receive it.',
  failed: (recipients) => `Not delivered to ${recipients}.`,
  timedOut: (seconds, recipients) => `After ${seconds} s the receipt of ${recipients} is still missing.`,
};
