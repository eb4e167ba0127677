// SPDX-License-Identifier: EUPL-1.2
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  closeHttp,
  listenHttp,
  SHORT_REQUEST_CONNECTIONS,
  SHORT_REQUESTS,
} from '../../platform/http-listening.ts';
import type { Journal } from '../../platform/journal.ts';
import { serverTlsOptions, type TlsIdentity } from '../../platform/tls.ts';

export interface PublicationFrontOptions {
  readonly identity: TlsIdentity;
  /** Path of the URL, from the first slash. */
  readonly path: string;
  /** The signed file, DER. One that rejects becomes a 503: whoever asked may ask again. */
  readonly file: () => Promise<Buffer>;
  readonly journal: Journal;
}

/** DIR-8 */
const MEDIA_TYPE = 'application/pkcs7-mime; smime-type=signed-data';

/** The provider's own signed record over HTTPS, for everybody (DIR-8). */
export class PublicationFront implements AsyncDisposable {
  readonly #options: PublicationFrontOptions;
  readonly #server: Server;

  constructor(options: PublicationFrontOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        ...serverTlsOptions(options.identity),
        handshakeTimeout: SHORT_REQUESTS.requestTimeout,
        ...SHORT_REQUESTS,
      },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.maxConnections = SHORT_REQUEST_CONNECTIONS;
  }

  /** Rejects with the system's error when the port is taken. */
  async listen(where: { readonly host: string; readonly port: number }): Promise<AddressInfo> {
    return listenHttp(this.#server, where);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeHttp(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Nobody sends us anything: what comes is not read.
    request.resume();
    const { method, url = '/' } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    const { path, file, journal } = this.#options;
    if ((url.split('?', 1)[0] ?? '/') !== path) {
      response.writeHead(404).end();
      return;
    }
    try {
      const octets = await file();
      response.writeHead(200, { 'content-type': MEDIA_TYPE, 'content-length': octets.length });
      response.end(method === 'HEAD' ? undefined : octets);
    } catch (error) {
      journal.error({ path, error }, 'our own record could not be signed');
      response.writeHead(503).end();
    }
  }
}
