// SPDX-License-Identifier: EUPL-1.2
import type { MessageKind } from '../../evidence/draft.ts';

/** Where an entry of the queue stands. */
export type EntryState = 'under-way' | 'held' | 'due' | 'waiting';

/** What becomes of an entry whose life ends. */
export type EntryEnd = 'non-delivery' | 'bounce' | 'record';

/** How `ceralacca queue` speaks. */
export interface QueueWords {
  readonly columns: Readonly<
    Record<'id' | 'destination' | 'kind' | 'age' | 'state' | 'next' | 'attempts' | 'met', string>
  >;
  readonly labels: Readonly<
    Record<
      | 'id'
      | 'kind'
      | 'identifier'
      | 'destination'
      | 'sender'
      | 'recipients'
      | 'state'
      | 'created'
      | 'next'
      | 'expires'
      | 'atItsEnd'
      | 'attempts',
      string
    >
  >;
  readonly states: Readonly<Record<EntryState, string>>;
  readonly kinds: Readonly<Record<MessageKind, string>>;
  readonly ends: Readonly<Record<EntryEnd, string>>;
  readonly certified: string;
  readonly ordinary: string;
  readonly local: string;
  readonly peerSaid: string;
  readonly weMet: string;
  readonly noAttempt: string;
  readonly someLeftOut: string;
  readonly empty: string;
  readonly now: string;
  readonly notWhileHeld: string;
  readonly stopped: string;
  shown(shown: number, all: number): string;
  heldDestinations(domains: string): string;
  unknown(id: number): string;
  done(order: 'retry' | 'hold' | 'release', entries: number): string;
}

export const italianQueue: QueueWords = {
  columns: {
    id: 'n.',
    destination: 'destinazione',
    kind: 'messaggio',
    age: 'da',
    state: 'stato',
    next: 'prossimo tentativo',
    attempts: 'tentativi',
    met: 'ultimo esito',
  },
  labels: {
    id: 'Numero',
    kind: 'Messaggio',
    identifier: 'Identificativo',
    destination: 'Destinazione',
    sender: 'Mittente (busta)',
    recipients: 'Destinatari da servire',
    state: 'Stato',
    created: 'In coda dal',
    next: 'Prossimo tentativo',
    expires: 'Scade il',
    atItsEnd: 'Alla scadenza',
    attempts: 'Tentativi',
  },
  states: {
    'under-way': 'in corso',
    held: 'trattenuto',
    due: 'da tentare',
    waiting: 'in attesa',
  },
  kinds: {
    acceptance: 'ricevuta di accettazione',
    'non-acceptance': 'avviso di non accettazione',
    'non-acceptance-virus': 'avviso di non accettazione per virus',
    'transport-envelope': 'busta di trasporto',
    'timeout-12h': 'avviso dopo 12 ore',
    'timeout-24h': 'avviso dopo 24 ore',
    'take-charge': 'ricevuta di presa in carico',
    'anomaly-envelope': 'busta di anomalia',
    'virus-detection': 'avviso di rilevazione virus',
    'virus-non-delivery': 'avviso di mancata consegna per virus',
    'delivery-complete': 'ricevuta di consegna completa',
    'delivery-brief': 'ricevuta di consegna breve',
    'delivery-concise': 'ricevuta di consegna sintetica',
    'non-delivery': 'avviso di mancata consegna',
  },
  ends: {
    'non-delivery': 'avviso di mancata consegna al mittente, per ogni destinatario senza esito',
    bounce: 'rapporto di mancato recapito nella casella del mittente',
    record: 'annotazione nel registro; nessun avviso, perché una notifica non ne genera',
  },
  certified: 'gestore PEC: TLS verificato, o niente',
  ordinary: 'posta ordinaria: TLS se offerto',
  local: 'questo gestore',
  peerSaid: 'risposta',
  weMet: 'riscontrato',
  noAttempt: 'nessuno finora',
  someLeftOut: '(... altri tentativi ...)',
  empty: 'La coda è vuota, o niente corrisponde.',
  now: 'subito',
  notWhileHeld: 'nessuno finché è trattenuto',
  stopped: 'Il gestore non è in esecuzione: niente viene tentato.',
  shown: (shown, all) => `Mostrati ${shown} di ${all}.`,
  heldDestinations: (domains) => `Destinazioni trattenute: ${domains}`,
  unknown: (id) => `In coda non c'è il numero ${id}: già consegnato, concluso, o mai esistito.`,
  done: (order, entries) =>
    ({
      retry: `Da tentare subito: ${entries}.`,
      hold: `Trattenuti: ${entries}.`,
      release: `Rilasciati: ${entries}.`,
    })[order],
};

export const englishQueue: QueueWords = {
  columns: {
    id: 'no.',
    destination: 'destination',
    kind: 'message',
    age: 'for',
    state: 'state',
    next: 'next attempt',
    attempts: 'attempts',
    met: 'last met',
  },
  labels: {
    id: 'Number',
    kind: 'Message',
    identifier: 'Identifier',
    destination: 'Destination',
    sender: 'Sender (envelope)',
    recipients: 'Recipients to serve',
    state: 'State',
    created: 'Queued at',
    next: 'Next attempt',
    expires: 'Ends at',
    atItsEnd: 'At its end',
    attempts: 'Attempts',
  },
  states: {
    'under-way': 'under way',
    held: 'held',
    due: 'due',
    waiting: 'waiting',
  },
  kinds: {
    acceptance: 'acceptance receipt',
    'non-acceptance': 'non-acceptance notice',
    'non-acceptance-virus': 'non-acceptance notice for a virus',
    'transport-envelope': 'transport envelope',
    'timeout-12h': 'notice after 12 hours',
    'timeout-24h': 'notice after 24 hours',
    'take-charge': 'take-charge receipt',
    'anomaly-envelope': 'anomaly envelope',
    'virus-detection': 'virus detection notice',
    'virus-non-delivery': 'non-delivery notice for a virus',
    'delivery-complete': 'complete delivery receipt',
    'delivery-brief': 'brief delivery receipt',
    'delivery-concise': 'concise delivery receipt',
    'non-delivery': 'non-delivery notice',
  },
  ends: {
    'non-delivery': 'a non-delivery notice to the sender, for each recipient without an outcome',
    bounce: "a bounce into the sender's mailbox",
    record: 'a record in the log; no notice, since a notification causes none',
  },
  certified: 'PEC provider: verified TLS, or nothing',
  ordinary: 'ordinary mail: TLS where it is offered',
  local: 'this provider',
  peerSaid: 'answer',
  weMet: 'met',
  noAttempt: 'none so far',
  someLeftOut: '(... more attempts ...)',
  empty: 'The queue is empty, or nothing matches.',
  now: 'at once',
  notWhileHeld: 'none while it is held',
  stopped: 'The provider does not run: nothing is tried.',
  shown: (shown, all) => `Shown: ${shown} of ${all}.`,
  heldDestinations: (domains) => `Destinations that are held: ${domains}`,
  unknown: (id) => `There is no number ${id} in the queue: delivered, ended, or never there.`,
  done: (order, entries) =>
    ({
      retry: `Due at once: ${entries}.`,
      hold: `Held: ${entries}.`,
      release: `Released: ${entries}.`,
    })[order],
};
