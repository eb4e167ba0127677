// SPDX-License-Identifier: EUPL-1.2

/** Why a day is not exported. */
export type ExportRefusal =
  | { readonly code: 'not-sealed' | 'removed' | 'not-stamped' | 'no-authority' | 'damaged' }
  | { readonly code: 'seal-broken'; readonly reason: string };

/** How `log export` speaks. */
export interface ExportWords {
  done(day: string, folder: string): string;
  exists(folder: string): string;
  refusal(day: string, refusal: ExportRefusal): string;
}

export const italianExport: ExportWords = {
  done: (day, folder) => `Il registro del ${day} è in ${folder}, firmato e marcato temporalmente.`,
  exists: (folder) => `${folder} esiste già: nulla viene sovrascritto.`,
  refusal(day, refusal) {
    switch (refusal.code) {
      case 'not-sealed':
        return `Il ${day} non è sigillato: si esportano solo giorni chiusi (ceralacca log seals li elenca).`;
      case 'removed':
        return `Le registrazioni del ${day} sono state rimosse dopo 30 mesi.`;
      case 'not-stamped':
        return `Il sigillo del ${day} non ha ancora una marca temporale.`;
      case 'no-authority':
        return "Nessuna autorità di marcatura temporale è configurata (timestamping.url): l'indice non può essere marcato.";
      case 'damaged':
        return `Il registro del ${day} non corrisponde al suo sigillo: ceralacca log verify dice che cosa è cambiato.`;
      case 'seal-broken':
        return `Il sigillo del ${day} non è integro: ${refusal.reason}`;
    }
  },
};

export const englishExport: ExportWords = {
  done: (day, folder) => `The log of ${day} is in ${folder}, signed and time-stamped.`,
  exists: (folder) => `${folder} exists: nothing is overwritten.`,
  refusal(day, refusal) {
    switch (refusal.code) {
      case 'not-sealed':
        return `${day} is not sealed: only closed days are exported (ceralacca log seals lists them).`;
      case 'removed':
        return `The records of ${day} were removed after 30 months.`;
      case 'not-stamped':
        return `The seal of ${day} has no time stamp yet.`;
      case 'no-authority':
        return 'No time-stamp authority is configured (timestamping.url): the index cannot be stamped.';
      case 'damaged':
        return `The log of ${day} does not lead to its seal: ceralacca log verify tells what was changed.`;
      case 'seal-broken':
        return `The seal of ${day} is broken: ${refusal.reason}`;
    }
  },
};
