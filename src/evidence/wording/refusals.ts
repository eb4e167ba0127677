// SPDX-License-Identifier: EUPL-1.2

/** Why a submission is refused for formal reasons (RFC 6109 section 3.1.1). */
export type RefusalReason =
  | 'malformed-header'
  | 'header-too-large'
  | 'line-too-long'
  | 'bare-line-end'
  | 'nul-octet'
  | 'repeated-field'
  | 'bad-date'
  | 'missing-date'
  | 'bad-message-id'
  | 'missing-from'
  | 'bad-from'
  | 'several-from'
  | 'missing-to'
  | 'bad-to'
  | 'bad-cc'
  | 'bad-reply-to'
  | 'bcc-present'
  | 'sender-mismatch'
  | 'recipient-not-in-header'
  | 'header-recipient-not-served'
  | 'too-many-recipients'
  | 'too-large'
  | 'too-large-for-recipients'
  | 'executable-attachment'
  | 'unreadable-archive';

/** The words that follow "a causa di" in a notice of non-acceptance (M2); `#` stands for the value at fault. */
const REFUSALS: Record<RefusalReason, string> = {
  'malformed-header': 'intestazione del messaggio non conforme (#)',
  'header-too-large': "dimensione eccessiva dell'intestazione del messaggio",
  'line-too-long': 'riga più lunga di 998 caratteri (#)',
  'bare-line-end': 'fine di riga non conforme (CR o LF isolato)',
  'nul-octet': 'presenza di un carattere nullo',
  'repeated-field': "campo presente più volte nell'intestazione (#)",
  'bad-date': 'data del messaggio non valida (#)',
  'missing-date': 'assenza della data del messaggio (campo Date)',
  'bad-message-id': 'identificativo del messaggio non valido (#)',
  'missing-from': 'assenza del mittente (campo From)',
  'bad-from': 'indirizzo del mittente non valido nel campo From (#)',
  'several-from': 'presenza di più mittenti nel campo From',
  'missing-to': 'assenza di destinatari nel campo To',
  'bad-to': 'indirizzo non valido nel campo To (#)',
  'bad-cc': 'indirizzo non valido nel campo Cc (#)',
  'bad-reply-to': 'indirizzo non valido nel campo Reply-To (#)',
  'bcc-present': 'presenza di destinatari in copia nascosta (campo Bcc), non ammessi',
  'sender-mismatch': 'mittente del campo From diverso da quello della trasmissione (#)',
  'recipient-not-in-header': 'destinatario non indicato nei campi To o Cc (#)',
  'header-recipient-not-served': 'destinatario dei campi To o Cc escluso dalla trasmissione (#)',
  'too-many-recipients': 'numero di destinatari superiore al massimo ammesso (#)',
  'too-large': 'dimensione del messaggio superiore al massimo ammesso (# byte)',
  'too-large-for-recipients':
    'dimensione del messaggio moltiplicata per il numero dei destinatari superiore al massimo ammesso (# byte)',
  'executable-attachment': 'allegato di tipo eseguibile, non ammesso dal gestore (#)',
  'unreadable-archive': 'archivio allegato che non può essere esaminato, non ammesso dal gestore (#)',
};

/** Says why a submission is refused, in Italian; `about` is the value at fault. */
export function refusalText(reason: RefusalReason, about?: string): string {
  const text = REFUSALS[reason];
  return about === undefined || about === ''
    ? text.replace(/ \(#[^)]*\)/, '')
    : text.replace('#', () => about);
}
