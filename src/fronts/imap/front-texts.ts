// SPDX-License-Identifier: EUPL-1.2

/** What mail programs show to their users when we say NO or BYE, in ASCII as the protocol wants. */
export interface ImapTexts {
  readonly wrongCredentials: string;
  readonly tooManySessions: string;
  readonly tryLater: string;
  readonly noSuchMailbox: string;
  readonly mailboxExists: string;
  readonly hasChildren: string;
  readonly tooManyFolders: string;
  readonly oneUseOnly: string;
  readonly full: string;
  readonly noSuchQuotaRoot: string;
  readonly idleTooLong: string;
  readonly noLogIn: string;
  readonly logInOver: string;
  readonly stopping: string;
}

export const ITALIAN_TEXTS: ImapTexts = {
  wrongCredentials: 'Indirizzo o password errati',
  tooManySessions: 'Troppe connessioni contemporanee: chiudere qualche programma e riprovare',
  tryLater: 'Servizio al momento non disponibile, riprovare tra poco',
  noSuchMailbox: 'La cartella non esiste',
  mailboxExists: "La cartella esiste gia'",
  hasChildren: 'La cartella ne contiene altre',
  tooManyFolders: 'Troppe cartelle',
  oneUseOnly: "Una cartella puo' avere un solo uso speciale",
  full: "La casella e' piena",
  noSuchQuotaRoot: 'Non esiste una tale quota',
  idleTooLong: 'Connessione inattiva da troppo tempo',
  noLogIn: 'Nessun accesso entro il tempo previsto',
  logInOver: "La casella e' stata disabilitata, o la password cambiata",
  stopping: 'Il servizio viene riavviato',
};
