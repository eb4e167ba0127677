// SPDX-License-Identifier: EUPL-1.2

interface PaceFigures {
  readonly signatures: number;
  readonly perSecond: number;
  readonly medianMs: number;
  readonly slowMs: number;
}

/** How `key` speaks. */
export interface KeyWords {
  readonly labels: Readonly<Record<'place' | 'key' | 'subject' | 'address' | 'until' | 'pace', string>>;
  readonly warning: string;
  readonly fit: string;
  readonly unfit: string;
  made(file: string, passphraseFile: string): string;
  requested(file: string): string;
  until(instant: string, daysLeft: number): string;
  pace(pace: PaceFigures): string;
}

export const italianKey: KeyWords = {
  labels: {
    place: 'chiave',
    key: 'tipo',
    subject: 'certificato',
    address: 'indirizzo',
    until: 'valido fino al',
    pace: 'firme',
  },
  warning: 'avvertenza',
  fit: 'La chiave firma, e ogni firma è stata verificata con il certificato.',
  unfit: 'Con questa chiave e questo certificato il gestore non può firmare.',
  made: (file, passphraseFile) =>
    `Chiave creata: ${file}, cifrata con la prima riga di ${passphraseFile}. Ora: ceralacca key csr`,
  requested: (file) => `Richiesta di certificato scritta: ${file}`,
  until: (instant, daysLeft) => `${instant}, ancora ${daysLeft} giorni`,
  pace: ({ signatures, perSecond, medianMs, slowMs }) =>
    `${perSecond} al secondo (${signatures} in tutto), ${decimal(medianMs, ',')} ms ciascuna, 99 su 100 entro ${decimal(slowMs, ',')} ms`,
};

export const englishKey: KeyWords = {
  labels: {
    place: 'key',
    key: 'kind',
    subject: 'certificate',
    address: 'address',
    until: 'valid until',
    pace: 'signatures',
  },
  warning: 'warning',
  fit: 'The key signs, and every signature was verified with the certificate.',
  unfit: 'With this key and this certificate the provider cannot sign.',
  made: (file, passphraseFile) =>
    `Key made: ${file}, encrypted with the first line of ${passphraseFile}. Next: ceralacca key csr`,
  requested: (file) => `Certificate request written: ${file}`,
  until: (instant, daysLeft) => `${instant}, ${daysLeft} days left`,
  pace: ({ signatures, perSecond, medianMs, slowMs }) =>
    `${perSecond} a second (${signatures} in all), ${decimal(medianMs, '.')} ms each, 99 of 100 within ${decimal(slowMs, '.')} ms`,
};

function decimal(number: number, mark: string): string {
  return number.toFixed(1).replace('.', mark);
}
