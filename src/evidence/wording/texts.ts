// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedMessage, ReceiptType } from '../certification-data/certification-data.ts';
import type { LocalTime } from '../local-time.ts';

/** The readable text of a message: a heading and lines, without line ends and not yet encoded. */
export interface ReadableText {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What a sentence may name. */
export interface TextFacts {
  readonly time: LocalTime;
  readonly about: CertifiedMessage;
  /** U-13: the offset as `(+01:00)` rather than `(+0100)`. */
  readonly zoneWithColon?: boolean;
}

/** M1 */
export function acceptanceText(facts: TextFacts): ReadableText {
  const { about } = facts;
  return {
    title: 'Ricevuta di accettazione',
    lines: [
      `${moment(facts)} il messaggio`,
      `${subject(about)} proveniente da "${about.sender}"`,
      'ed indirizzato a:',
      ...about.recipients.map((recipient) => `${recipient.address} ("${mailKind(recipient.certified)}")`),
      'è stato accettato dal sistema ed inoltrato.',
      identifier(about),
    ],
  };
}

/** M2; `error` completes "a causa di". */
export function nonAcceptanceText(facts: TextFacts, error: string): ReadableText {
  return {
    title: "Errore nell'accettazione del messaggio",
    lines: [
      `${moment(facts)} nel messaggio`,
      ...fromAndToAll(facts.about),
      "è stato rilevato un problema che ne impedisce l'accettazione",
      `a causa di ${error}.`,
      'Il messaggio non è stato accettato.',
      identifier(facts.about),
    ],
  };
}

/** M3 */
export function nonAcceptanceForVirusText(facts: TextFacts, virus: string): ReadableText {
  return {
    title: "Errore nell'accettazione del messaggio per presenza di virus",
    lines: [
      `${moment(facts)} nel messaggio`,
      ...fromAndToAll(facts.about),
      `è stato rilevato un problema di sicurezza ${virus}.`,
      'Il messaggio non è stato accettato.',
      identifier(facts.about),
    ],
  };
}

/** M4 */
export function transportEnvelopeText(facts: TextFacts): ReadableText {
  const { about } = facts;
  return {
    title: 'Messaggio di posta certificata',
    lines: [
      `${moment(facts)} il messaggio`,
      `${subject(about)} è stato inviato da "${about.sender}"`,
      'indirizzato a:',
      ...addresses(about),
      'Il messaggio originale è incluso in allegato.',
      identifier(about),
    ],
  };
}

/** M5 */
export function timeoutText(facts: TextFacts, late: { recipient: string; hours: 12 | 24 }): ReadableText {
  return {
    title: 'Avviso di mancata consegna',
    lines: [
      `${moment(facts)} il messaggio`,
      ...fromAndTo(facts.about, late.recipient),
      ...(late.hours === 12 ? TWELVE_HOURS : TWENTY_FOUR_HOURS),
      identifier(facts.about),
    ],
  };
}

const TWELVE_HOURS = [
  'non è stato consegnato nelle prime dodici ore dal suo invio.',
  'Non escludendo che questo possa avvenire in seguito,',
  "si ritiene utile considerare che l'invio potrebbe non andare a buon fine.",
  'Il sistema provvederà comunque ad inviare un ulteriore avviso',
  'qualora nelle prossime dodici ore non vi fosse la conferma della',
  'ricezione da parte del destinatario.',
];

const TWENTY_FOUR_HOURS = [
  'non è stato consegnato nelle ventiquattro ore successive al suo invio.',
  'Si ritiene che la spedizione debba considerarsi non andata a buon fine.',
];

/** M6 */
export function takeChargeText(facts: TextFacts): ReadableText {
  return {
    title: 'Ricevuta di presa in carico',
    lines: [
      `${moment(facts)} il messaggio`,
      ...fromAndToAll(facts.about),
      'è stato accettato dal sistema.',
      identifier(facts.about),
    ],
  };
}

/** M7; nothing in it is certified, and there is no identifier. Remarks are lines besides the error. */
export function anomalyText(facts: TextFacts, error: string, remarks: readonly string[] = []): ReadableText {
  const { about } = facts;
  return {
    title: 'Anomalia nel messaggio',
    lines: [
      `${moment(facts)} è stato ricevuto`,
      `il messaggio ${subject(about)} proveniente da "${about.sender}"`,
      'ed indirizzato a:',
      ...addresses(about),
      'Tali dati non sono stati certificati per il seguente errore:',
      error,
      ...remarks,
      'Il messaggio originale è incluso in allegato.',
    ],
  };
}

/** M8 */
export function virusDetectionText(
  facts: TextFacts,
  found: { recipient: string; virus: string },
): ReadableText {
  return {
    title: 'Avviso di rilevazione virus informatico',
    lines: [
      `${moment(facts)} nel messaggio`,
      ...fromAndTo(facts.about, found.recipient),
      `è stato rilevato un problema di sicurezza ${found.virus}.`,
      identifier(facts.about),
    ],
  };
}

/** M9 */
export function virusNonDeliveryText(
  facts: TextFacts,
  found: { recipient: string; virus: string },
): ReadableText {
  return {
    title: 'Avviso di mancata consegna per virus',
    lines: [
      `${moment(facts)} nel messaggio`,
      `${subject(facts.about)} destinato all'utente "${found.recipient}"`,
      `è stato rilevato un problema di sicurezza ${found.virus}.`,
      'Il messaggio non è stato consegnato.',
      identifier(facts.about),
    ],
  };
}

const DELIVERY_TITLES: Readonly<Record<ReceiptType, string>> = {
  completa: 'Ricevuta di avvenuta consegna',
  breve: 'Ricevuta breve di avvenuta consegna',
  sintetica: 'Ricevuta sintetica di avvenuta consegna',
};

/** M10, M11, M12 */
export function deliveryText(
  facts: TextFacts,
  served: { recipient: string; form: ReceiptType },
): ReadableText {
  const { about } = facts;
  return {
    title: DELIVERY_TITLES[served.form],
    lines: [
      `${moment(facts)} il messaggio`,
      `${subject(about)} proveniente da "${about.sender}"`,
      `ed indirizzato a "${served.recipient}"`,
      'è stato consegnato nella casella di destinazione.',
      identifier(about),
    ],
  };
}

/** M13; `error` follows "un errore". */
export function nonDeliveryText(
  facts: TextFacts,
  failure: { recipient: string; error: string },
): ReadableText {
  return {
    title: 'Avviso di mancata consegna',
    lines: [
      `${moment(facts)} nel messaggio`,
      ...fromAndTo(facts.about, failure.recipient),
      `è stato rilevato un errore ${failure.error}.`,
      'Il messaggio è stato rifiutato dal sistema.',
      identifier(facts.about),
    ],
  };
}

function moment({ time, zoneWithColon }: TextFacts): string {
  // TIME-6
  const zone = zoneWithColon === true ? `${time.zone.slice(0, 3)}:${time.zone.slice(3)}` : time.zone;
  return `Il giorno ${time.date} alle ore ${time.time} (${zone})`;
}

function subject(about: CertifiedMessage): string {
  return `"${about.subject ?? ''}"`;
}

function fromAndToAll(about: CertifiedMessage): string[] {
  return [`${subject(about)} proveniente da "${about.sender}"`, 'ed indirizzato a:', ...addresses(about)];
}

function fromAndTo(about: CertifiedMessage, recipient: string): string[] {
  return [`${subject(about)} proveniente da "${about.sender}"`, `e destinato all'utente "${recipient}"`];
}

function addresses(about: CertifiedMessage): string[] {
  return about.recipients.map((recipient) => recipient.address);
}

function mailKind(certified: boolean): string {
  return certified ? 'posta certificata' : 'posta ordinaria';
}

function identifier(about: CertifiedMessage): string {
  return `Identificativo messaggio: ${about.identifier}`;
}
