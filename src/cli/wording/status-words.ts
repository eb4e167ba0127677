// SPDX-License-Identifier: EUPL-1.2

/** How `status` speaks. */
export interface StatusWords {
  readonly ready: string;
  readonly notReady: string;
  /** What a provider needs, as the checks are named. */
  readonly checks: Readonly<Record<string, string>>;
  readonly well: string;
  readonly labels: Readonly<
    Record<
      'doors' | 'queue' | 'alerts' | 'clock' | 'index' | 'scanner' | 'store' | 'since' | 'checks',
      string
    >
  >;
  readonly queue: Readonly<Record<string, string>>;
  readonly empty: string;
  readonly none: string;
  readonly noScanner: string;
  readonly clockUnwatched: string;
  readonly clockHeld: Readonly<Record<string, string>>;
  oldest(age: string): string;
  offset(seconds: string): string;
  index(providers: number, age: string): string;
  store(database: string, free: string, records: number): string;
  age(seconds: number): string;
  nothingRuns(url: string): string;
}

const AGE_IT = ['giorni', 'ore', 'minuti', 'secondi'] as const;
const AGE_EN = ['days', 'hours', 'minutes', 'seconds'] as const;

export const italianStatus: StatusWords = {
  ready: 'in funzione: certifica',
  notReady: 'NON PRONTO: non certifica',
  checks: {
    doors: 'porte',
    store: 'archivio',
    signer: 'chiave di firma',
    index: 'indice dei gestori',
    clock: 'orologio',
    scanner: 'antivirus',
  },
  well: 'bene',
  labels: {
    doors: 'porte',
    queue: 'coda',
    alerts: 'allarmi',
    clock: 'orologio',
    index: 'indice',
    scanner: 'antivirus',
    store: 'archivio',
    since: 'in funzione dal',
    checks: 'controlli',
  },
  queue: {
    due: 'da inoltrare',
    'put-off': 'in attesa di un nuovo tentativo',
    held: "trattenuti dall'operatore",
  },
  empty: 'vuota',
  none: 'nessuno',
  noScanner: 'NESSUNO: i messaggi non sono controllati',
  clockUnwatched: 'nessuno lo controlla (time.servers)',
  clockHeld: {
    'not-confirmed': 'nessun server lo ha ancora confermato: non si certifica',
    jumped: 'è stato spostato: non si certifica finché un server non lo conferma',
    wrong: 'è sbagliato: non si certifica',
    'unconfirmed-too-long': 'nessuno lo conferma da troppo tempo: non si certifica',
  },
  oldest: (age) => `il più vecchio da ${age}`,
  offset: (seconds) => `giusto (scarto ${seconds.replace('.', ',')} s)`,
  index: (providers, age) => `${providers} gestori, letto ${age} fa`,
  store: (database, free, records) => `${database}, ${free} liberi sul disco, ${records} righe di registro`,
  age: (seconds) => ageIn(AGE_IT, seconds),
  nothingRuns: (url) => `Nessun gestore risponde a ${url}: non è in funzione, o mostra il suo stato altrove.`,
};

export const englishStatus: StatusWords = {
  ready: 'running: it certifies',
  notReady: 'NOT READY: it does not certify',
  checks: {
    doors: 'doors',
    store: 'store',
    signer: 'signing key',
    index: 'provider index',
    clock: 'clock',
    scanner: 'antivirus',
  },
  well: 'well',
  labels: {
    doors: 'doors',
    queue: 'queue',
    alerts: 'alerts',
    clock: 'clock',
    index: 'index',
    scanner: 'antivirus',
    store: 'store',
    since: 'running since',
    checks: 'checks',
  },
  queue: { due: 'to be relayed', 'put-off': 'waiting for another attempt', held: 'held by the operator' },
  empty: 'empty',
  none: 'none',
  noScanner: 'NONE: messages are not looked at',
  clockUnwatched: 'nobody watches it (time.servers)',
  clockHeld: {
    'not-confirmed': 'no server has confirmed it yet: nothing is certified',
    jumped: 'it was moved: nothing is certified until a server confirms it',
    wrong: 'it is wrong: nothing is certified',
    'unconfirmed-too-long': 'nobody has confirmed it for too long: nothing is certified',
  },
  oldest: (age) => `the oldest for ${age}`,
  offset: (seconds) => `right (${seconds} s off)`,
  index: (providers, age) => `${providers} providers, read ${age} ago`,
  store: (database, free, records) => `${database}, ${free} free on the disk, ${records} records of the log`,
  age: (seconds) => ageIn(AGE_EN, seconds),
  nothingRuns: (url) => `No provider answers at ${url}: it does not run, or shows its status elsewhere.`,
};

const UNITS_SECONDS = [86_400, 3600, 60, 1] as const;

/** `3 ore`: the largest unit of which there are two at least. */
function ageIn(names: readonly [string, string, string, string], seconds: number): string {
  const at = UNITS_SECONDS.findIndex((unit) => seconds >= 2 * unit);
  const chosen = at < 0 ? 3 : at;
  return `${Math.floor(seconds / (UNITS_SECONDS[chosen] ?? 1))} ${names[chosen]}`;
}
