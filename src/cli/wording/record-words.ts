// SPDX-License-Identifier: EUPL-1.2
import type { LogEvent } from '../../evidence/certification-log/log-store.ts';
import type { MessageKind } from '../../evidence/draft.ts';

/** How `trace` and `send` speak of the records of the certification log. */
export interface RecordWords {
  readonly events: Readonly<Record<LogEvent, string>>;
  /** What was received, where the record says which notification (`X-Ricevuta`). */
  readonly received: Readonly<Record<string, string>>;
  /** What was relayed, where the record says which message. */
  readonly relayed: Readonly<Record<MessageKind, string>>;
  readonly columns: Readonly<Record<'when' | 'house' | 'event' | 'recipient' | 'detail', string>>;
  readonly labels: Readonly<Record<'identifier' | 'messageId' | 'sender' | 'subject' | 'recipients', string>>;
  unknown(id: string): string;
}

export const italianRecords: RecordWords = {
  events: {
    acceptance: 'accettato',
    'non-acceptance-formal': 'non accettato',
    'non-acceptance-virus': 'non accettato per virus',
    'envelope-sent': 'inoltrato',
    'smtp-failure': 'inoltro fallito',
    'envelope-received': 'busta ricevuta',
    'take-charge-emitted': 'presa in carico emessa',
    'take-charge-received': 'presa in carico ricevuta',
    'anomaly-created': 'busta di anomalia creata',
    'ordinary-refused': 'posta ordinaria rifiutata',
    'ordinary-discarded': 'posta ordinaria scartata',
    'duplicate-received': 'busta ricevuta di nuovo',
    'virus-detected': 'virus trovato',
    'quarantine-ended': 'messaggio con virus rimosso a fine conservazione',
    'virus-notice-received': 'avviso di virus ricevuto',
    'virus-nondelivery-emitted': 'avviso di mancata consegna per virus emesso',
    delivered: 'consegnato nella casella',
    'delivery-receipt-emitted': 'ricevuta di consegna emessa',
    'nondelivery-emitted': 'avviso di mancata consegna emesso',
    'notification-received': 'notifica ricevuta',
    'notification-undeliverable': 'notifica non recapitabile',
    'timeout-12h': 'avviso di mancata consegna dopo 12 ore',
    'timeout-24h': 'avviso di mancata consegna dopo 24 ore',
    reissued: 'riemesso a richiesta del titolare',
    'reissue-refused': 'riemissione rifiutata',
    'evidence-made': 'fascicolo di prova formato',
    'evidence-refused': 'fascicolo di prova rifiutato',
    'index-updated': 'indice dei gestori aggiornato',
  },
  received: {
    'avvenuta-consegna': 'ricevuta di consegna ricevuta',
    'errore-consegna': 'avviso di mancata consegna ricevuto',
  },
  relayed: {
    acceptance: 'ricevuta di accettazione inoltrata',
    'non-acceptance': 'avviso di non accettazione inoltrato',
    'non-acceptance-virus': 'avviso di non accettazione inoltrato',
    'transport-envelope': 'busta inoltrata',
    'timeout-12h': 'avviso di mancata consegna inoltrato',
    'timeout-24h': 'avviso di mancata consegna inoltrato',
    'take-charge': 'presa in carico inoltrata',
    'anomaly-envelope': 'busta di anomalia inoltrata',
    'virus-detection': 'avviso di virus inoltrato',
    'virus-non-delivery': 'avviso di mancata consegna inoltrato',
    'delivery-complete': 'ricevuta di consegna inoltrata',
    'delivery-brief': 'ricevuta di consegna inoltrata',
    'delivery-concise': 'ricevuta di consegna inoltrata',
    'non-delivery': 'avviso di mancata consegna inoltrato',
  },
  columns: {
    when: 'quando',
    house: 'gestore',
    event: 'evento',
    recipient: 'destinatario',
    detail: 'dettagli',
  },
  labels: {
    identifier: 'identificativo',
    messageId: 'Message-ID del mittente',
    sender: 'mittente',
    subject: 'oggetto',
    recipients: 'destinatari',
  },
  unknown: (id) => `Nessun registro conosce ${id}.`,
};

export const englishRecords: RecordWords = {
  events: {
    acceptance: 'accepted',
    'non-acceptance-formal': 'not accepted',
    'non-acceptance-virus': 'not accepted for a virus',
    'envelope-sent': 'relayed',
    'smtp-failure': 'relaying failed',
    'envelope-received': 'envelope received',
    'take-charge-emitted': 'take-charge receipt emitted',
    'take-charge-received': 'take-charge receipt received',
    'anomaly-created': 'anomaly envelope made',
    'ordinary-refused': 'ordinary mail refused',
    'ordinary-discarded': 'ordinary mail discarded',
    'duplicate-received': 'envelope received again',
    'virus-detected': 'virus found',
    'quarantine-ended': 'message with virus removed at the end of its time',
    'virus-notice-received': 'virus notice received',
    'virus-nondelivery-emitted': 'notice of non-delivery for a virus emitted',
    delivered: 'delivered into the mailbox',
    'delivery-receipt-emitted': 'delivery receipt emitted',
    'nondelivery-emitted': 'notice of non-delivery emitted',
    'notification-received': 'notification received',
    'notification-undeliverable': 'notification that cannot be delivered',
    'timeout-12h': 'notice of no delivery after 12 hours',
    'timeout-24h': 'notice of no delivery after 24 hours',
    reissued: 'issued again for its holder',
    'reissue-refused': 'issuing again was refused',
    'evidence-made': 'evidence file made',
    'evidence-refused': 'evidence file refused',
    'index-updated': 'index of providers updated',
  },
  received: {
    'avvenuta-consegna': 'delivery receipt received',
    'errore-consegna': 'notice of non-delivery received',
  },
  relayed: {
    acceptance: 'acceptance receipt relayed',
    'non-acceptance': 'notice of non-acceptance relayed',
    'non-acceptance-virus': 'notice of non-acceptance relayed',
    'transport-envelope': 'envelope relayed',
    'timeout-12h': 'notice of non-delivery relayed',
    'timeout-24h': 'notice of non-delivery relayed',
    'take-charge': 'take-charge receipt relayed',
    'anomaly-envelope': 'anomaly envelope relayed',
    'virus-detection': 'virus notice relayed',
    'virus-non-delivery': 'notice of non-delivery relayed',
    'delivery-complete': 'delivery receipt relayed',
    'delivery-brief': 'delivery receipt relayed',
    'delivery-concise': 'delivery receipt relayed',
    'non-delivery': 'notice of non-delivery relayed',
  },
  columns: {
    when: 'when',
    house: 'provider',
    event: 'event',
    recipient: 'recipient',
    detail: 'details',
  },
  labels: {
    identifier: 'identifier',
    messageId: "sender's Message-ID",
    sender: 'sender',
    subject: 'subject',
    recipients: 'recipients',
  },
  unknown: (id) => `No log knows ${id}.`,
};
