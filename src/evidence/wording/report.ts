// SPDX-License-Identifier: EUPL-1.2

import type { EvidenceOutcome, EvidenceView } from '../evidence-file/index-model.ts';
import type { LocalTime } from '../local-time.ts';

/** Italian first; the English stands beside it, small. */
export interface Heading {
  readonly italian: string;
  readonly english: string;
}

export const REPORT_HEADINGS = {
  title: { italian: 'Relazione sul messaggio di posta elettronica certificata', english: 'Evidence report' },
  message: { italian: 'Il messaggio', english: 'The message' },
  outcome: { italian: 'Esito per questo destinatario', english: 'Outcome for this recipient' },
  messageOutcome: { italian: 'Esito', english: 'Outcome' },
  timeline: { italian: 'Che cosa è avvenuto', english: 'Timeline' },
  proved: { italian: 'Che cosa prova il fascicolo', english: 'What is proved' },
  notProved: { italian: 'Che cosa NON prova', english: 'What is not proved' },
  checking: { italian: 'Come verificare', english: 'How to check' },
} as const satisfies Record<string, Heading>;

export const REPORT_LABELS = {
  identifier: 'Identificativo',
  messageId: 'Message-ID',
  sender: 'Mittente',
  subject: 'Oggetto',
  recipient: 'Destinatario',
  others: 'Altri destinatari',
  original: 'Originale, SHA-256',
  signers: 'Gestori che hanno firmato',
  view: 'Formato per',
} as const;

export const TIMELINE_COLUMNS = {
  instant: 'Ora legale italiana',
  event: 'Fatto',
  source: 'Chi lo attesta e dove',
} as const;

export const NO_SUBJECT = '(senza oggetto)';
export const NO_MESSAGE_ID = '(nessuno)';
export const NO_ORIGINAL = '(non è nel fascicolo)';
export const NO_EVENTS = 'Nessun evento è documentato.';
/** After a text that was cut. */
export const CUT = ' […] per intero in index.xml';

/** What the paper is, in its first lines. */
export function reportPurpose(facts: { readonly provider: string; readonly made: LocalTime }): string {
  const { provider, made } = facts;
  return (
    `Il gestore di posta elettronica certificata ${provider} ha formato il ${made.date} alle ${made.time} (${made.zone}) un fascicolo ` +
    'informatico (file ZIP) con i messaggi, le ricevute e le registrazioni che documentano questo invio. Questa relazione ne ' +
    'espone il contenuto e non lo sostituisce: fanno prova i file del fascicolo, che chiunque può verificare.'
  );
}

export function moreRecipients(count: number): string {
  return ` e altri ${count}`;
}

export function pageOf(page: number, pages: number): string {
  return `pagina ${page} di ${pages}`;
}

export function sizeWords(sizeBytes: number): string {
  return `${String(sizeBytes).replace(/\B(?=(\d{3})+$)/g, '.')} byte`;
}

/** A signer, in the row of those who signed. */
export function signerWords(signer: {
  readonly provider: string;
  readonly address: string;
  readonly messages: number;
}): string {
  const { provider, address, messages } = signer;
  return `${provider} (${address}, ${messages === 1 ? '1 messaggio' : `${messages} messaggi`})`;
}

/** For whom the file was made, and so what it can hold. */
export function viewWords(of: EvidenceView, holder: string): string {
  switch (of) {
    case 'tutto':
      return '';
    case 'mittente':
      return `${holder}, mittente`;
    case 'destinatario':
      return `${holder}, destinatario: senza ciò che riguarda gli altri destinatari`;
  }
}

export function skippedEvents(count: number): string {
  return `[…] altri ${count} eventi: per intero in index.xml`;
}

/** What a sentence about an outcome may name. */
export interface OutcomeFacts {
  readonly outcome: EvidenceOutcome;
  /** Of ordinary mail; undefined when nobody tells. */
  readonly ordinary: boolean;
  readonly recipient: string;
  readonly at?: LocalTime;
  /** File that says so. */
  readonly source?: string;
}

/** The outcome in one sentence that holds without the rest of the page. */
export function outcomeSentence(facts: OutcomeFacts): string {
  const { outcome, ordinary, recipient, at, source } = facts;
  const when = at === undefined ? '' : ` il ${at.date} alle ${at.time} (${at.zone})`;
  const says = source === undefined ? '' : ` Lo attesta ${source}.`;
  const only = ordinary ? ` L'indirizzo è di posta ordinaria: la consegna non può essere certificata.` : '';
  return (
    OUTCOME_SENTENCES[outcome].replace('%destinatario', () => recipient).replace('%quando', () => when) +
    says +
    only
  );
}

const OUTCOME_SENTENCES: Readonly<Record<EvidenceOutcome, string>> = {
  consegnato: 'CONSEGNATO. Il messaggio è stato reso disponibile nella casella %destinatario%quando.',
  virus: 'NON CONSEGNATO. Nel messaggio per %destinatario è stato rilevato un virus informatico%quando.',
  'non-consegnato':
    'NON CONSEGNATO. Il messaggio non è stato consegnato nella casella %destinatario, come avvisato%quando.',
  scaduto:
    "CONSEGNA NON RISULTANTE. Nelle ventiquattro ore successive all'invio non è giunta la conferma della consegna a %destinatario; avviso emesso%quando.",
  avvisato:
    "CONSEGNA NON RISULTANTE. Nelle prime dodici ore dall'invio non è giunta la conferma della consegna a %destinatario; avviso emesso%quando.",
  'preso-in-carico':
    'CONSEGNA NON DOCUMENTATA. Il gestore di %destinatario ha preso in carico il messaggio%quando; il fascicolo non contiene prova della consegna né del contrario.',
  inoltrato:
    'CONSEGNA NON DOCUMENTATA. Il messaggio per %destinatario è stato inoltrato%quando; il fascicolo non dice altro.',
  accettato:
    'CONSEGNA NON DOCUMENTATA. Il messaggio per %destinatario è stato accettato%quando dal gestore del mittente; il fascicolo non dice altro.',
  'non-accettato':
    'NON ACCETTATO. Il gestore del mittente non ha accettato il messaggio per %destinatario%quando: non è stato inoltrato.',
  ignoto: 'ESITO IGNOTO. Nessun file del fascicolo dice che cosa è avvenuto per %destinatario.',
};

/** What to type, and what not to trust. */
export const CHECKING_TEXT =
  'Con il programma, anche senza rete e anche dopo la scadenza dei certificati; i certificati radice si chiedono alle autorità, ' +
  'mai al fascicolo. Senza il programma: con lo script, che usa soltanto openssl, sha256sum, unzip e xmllint.';
export const CHECKING_COMMANDS: readonly string[] = [
  'ceralacca verify fascicolo.zip --ca radici.pem --tsa-ca radici-marche.pem',
  'docs/check-evidence.sh fascicolo.zip radici.pem radici-marche.pem',
];
