// SPDX-License-Identifier: EUPL-1.2
import type { CollectedProvider } from '../../trust/authority/index-collection.ts';
import type { Purpose } from '../../trust/authority/provider-register.ts';

export type CertificateState = 'in-force' | 'not-yet' | 'expired' | 'revoked';

/** How `authority` speaks. */
export interface AuthorityWords {
  readonly columns: Readonly<Record<'key' | 'purpose' | 'until' | 'state' | 'serial', string>>;
  readonly purposes: Readonly<Record<Purpose, string>>;
  readonly states: Readonly<Record<CertificateState, string>>;
  readonly outcomes: Readonly<Record<CollectedProvider['outcome'], string>>;
  readonly empty: string;
  made(folder: string): string;
  issued(purpose: Purpose, path: string): string;
  revoked(count: number): string;
  signed(recordCount: number): string;
  withdrawn(count: number): string;
  written(path: string): string;
  serving(urls: {
    readonly index: string;
    readonly crl: string;
    readonly ocsp: string;
    readonly stamps: string;
  }): string;
  unknown(key: string): string;
  taken(key: string): string;
  noCertificate(serial: string): string;
  badRequest(file: string, reason: string): string;
  badSource(source: string): string;
  badKey(key: string): string;
  noHosts: string;
}

export const italianAuthority: AuthorityWords = {
  columns: {
    key: 'gestore',
    purpose: 'certificato',
    until: 'valido fino al',
    state: 'stato',
    serial: 'numero di serie',
  },
  purposes: { signature: 'firma', server: 'server TLS', client: 'client TLS' },
  states: { 'in-force': 'valido', 'not-yet': 'non ancora valido', expired: 'scaduto', revoked: 'revocato' },
  outcomes: {
    taken: 'record nuovo accolto',
    kept: 'resta il record precedente',
    absent: 'non è nell’indice',
  },
  empty: 'Nessun gestore iscritto.',
  made: (folder) => `Autorità creata in ${folder}; ai gestori servono i file di ${folder}/public.`,
  issued: (purpose, path) => `Certificato emesso (${italianAuthority.purposes[purpose]}): ${path}`,
  revoked: (count) => (count === 1 ? 'Revocato 1 certificato.' : `Revocati ${count} certificati.`),
  signed: (count) => `Indice firmato: ${count === 1 ? '1 record' : `${count} record`}.`,
  withdrawn: (count) => `certificati tolti: ${count}`,
  written: (path) => `Scritto ${path}`,
  serving: ({ index, crl, ocsp, stamps }) =>
    `L’autorità è in funzione.\n  indice           ${index}\n  liste di revoca  ${crl}\n  OCSP             ${ocsp}\n  marche temporali ${stamps}`,
  unknown: (key) => `Nessun gestore è iscritto come ${key}.`,
  taken: (key) => `Un gestore è già iscritto come ${key}.`,
  noCertificate: (serial) => `Il gestore non ha un certificato valido con il numero di serie ${serial}.`,
  badRequest: (file, reason) => `${file} non è una richiesta di certificato utilizzabile: ${reason}`,
  badSource: (source) => `${source} non è né un URL https né un file.`,
  badKey: (key) => `${key}: servono da 1 a 32 lettere minuscole, cifre o trattini.`,
  noHosts: 'Per un certificato TLS serve almeno un --host.',
};

export const englishAuthority: AuthorityWords = {
  columns: {
    key: 'provider',
    purpose: 'certificate',
    until: 'valid until',
    state: 'state',
    serial: 'serial number',
  },
  purposes: { signature: 'signature', server: 'TLS server', client: 'TLS client' },
  states: { 'in-force': 'in force', 'not-yet': 'not yet valid', expired: 'expired', revoked: 'revoked' },
  outcomes: { taken: 'new record taken', kept: 'the record before stays', absent: 'not in the index' },
  empty: 'No provider is registered.',
  made: (folder) => `An authority was made in ${folder}; providers need the files of ${folder}/public.`,
  issued: (purpose, path) => `Certificate issued (${englishAuthority.purposes[purpose]}): ${path}`,
  revoked: (count) => (count === 1 ? '1 certificate was revoked.' : `${count} certificates were revoked.`),
  signed: (count) => `Index signed: ${count === 1 ? '1 record' : `${count} records`}.`,
  withdrawn: (count) => `certificates taken out: ${count}`,
  written: (path) => `Written: ${path}`,
  serving: ({ index, crl, ocsp, stamps }) =>
    `The authority is running.\n  index            ${index}\n  revocation lists ${crl}\n  OCSP             ${ocsp}\n  time stamps      ${stamps}`,
  unknown: (key) => `No provider is registered as ${key}.`,
  taken: (key) => `A provider is registered as ${key} already.`,
  noCertificate: (serial) => `The provider has no valid certificate with the serial number ${serial}.`,
  badRequest: (file, reason) => `${file} is no certificate request that can be used: ${reason}`,
  badSource: (source) => `${source} is neither an https URL nor a file.`,
  badKey: (key) => `${key}: 1 to 32 lower-case letters, digits or hyphens are needed.`,
  noHosts: 'A TLS certificate needs at least one --host.',
};
