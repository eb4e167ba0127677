// SPDX-License-Identifier: EUPL-1.2
import type { CertificationKind } from '../certification-data/certification-data.ts';
import type { MessageKind } from '../draft.ts';

/** Header fields of the certified system (appendix A). */
export const RECEIPT_FIELD = 'X-Ricevuta';
export const TRANSPORT_FIELD = 'X-Trasporto';
export const RECEIPT_TYPE_FIELD = 'X-TipoRicevuta';
export const SECURITY_FIELD = 'X-VerificaSicurezza';
export const SENDER_FIELD = 'X-Mittente';
export const REFERENCE_FIELD = 'X-Riferimento-Message-ID';

/** Values of X-Trasporto, and the only one of X-VerificaSicurezza. */
export const TRANSPORT_VALUE = 'posta-certificata';
export const ANOMALY_VALUE = 'errore';
export const SECURITY_VALUE = 'errore';

/** Names of the parts every reader looks for; RFC 6109 section 4.3.3 translates the first by mistake. */
export const CERTIFICATION_DATA_FILE = 'daticert.xml';
export const ORIGINAL_FILE = 'postacert.eml';

/** A brief receipt's hash files, and the names of those whose part had none. */
export const HASH_SUFFIX = '.hash';
export const UNNAMED_MESSAGE_FILE = 'messaggio.eml';
export const UNNAMED_PART_FILE = 'allegato';

/** Display name of an envelope's From (GEN-7). */
export const ON_BEHALF_OF = 'Per conto di: ';
/** Local part of every service address. */
export const SERVICE_LOCAL_PART = 'posta-certificata';

/** What the header of each kind says (the master table of the specification). */
export interface KindLiterals {
  /** Before the subject of the original, with one blank between. */
  readonly subjectPrefix: string;
  /** X-Ricevuta; the envelopes have X-Trasporto instead. */
  readonly receipt?: Exclude<CertificationKind, 'posta-certificata'>;
  /** Whether X-VerificaSicurezza is there. */
  readonly security?: true;
}

const OVERDUE = 'AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO:';

export const KIND_LITERALS: Readonly<Record<MessageKind, KindLiterals>> = {
  acceptance: { subjectPrefix: 'ACCETTAZIONE:', receipt: 'accettazione' },
  'non-acceptance': { subjectPrefix: 'AVVISO DI NON ACCETTAZIONE:', receipt: 'non-accettazione' },
  'non-acceptance-virus': {
    subjectPrefix: 'AVVISO DI NON ACCETTAZIONE PER VIRUS:',
    receipt: 'non-accettazione',
    security: true,
  },
  'transport-envelope': { subjectPrefix: 'POSTA CERTIFICATA:' },
  'timeout-12h': { subjectPrefix: OVERDUE, receipt: 'preavviso-errore-consegna' },
  'timeout-24h': { subjectPrefix: OVERDUE, receipt: 'preavviso-errore-consegna' },
  'take-charge': { subjectPrefix: 'PRESA IN CARICO:', receipt: 'presa-in-carico' },
  'anomaly-envelope': { subjectPrefix: 'ANOMALIA MESSAGGIO:' },
  'virus-detection': { subjectPrefix: 'PROBLEMA DI SICUREZZA:', receipt: 'rilevazione-virus' },
  'virus-non-delivery': {
    subjectPrefix: 'AVVISO DI MANCATA CONSEGNA PER VIRUS:',
    receipt: 'errore-consegna',
    security: true,
  },
  'delivery-complete': { subjectPrefix: 'CONSEGNA:', receipt: 'avvenuta-consegna' },
  'delivery-brief': { subjectPrefix: 'CONSEGNA:', receipt: 'avvenuta-consegna' },
  'delivery-concise': { subjectPrefix: 'CONSEGNA:', receipt: 'avvenuta-consegna' },
  'non-delivery': { subjectPrefix: 'AVVISO DI MANCATA CONSEGNA:', receipt: 'errore-consegna' },
};
