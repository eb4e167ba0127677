// SPDX-License-Identifier: EUPL-1.2
import type { Pop3Texts } from '../../wire/pop3/replies.ts';

/** What mail programs show to their users, in ASCII as the protocol wants. */
export const ITALIAN_TEXTS: Partial<Pop3Texts> = {
  wrongCredentials: 'indirizzo o password errati',
  inUse: "la casella e' gia' aperta da un altro programma, riprovare tra poco",
  tryLater: 'servizio al momento non disponibile, riprovare tra poco',
  broken: "la casella non puo' essere aperta, rivolgersi all'assistenza",
  tlsRequired: 'la connessione deve essere cifrata: attivare SSL/TLS o STARTTLS (STLS)',
};
