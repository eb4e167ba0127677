// SPDX-License-Identifier: EUPL-1.2
import type { ReissueRefusal } from '../../points/reissuing/reissue-decision.ts';

/** How `reissue` speaks. */
export interface ReissueWords {
  readonly refusals: Readonly<Record<ReissueRefusal, string>>;
  given(file: string): string;
  declared(file: string): string;
  /** The original is needed for so many. */
  needsOriginal(count: number): string;
}

export const italianReissue: ReissueWords = {
  refusals: {
    unknown: 'Il registro di certificazione non contiene nulla con questo identificativo.',
    'not-theirs': 'Il messaggio non è di questo titolare: non ne è il mittente, né il destinatario indicato.',
    'wrong-original':
      "Il file fornito non è l'originale che il gestore ha certificato. Serve postacert.eml, come si trova nella busta o in una ricevuta completa.",
  },
  given: (file) => `Riemesso, identico a quello emesso: ${file}`,
  declared: (file) => `Dichiarazione del gestore, firmata oggi, con le registrazioni: ${file}`,
  needsOriginal: (count) =>
    count === 1
      ? "Un messaggio contiene l'originale: con --original FILE (postacert.eml) viene riemesso identico."
      : `${count} messaggi contengono l'originale: con --original FILE (postacert.eml) vengono riemessi identici.`,
};

export const englishReissue: ReissueWords = {
  refusals: {
    unknown: 'The certification log holds nothing about this id.',
    'not-theirs': 'The message is not of this holder: neither its sender nor the recipient it is about.',
    'wrong-original':
      'The file is not the original that the provider certified. It takes postacert.eml, as an envelope or a complete receipt carries it.',
  },
  given: (file) => `Issued again, as it was: ${file}`,
  declared: (file) => `The provider's declaration, signed today, with the records: ${file}`,
  needsOriginal: (count) =>
    `${count} messages enclose the original: with --original FILE (postacert.eml) they are issued again as they were.`,
};
