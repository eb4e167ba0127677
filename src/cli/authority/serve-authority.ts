// SPDX-License-Identifier: EUPL-1.2
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openJournal } from '../../platform/journal.ts';
import { systemTimers } from '../../platform/timers.ts';
import { ISSUER_NAMES } from '../../trust/authority/authority.ts';
import { AuthorityOffice } from '../../trust/authority/authority-office.ts';
import {
  AuthorityServer,
  CRL_FOLDER,
  CRL_MEDIA_TYPE,
  INDEX_MEDIA_TYPE,
  INDEX_PATH,
} from '../../trust/authority/authority-server.ts';
import { INDEX_FILE, renewIndex } from '../../trust/authority/index-renewal.ts';
import { certificatePem, identityPem } from '../../trust/authority/key-pair.ts';
import { OCSP_PATH, OcspResponder } from '../../trust/authority/ocsp-responder.ts';
import { TIME_STAMP_PATH, TimeStamping } from '../../trust/authority/time-stamping.ts';
import { type AuthorityOptions, tellIndex, wordsOf } from '../authority.ts';
import type { CommandSurroundings } from '../command-surroundings.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

const HOUR_MS = 3_600_000;

export interface ServeAuthorityOptions extends AuthorityOptions {
  readonly host: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** How often the providers' files are fetched and the index is signed anew. */
  readonly everyHours: number;
  /** PEM file: who else may vouch for the servers of providers. */
  readonly ca?: string;
}

/**
 * `ceralacca authority serve`: CRLs and time stamps over HTTP, the index over HTTPS, until it is asked to stop; other
 * commands may change the folder meanwhile. @throws Fault `port-unavailable`, `authority-folder-unusable`
 */
export async function serveAuthority(
  options: ServeAuthorityOptions,
  surroundings: CommandSurroundings,
): Promise<ExitCode> {
  const { folder, host } = options;
  const { stdout, stderr, clock, ids } = surroundings;
  const office = await AuthorityOffice.open(folder, surroundings);
  const server = new AuthorityServer(openJournal({ level: 'warn' }));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => server.close());
  const current = freshOffice(office, surroundings);
  for (const name of ISSUER_NAMES) {
    server.publish({
      path: `${CRL_FOLDER}/${name}.crl`,
      mediaType: CRL_MEDIA_TYPE,
      audience: 'everyone',
      read: async () => (await current()).authority.revocationList(name),
    });
  }
  const read = () => readFile(join(folder, INDEX_FILE));
  server.publish({ path: INDEX_PATH, mediaType: INDEX_MEDIA_TYPE, audience: 'licensed', read });
  server.offer(new TimeStamping({ identity: await office.timeStamper(), clock, ids }).service());
  server.offer(new OcspResponder(async () => (await current()).authority, clock).service());
  const crl = await server.listenToEveryone({ host, port: options.httpPort });
  const { certificate, key } = identityPem(await office.indexServer());
  const { root, tls } = office.authority.parts.certificates;
  const index = await server.listenToLicensed({
    host,
    port: options.httpsPort,
    certificate,
    key,
    isRevoked: async (shown) => (await current()).authority.isRevoked(shown),
    clientCa: [root, tls].map(certificatePem).join(''),
  });
  const stamps = crl.replace(CRL_FOLDER, TIME_STAMP_PATH);
  const ocsp = crl.replace(CRL_FOLDER, OCSP_PATH);
  const words = wordsOf(options);
  stdout.write(`${words.serving({ index, crl, ocsp, stamps })}\n`);
  const ca = options.ca === undefined ? {} : { ca: await readFile(options.ca, 'utf8') };
  let stop: (() => void) | undefined;
  const round = async (): Promise<void> => {
    try {
      tellIndex(await renewIndex(await current(), { fetch: true, ...ca }), { words, stdout });
    } catch (error) {
      // The index that is there is served on.
      stderr.write(`ceralacca: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    stop = systemTimers.after(options.everyHours * HOUR_MS, () => void round());
  };
  const first = round();
  await surroundings.stopRequested();
  await first;
  stop?.();
  return EXIT.good;
}

/** The office as it lies in its folder now: read again when another command has changed it. */
function freshOffice(
  office: AuthorityOffice,
  tools: Pick<CommandSurroundings, 'clock' | 'ids'>,
): () => Promise<AuthorityOffice> {
  const { folder } = office;
  const stamp = async () => {
    const files = await Promise.all(
      ['authority.json', 'register.json'].map((name) => stat(join(folder, name))),
    );
    return files.map(({ mtimeMs, ino }) => `${mtimeMs} ${ino}`).join(' ');
  };
  let known: Promise<string> | undefined = stamp();
  let open = Promise.resolve(office);
  return async () => {
    const now = await stamp();
    if (now !== (await known)) {
      known = Promise.resolve(now);
      open = AuthorityOffice.open(folder, tools);
    }
    return open;
  };
}
