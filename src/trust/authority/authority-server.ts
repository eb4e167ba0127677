// SPDX-License-Identifier: EUPL-1.2
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { Fault } from '../../platform/faults.ts';
import { closeHttp } from '../../platform/http-listening.ts';
import { type Journal, silentJournal } from '../../platform/journal.ts';
import { type Authority, ISSUER_NAMES } from './authority.ts';

/** A file that the Authority publishes. */
export interface Publication {
  /** Path of its URL, from the first slash. */
  readonly path: string;
  readonly mediaType: string;
  /** `licensed`: only over TLS and with a client certificate of the Authority (DIR-11). */
  readonly audience: 'everyone' | 'licensed';
  /** What it holds now. */
  read(): Buffer | Promise<Buffer>;
}

/** What the Authority does on request, over HTTP and for everyone. */
export interface Service {
  /** Path of its URL, from the first slash. */
  readonly path: string;
  /** Of what comes and of what is answered. */
  readonly requestType: string;
  readonly replyType: string;
  /** Larger requests are refused. */
  readonly limitBytes: number;
  /** Whether it is also asked by GET, the request in base64 below its path (RFC 6960 appendix A.1). */
  readonly inPath?: boolean;
  reply(request: Buffer): Promise<Buffer>;
}

/** Where to listen; port 0 takes any free one. */
export interface Listening {
  readonly host: string;
  readonly port: number;
}

export interface LicensedListening extends Listening {
  /** The server's certificate and chain, PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** Who may vouch for clients, PEM. */
  readonly clientCa: string;
  /** Whether a client's certificate, DER, was taken back; nobody's unless told. */
  readonly isRevoked?: (certificate: Buffer) => Promise<boolean>;
}

/** DIR-8 */
export const INDEX_MEDIA_TYPE = 'application/pkcs7-mime; smime-type=signed-data';
export const INDEX_PATH = '/igpec/igpec.ldif.p7m';
/** RFC 2585 section 4.2 */
export const CRL_MEDIA_TYPE = 'application/pkix-crl';
export const CRL_FOLDER = '/crl';

/**
 * Gives out what an Authority publishes: CRLs over plain HTTP to everyone, the index over HTTPS to licensed
 * providers. It holds nothing itself, so that it can listen, and have its URLs, before the Authority exists
 * whose certificates name them.
 */
export class AuthorityServer {
  readonly #publications = new Map<string, Publication>();
  readonly #services = new Map<string, Service>();
  readonly #servers: Server[] = [];
  readonly #journal: Journal;

  constructor(journal: Journal = silentJournal) {
    this.#journal = journal;
  }

  /** Adds a file, or puts another in its place. */
  publish(publication: Publication): void {
    this.#publications.set(publication.path, publication);
  }

  /** Offers a service, or puts another in its place. */
  offer(service: Service): void {
    this.#services.set(service.path, service);
  }

  /** Publishes the CRLs of all its CAs, always fresh, and its index. */
  publishAuthority(authority: Authority, index: () => Buffer | Promise<Buffer>): void {
    for (const name of ISSUER_NAMES) {
      this.publish({
        path: `${CRL_FOLDER}/${name}.crl`,
        mediaType: CRL_MEDIA_TYPE,
        audience: 'everyone',
        read: () => authority.revocationList(name),
      });
    }
    this.publish({ path: INDEX_PATH, mediaType: INDEX_MEDIA_TYPE, audience: 'licensed', read: index });
  }

  /** Listens without TLS. Returns where the CRLs are (`crlBaseUrl` of the Authority). Throws a `Fault`. */
  async listenToEveryone(where: Listening): Promise<string> {
    const server = createHttpServer((request, response) => {
      void this.#answer(request, response, 'everyone');
    });
    const port = await this.#listen(server, where);
    return `http://${where.host}:${port}${CRL_FOLDER}`;
  }

  /** Listens over TLS to who shows a certificate (DIR-11). Returns the URL of the index. Throws a `Fault`. */
  async listenToLicensed(where: LicensedListening): Promise<string> {
    const { certificate: cert, key, clientCa: ca } = where;
    const tls = {
      cert,
      key,
      ca,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    } as const;
    const { isRevoked = async () => false } = where;
    const server = createHttpsServer(tls, (request, response) => {
      void refusal(request, isRevoked).then(
        (status) => {
          if (status === undefined) return this.#answer(request, response, 'licensed');
          response.writeHead(status).end();
        },
        (cause: unknown) => {
          this.#journal.error({ cause: String(cause) }, 'a client cannot be judged');
          response.writeHead(503).end();
        },
      );
    });
    const port = await this.#listen(server, where);
    return `https://${where.host}:${port}${INDEX_PATH}`;
  }

  /** Stops listening and ends the connections that are open. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map(closeHttp));
  }

  #serviceAt(path: string): Service | undefined {
    const exact = this.#services.get(path);
    if (exact !== undefined) return exact;
    return [...this.#services.values()].find(
      ({ path: above, inPath }) => inPath === true && path.startsWith(`${above}/`),
    );
  }

  #listen(server: Server, { host, port }: Listening): Promise<number> {
    return new Promise((resolve, reject) => {
      server.once('error', (cause) => {
        const message = `the authority cannot listen on ${host}:${port}`;
        reject(new Fault('port-unavailable', message, { temporary: false, cause }));
      });
      server.listen(port, host, () => {
        this.#servers.push(server);
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    audience: Publication['audience'],
  ): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const service = audience === 'everyone' ? this.#serviceAt(path) : undefined;
    if (service !== undefined) return serve(service, { request, response, journal: this.#journal });
    const publication = this.#publications.get(path);
    if (publication === undefined || (publication.audience === 'licensed' && audience === 'everyone')) {
      response.writeHead(404).end();
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    try {
      const octets = await publication.read();
      const headers = { 'content-type': publication.mediaType, 'content-length': octets.length };
      response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : octets);
    } catch (cause) {
      // Nothing of it was sent, so the client may ask again.
      this.#journal.error({ path, cause: String(cause) }, 'a publication cannot be read');
      response.writeHead(503).end();
    }
  }
}

/** DIR-11: what is answered to who was a licensed provider, and is no more. */
async function refusal(
  { socket }: IncomingMessage,
  isRevoked: (certificate: Buffer) => Promise<boolean>,
): Promise<403 | undefined> {
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return shown !== undefined && !(await isRevoked(shown.raw)) ? undefined : 403;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly journal: Journal;
}

async function serve(service: Service, { request, response, journal }: Exchange): Promise<void> {
  const { path, replyType } = service;
  try {
    const asked = await readRequest(service, request);
    if (Buffer.isBuffer(asked)) {
      const octets = await service.reply(asked);
      const headers = { 'content-type': replyType, 'content-length': octets.length };
      response.writeHead(200, headers).end(octets);
    } else response.writeHead(asked.status, asked.headers).end();
  } catch (cause) {
    journal.error({ path, cause: String(cause) }, 'a request cannot be served');
    if (!response.headersSent) response.writeHead(503).end();
  }
}

/** What is asked of a service, or how the refusal of it is said. */
async function readRequest(
  { path, requestType, limitBytes, inPath = false }: Service,
  request: IncomingMessage,
): Promise<Buffer | { readonly status: number; readonly headers?: Record<string, string> }> {
  const { method, url = '', headers } = request;
  if (inPath && method === 'GET' && url.startsWith(`${path}/`)) {
    return fromPath(url.slice(path.length + 1), limitBytes);
  }
  if (method !== 'POST') return { status: 405, headers: { allow: inPath ? 'GET, POST' : 'POST' } };
  if (headers['content-type'] !== requestType) return { status: 415 };
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) return { status: 413, headers: { connection: 'close' } };
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** RFC 6960 appendix A.1: base64, its `/`, `+` and `=` percent-encoded or, as many clients do, not. */
function fromPath(text: string, limitBytes: number): Buffer | { readonly status: number } {
  let base64: string;
  try {
    base64 = decodeURIComponent(text);
  } catch {
    return { status: 400 };
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return { status: 400 };
  const octets = Buffer.from(base64, 'base64');
  return octets.length > limitBytes ? { status: 414 } : octets;
}
