// SPDX-License-Identifier: EUPL-1.2
import type { KeyObject } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ISSUER_NAMES } from '../trust/authority/authority.ts';
import { AuthorityOffice } from '../trust/authority/authority-office.ts';
import { CRL_FOLDER, INDEX_PATH } from '../trust/authority/authority-server.ts';
import { type RenewedIndex, renewIndex } from '../trust/authority/index-renewal.ts';
import type { RevocationReason } from '../trust/authority/issuer.ts';
import { OCSP_PATH } from '../trust/authority/ocsp-responder.ts';
import { isProviderKey, PURPOSES, type Purpose } from '../trust/authority/provider-register.ts';
import { readCertificationRequest } from '../wire/cms/certification-request.ts';
import { derOf } from '../wire/cms/pem.ts';
import { certificateRows } from './authority/certificate-rows.ts';
import type { CommandSurroundings, Language } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { layTable, printable, printInstant } from './text-layout.ts';
import { type AuthorityWords, englishAuthority, italianAuthority } from './wording/authority-words.ts';

export interface AuthorityOptions {
  /** The authority's folder. */
  readonly folder: string;
  readonly lang?: Language;
}

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const AUTHORITY_FORMAT = 'ceralacca-authority/1';

type Around = Pick<CommandSurroundings, 'stdout' | 'stderr' | 'clock' | 'ids'>;

export function wordsOf({ lang }: AuthorityOptions): AuthorityWords {
  return lang === 'en' ? englishAuthority : italianAuthority;
}

/** `ceralacca authority init`. @throws Fault `authority-there-already`, `authority-folder-unusable` */
export async function initAuthority(
  options: AuthorityOptions & {
    readonly name: string;
    readonly baseUrl: string;
    /** False: certificates do not name the OCSP responder. */
    readonly ocsp?: boolean;
    readonly indexUrl?: string;
  },
  { stdout, clock, ids }: Around,
): Promise<ExitCode> {
  const { folder, name } = options;
  const base = options.baseUrl.replace(/\/+$/, '');
  const indexUrl = options.indexUrl ?? `https://${new URL(base).hostname}`;
  const office = await AuthorityOffice.create(folder, {
    clock,
    ids,
    name,
    crlBaseUrl: `${base}${CRL_FOLDER}`,
    ...(options.ocsp !== false && { ocspUrl: `${base}${OCSP_PATH}` }),
    indexUrl: `${indexUrl.replace(/\/+$/, '')}${INDEX_PATH}`,
  });
  await renewIndex(office, { fetch: false });
  stdout.write(`${wordsOf(options).made(folder)}\n`);
  return EXIT.good;
}

export interface ProviderOptions extends AuthorityOptions {
  readonly key: string;
  /** Files of certificate requests; without one the key is made here. */
  readonly csr?: string;
  readonly serverCsr?: string;
  readonly clientCsr?: string;
}

/** `ceralacca authority provider add`: licenses a provider and issues its three certificates. */
export async function addProvider(
  options: ProviderOptions & {
    readonly name: string;
    readonly serviceAddress: string;
    readonly record: string;
    readonly host: readonly string[];
  },
  around: Around,
): Promise<ExitCode> {
  const words = wordsOf(options);
  const { key, name, serviceAddress, record, host } = options;
  const bad = (sentence: string): ExitCode => {
    around.stderr.write(`${sentence}\n`);
    return EXIT.bad;
  };
  if (!isProviderKey(key)) return bad(words.badKey(key));
  const isUrl = record.includes('://');
  if (isUrl && !(URL.canParse(record) && record.startsWith('https://'))) return bad(words.badSource(record));
  if (host.length === 0) return bad(words.noHosts);
  const office = await AuthorityOffice.open(options.folder, around);
  if (office.find(key) !== undefined) return bad(words.taken(key));
  const requests = await requestsOf(options, words);
  if (typeof requests === 'string') return bad(requests);
  const source = isUrl ? record : resolve(record);
  const provider = { key, name, serviceAddress, source, hosts: host, certificates: [] };
  await office.put(provider);
  for (const purpose of PURPOSES) {
    const path = await office.issue(office.find(key) ?? provider, purpose, requests[purpose]);
    around.stdout.write(`${words.issued(purpose, `${path}.pem`)}\n`);
  }
  return EXIT.good;
}

/** `ceralacca authority provider list`. */
export async function listProviders(
  options: AuthorityOptions & { readonly json?: boolean },
  around: Around,
): Promise<ExitCode> {
  const { stdout, clock } = around;
  const words = wordsOf(options);
  const office = await AuthorityOffice.open(options.folder, around);
  const rows = certificateRows(office, clock.now());
  if (options.json === true) {
    const providers = office.register.providers.map(({ key, name, serviceAddress, source, hosts }) => ({
      key,
      name,
      serviceAddress,
      record: source,
      hosts,
      certificates: rows
        .filter((row) => row.key === key)
        .map(({ purpose, serial, sha1, until, state }) => {
          return { purpose, serial, sha1, until: new Date(until).toISOString(), state };
        }),
    }));
    stdout.write(`${JSON.stringify({ format: AUTHORITY_FORMAT, providers }, null, 2)}\n`);
  } else if (office.register.providers.length === 0) stdout.write(`${words.empty}\n`);
  else {
    const { columns, purposes, states } = words;
    const head = [columns.key, columns.purpose, columns.until, columns.state, columns.serial];
    const cells = rows.map(({ key, purpose, until, state, serial }) => {
      return [key, purposes[purpose], printInstant(until), states[state], serial];
    });
    for (const line of layTable(head, cells)) stdout.write(`${line}\n`);
  }
  return EXIT.good;
}

/** `ceralacca authority provider renew`: one more certificate; the others stay good (DIR-5). */
export async function renewCertificate(
  options: Omit<ProviderOptions, 'serverCsr' | 'clientCsr'> & { readonly purpose: Purpose },
  around: Around,
): Promise<ExitCode> {
  const { key, purpose, csr } = options;
  const words = wordsOf(options);
  const office = await AuthorityOffice.open(options.folder, around);
  const provider = office.find(key);
  const requested = csr === undefined ? undefined : await readRequest(csr, { purpose, words });
  if (provider === undefined || typeof requested === 'string') {
    around.stderr.write(`${typeof requested === 'string' ? requested : words.unknown(key)}\n`);
    return EXIT.bad;
  }
  const path = await office.issue(provider, purpose, requested);
  around.stdout.write(`${words.issued(purpose, `${path}.pem`)}\n`);
  return EXIT.good;
}

/** `ceralacca authority provider revoke`: one certificate, or all of them; the index is signed anew without them. */
export async function revokeCertificates(
  options: AuthorityOptions & {
    readonly key: string;
    readonly serial?: string;
    readonly reason: RevocationReason;
  },
  around: Around,
): Promise<ExitCode> {
  const { key, serial, reason } = options;
  const words = wordsOf(options);
  const office = await AuthorityOffice.open(options.folder, around);
  if (office.find(key) === undefined) {
    around.stderr.write(`${words.unknown(key)}\n`);
    return EXIT.bad;
  }
  const wanted = certificateRows(office, around.clock.now()).filter(
    (row) =>
      row.key === key &&
      row.state !== 'revoked' &&
      (serial === undefined || row.serial === serial.toLowerCase()),
  );
  if (wanted.length === 0) {
    around.stderr.write(`${words.noCertificate(serial ?? '*')}\n`);
    return EXIT.bad;
  }
  await office.revoke(
    wanted.map(({ der }) => der),
    reason,
  );
  around.stdout.write(`${words.revoked(wanted.length)}\n`);
  tellIndex(await renewIndex(office, { fetch: false }), { words, stdout: around.stdout });
  return EXIT.good;
}

/** `ceralacca authority sign-index`: ends with 1 when a provider's file is not taken. @throws Fault `index-not-made` */
export async function signIndex(
  options: AuthorityOptions & { readonly ca?: string; readonly record?: readonly string[] },
  around: Around,
): Promise<ExitCode> {
  const office = await AuthorityOffice.open(options.folder, around);
  const pairs = (options.record ?? []).map((pair) => pair.split(/=(.*)/s, 2) as [string, string]);
  const ca = options.ca === undefined ? {} : { ca: await readFile(options.ca, 'utf8') };
  const renewed = await renewIndex(office, { fetch: true, ...ca, instead: new Map(pairs) });
  tellIndex(renewed, { words: wordsOf(options), stdout: around.stdout });
  return renewed.providers.every(({ outcome }) => outcome === 'taken') ? EXIT.good : EXIT.bad;
}

/** `ceralacca authority crl`: writes the lists of all its CAs. */
export async function writeRevocationLists(
  options: AuthorityOptions & { readonly to: string },
  around: Around,
): Promise<ExitCode> {
  const { authority } = await AuthorityOffice.open(options.folder, around);
  await mkdir(options.to, { recursive: true });
  for (const name of ISSUER_NAMES) {
    const path = join(options.to, `${name}.crl`);
    await writeFile(path, await authority.revocationList(name));
    around.stdout.write(`${wordsOf(options).written(path)}\n`);
  }
  return EXIT.good;
}

/** What became of each provider's file. */
export function tellIndex(
  renewed: RenewedIndex,
  { words, stdout }: { readonly words: AuthorityWords; readonly stdout: CommandSurroundings['stdout'] },
): void {
  for (const { key, outcome, problems, withdrawn, unreachable } of renewed.providers) {
    const why = [
      ...(unreachable === undefined ? [] : [unreachable]),
      ...problems.map(({ reason, detail }) => `${reason}: ${detail}`),
      ...(withdrawn.length === 0 ? [] : [words.withdrawn(withdrawn.length)]),
    ];
    stdout.write(`${key}: ${words.outcomes[outcome]}\n`);
    for (const line of why) stdout.write(`  ${printable(line)}\n`);
  }
  stdout.write(`${words.signed(renewed.recordCount)}\n`);
}

/** The keys that requests bring, or the sentence that says which one is not good. */
async function requestsOf(
  { csr, serverCsr, clientCsr }: ProviderOptions,
  words: AuthorityWords,
): Promise<Partial<Record<Purpose, KeyObject>> | string> {
  const files = { signature: csr, server: serverCsr, client: clientCsr };
  const keys: Partial<Record<Purpose, KeyObject>> = {};
  for (const purpose of PURPOSES) {
    const file = files[purpose];
    if (file === undefined) continue;
    const requested = await readRequest(file, { purpose, words });
    if (typeof requested === 'string') return requested;
    keys[purpose] = requested;
  }
  return keys;
}

async function readRequest(
  file: string,
  { purpose, words }: { readonly purpose: Purpose; readonly words: AuthorityWords },
): Promise<KeyObject | string> {
  const octets = await readFile(file);
  const reading = readCertificationRequest(derOf(octets, 'CERTIFICATE REQUEST'));
  if (!reading.ok) return words.badRequest(file, reading.reason);
  const { publicKey } = reading.value;
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  // SIG-6: what signs PEC is RSA of 2048 bits or more
  if (purpose === 'signature' && bits < 2048) return words.badRequest(file, 'RSA >= 2048');
  return publicKey;
}
