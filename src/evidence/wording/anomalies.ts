// SPDX-License-Identifier: EUPL-1.2

/** Why what arrived is not certified (M7). */
export type AnomalyCause =
  | 'no-signature'
  | 'not-trusted'
  | 'altered'
  | 'expired'
  | 'revoked'
  | 'wrong-sender'
  | 'malformed'
  | 'not-listed';

/** The concise description that an anomaly envelope gives, in Italian. */
const ANOMALIES: Record<AnomalyCause, string> = {
  // As seen in the field for ordinary mail, whatever the reason (spec 2.8).
  'no-signature': 'la firma digitale del messaggio non risulta attendibile',
  'not-trusted': 'la firma digitale del messaggio non risulta attendibile',
  altered: 'la firma digitale del messaggio non risulta attendibile: il contenuto è stato alterato',
  expired: 'il certificato di firma del gestore mittente non è valido alla data di ricezione',
  revoked: 'il certificato di firma del gestore mittente è stato revocato',
  'wrong-sender': 'il mittente della busta non corrisponde al gestore che ha firmato',
  malformed: 'il messaggio non è una busta di trasporto o una ricevuta formalmente corretta',
  'not-listed': 'il destinatario non è indicato nei dati di certificazione del messaggio',
};

export function anomalyText(cause: AnomalyCause): string {
  return ANOMALIES[cause];
}
