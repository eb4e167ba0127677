// SPDX-License-Identifier: EUPL-1.2
import type { LogEvent } from '../certification-log/log-store.ts';
import type { EvidenceKind } from '../evidence-file/index-model.ts';

/** What a message says that happened, in a timeline. */
export const MESSAGE_EVENTS: Readonly<Record<EvidenceKind, string>> = {
  acceptance: 'Il messaggio è accettato e inoltrato (ricevuta di accettazione).',
  'non-acceptance': 'Il messaggio non è accettato (avviso di non accettazione).',
  'non-acceptance-virus':
    'Il messaggio non è accettato perché contiene un virus (avviso di non accettazione).',
  'transport-envelope': 'Il messaggio è chiuso nella busta di trasporto firmata.',
  'timeout-12h': 'Dopo dodici ore non risulta la consegna (primo avviso al mittente).',
  'timeout-24h': 'Dopo ventiquattro ore non risulta la consegna (secondo avviso al mittente).',
  'take-charge': 'Il gestore del destinatario prende in carico la busta (ricevuta di presa in carico).',
  'virus-detection': 'Nel messaggio è rilevato un virus (avviso al gestore del mittente).',
  'virus-non-delivery': 'Il messaggio non è consegnato perché contiene un virus (avviso al mittente).',
  'delivery-complete': 'Il messaggio è consegnato nella casella (ricevuta completa di avvenuta consegna).',
  'delivery-brief': 'Il messaggio è consegnato nella casella (ricevuta breve di avvenuta consegna).',
  'delivery-concise': 'Il messaggio è consegnato nella casella (ricevuta sintetica di avvenuta consegna).',
  'non-delivery': 'Il messaggio non è consegnato (avviso di mancata consegna).',
};

/** What a record alone says that happened. */
const RECORD_EVENTS: Readonly<Record<LogEvent, string>> = {
  acceptance: 'Il messaggio è accettato e inoltrato.',
  'non-acceptance-formal': 'Il messaggio non è accettato per motivi formali.',
  'non-acceptance-virus': 'Il messaggio non è accettato perché contiene un virus.',
  'envelope-sent': 'Una ricevuta o un avviso è trasmesso al gestore di destinazione.',
  'smtp-failure': 'Il gestore di destinazione rifiuta la trasmissione.',
  'envelope-received': 'La busta di trasporto è ricevuta e verificata.',
  'take-charge-emitted': 'È emessa la ricevuta di presa in carico.',
  'take-charge-received': 'È ricevuta la ricevuta di presa in carico.',
  'anomaly-created': 'Il messaggio è chiuso in una busta di anomalia.',
  'ordinary-refused': 'Un messaggio di posta ordinaria è rifiutato.',
  'ordinary-discarded': 'Un messaggio di posta ordinaria è scartato.',
  'duplicate-received': 'La stessa busta è ricevuta di nuovo e non consegnata di nuovo.',
  'virus-detected': 'Nel messaggio è rilevato un virus.',
  'quarantine-ended': 'Il messaggio con virus è rimosso alla fine del periodo di conservazione.',
  'virus-notice-received': 'È ricevuto un avviso di rilevazione di virus.',
  'virus-nondelivery-emitted': 'È emesso un avviso di mancata consegna per virus.',
  delivered: 'Il messaggio è consegnato nella casella.',
  'delivery-receipt-emitted': 'È emessa la ricevuta di avvenuta consegna.',
  'nondelivery-emitted': 'È emesso un avviso di mancata consegna.',
  'notification-received': 'È ricevuta una ricevuta o un avviso di un altro gestore.',
  'notification-undeliverable': 'Una ricevuta o un avviso non può essere recapitato al mittente.',
  'timeout-12h': "È emesso l'avviso di mancata consegna entro dodici ore.",
  'timeout-24h': "È emesso l'avviso di mancata consegna entro ventiquattro ore.",
  reissued: "Una copia identica di una ricevuta o busta è data al titolare che l'ha chiesta.",
  'reissue-refused': 'È rifiutata la richiesta di una copia di una ricevuta o busta.',
  'evidence-made': 'È formato un fascicolo di prova.',
  'evidence-refused': 'È rifiutata la richiesta di un fascicolo di prova.',
  'index-updated': "È aggiornato l'indice dei gestori.",
};

/** What a record says that happened; of what was relayed, what it was. */
export function recordEvent(event: LogEvent, relayed: string | undefined): string {
  return relayed === 'transport-envelope'
    ? 'La busta di trasporto è trasmessa al sistema di destinazione, che la accetta.'
    : RECORD_EVENTS[event];
}

/** A seal, in a timeline. */
export function sealEvent({ number, stamped }: { number: number; stamped: boolean }): string {
  return stamped
    ? `Il registro è chiuso dal sigillo n. ${number}, con marca temporale.`
    : `Il registro è chiuso dal sigillo n. ${number}, ancora senza marca temporale.`;
}

interface PlacedRecord {
  readonly sequence: number;
  readonly seal: number | null;
}

/** Who attests a message, and where that is. */
export function messagePlace(message: {
  readonly provider: string;
  readonly file: string;
  readonly record: PlacedRecord | null;
}): string {
  const { provider, file, record } = message;
  const signed = `firma di ${provider}: ${file}`;
  if (record === null) return signed;
  return `${signed}; registro n. ${record.sequence} (${underSeal(record)})`;
}

/** Who attests what only a record tells. */
export function recordPlace(record: PlacedRecord, provider: string): string {
  return `registro di ${provider}, n. ${record.sequence} (${underSeal(record)})`;
}

export function sealPlace(number: number, provider: string): string {
  return `firma di ${provider}: log/seals/${number}.p7m`;
}

function underSeal({ seal }: PlacedRecord): string {
  return seal === null ? 'non ancora sigillata' : `sigillo n. ${seal}`;
}
