// SPDX-License-Identifier: EUPL-1.2

export const DECLARATION_SUBJECT = 'DICHIARAZIONE:';
/** The records, in a file of their own. */
export const DECLARED_RECORDS_FILE = 'registrazioni.json';
/** The proof that they stand in the sealed log. */
export const DECLARED_PROOF_FILE = 'prova-registro.json';

export interface DeclarationTextFacts {
  readonly provider: string;
  readonly holder: string;
  readonly identifier: string;
  readonly sender: string;
  readonly subject: string;
  /** When it is declared, in legal time. */
  readonly now: string;
  /** One line for each record: number, when, event, recipient. */
  readonly records: readonly string[];
  /** The messages that cannot be issued again without the original. */
  readonly missing: readonly string[];
  /** How many of the records are in the proof. */
  readonly proved: number;
}

/** What the provider declares in the place of a message that it cannot give back whole (LOG-10). */
export function declarationText(facts: DeclarationTextFacts): string {
  const { provider, holder, identifier, sender, subject, now, records, missing, proved } = facts;
  const some = proved > 0;
  return [
    `Il gestore ${provider} dichiara il ${now}, su richiesta di ${holder}, che del messaggio di posta`,
    `elettronica certificata con identificativo ${identifier}`,
    `(mittente: ${sender}; oggetto: ${subject})`,
    'il proprio registro di certificazione contiene le registrazioni che seguono, ciascuna con la data e',
    "l'ora legale italiana:",
    '',
    ...records.map((line) => `  ${line}`),
    '',
    ...(missing.length === 0
      ? []
      : [
          'Non sono restituiti perché contengono il messaggio originale, che il gestore non conserva; lo saranno,',
          'identici a quelli emessi, se il titolare fornisce il file postacert.eml:',
          '',
          ...missing.map((line) => `  ${line}`),
          '',
        ]),
    `Le registrazioni sono allegate nel file ${DECLARED_RECORDS_FILE}.`,
    some
      ? `La prova che ${proved} di esse sono nel registro sigillato è nel file ${DECLARED_PROOF_FILE}.`
      : 'Il registro dei giorni a cui appartengono non è ancora sigillato: una prova è possibile dopo il sigillo.',
    'Questa dichiarazione è firmata oggi. Non è una delle ricevute sopra indicate e non ne è una copia.',
    '',
    `The provider ${provider} declares on ${now}, asked by ${holder}, that its certification log holds the`,
    `records above about the certified message ${identifier}. Messages that enclose the original, which the`,
    'provider does not keep, can be given back as they were once their holder supplies postacert.eml.',
    `The records are attached${some ? ', and so is the proof that they are in the sealed log' : ''}. This`,
    'declaration is signed today; it is none of the receipts, nor a copy of one.',
    '',
  ].join('\r\n');
}
