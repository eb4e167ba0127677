// SPDX-License-Identifier: EUPL-1.2
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  closeHttp,
  listenHttp,
  SHORT_REQUEST_CONNECTIONS,
  SHORT_REQUESTS,
} from '../../platform/http-listening.ts';
import type { Journal } from '../../platform/journal.ts';

export interface WatchPage {
  readonly contentType: string;
  readonly text: string;
  /** 200 unless told. */
  readonly status?: 200 | 503;
}

/** What is shown, by path; each is asked anew. One that rejects becomes a 500 without a reason. */
export type WatchPages = Readonly<Record<string, () => Promise<WatchPage>>>;

export interface WatchFrontOptions {
  readonly pages: WatchPages;
  readonly journal: Journal;
}

/** Whoever watches keeps his connection from one look to the next. */
const KEEP_ALIVE_MS = 75_000;

/** Metrics, health and status over HTTP, to be read only: for the operator's own machines. */
export class WatchFront implements AsyncDisposable {
  readonly #options: WatchFrontOptions;
  readonly #server: Server;

  constructor(options: WatchFrontOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        ...SHORT_REQUESTS,
        keepAliveTimeout: KEEP_ALIVE_MS,
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
      response.setHeader('allow', 'GET, HEAD');
      return send(response, { status: 405, contentType: 'text/plain', text: 'read only\n' });
    }
    const path = url.split('?', 1)[0] ?? '/';
    const { pages, journal } = this.#options;
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) {
      const text = `${Object.keys(pages).join('\n')}\n`;
      return send(response, { status: 404, contentType: 'text/plain', text });
    }
    try {
      send(response, { status: 200, ...(await page()) });
    } catch (error) {
      journal.error({ path, error }, 'what is watched could not be told');
      send(response, { status: 500, contentType: 'text/plain', text: 'see the journal\n' });
    }
  }
}

function send(
  response: ServerResponse,
  { status, contentType, text }: Omit<WatchPage, 'status'> & { readonly status: number },
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
