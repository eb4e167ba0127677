// SPDX-License-Identifier: EUPL-1.2
import type { Dns } from '../../platform/dns.ts';
import type { Timers } from '../../platform/timers.ts';

/** Questions that one message may cause: SPF has 10 of its own (RFC 7208), with several addresses behind each. */
export const LOOKUP_LIMIT = 100;

/** The DNS questions of one message, in the form of `node:dns`, until the time or the number of them is used up. */
export class BoundedLookups {
  readonly #dns: Dns;
  readonly #cancel: () => void;
  #asked = 0;
  /** Rejects when the time is up. */
  readonly timeUp: Promise<never>;

  constructor(options: { readonly dns: Dns; readonly timers: Timers; readonly patienceMs: number }) {
    this.#dns = options.dns;
    const { promise, reject } = Promise.withResolvers<never>();
    this.timeUp = promise;
    // Nobody may be waiting any more.
    promise.catch(() => undefined);
    this.#cancel = options.timers.after(options.patienceMs, () => reject(noAnswer('the time is up')));
  }

  end(): void {
    this.#cancel();
  }

  /** Rejects with the codes of `node:dns`: ENODATA for nothing there, ETIMEOUT for no answer. */
  async resolve(name: string, type: string): Promise<string[] | string[][]> {
    if (++this.#asked > LOOKUP_LIMIT) throw noAnswer('too many questions');
    const answer = await Promise.race([this.#ask(name, type), this.timeUp]);
    if (answer.length === 0) throw Object.assign(new Error(`nothing at ${name}`), { code: 'ENODATA' });
    return answer;
  }

  async #ask(name: string, type: string): Promise<string[] | string[][]> {
    try {
      switch (type) {
        case 'TXT':
          return (await this.#dns.texts(name)).map((text) => [text]);
        case 'A':
        case 'AAAA':
          return (await this.#dns.addresses(name)).filter(
            (found) => found.includes(':') === (type === 'AAAA'),
          );
        case 'MX':
          return await this.#mailHosts(name);
        default:
          // RFC 7208 section 5.5: `ptr` is not to be used, and counts as no match here.
          return [];
      }
    } catch (cause) {
      throw noAnswer(`no answer about ${name}`, cause);
    }
  }

  /** MX records as `node:dns` gives them: objects, whatever the package's types say. */
  async #mailHosts(name: string): Promise<string[]> {
    const found = await this.#dns.mailHosts(name);
    if (found.found !== 'hosts') return [];
    return found.hosts.map((host) => ({
      exchange: host.name,
      priority: host.preference,
    })) as unknown as string[];
  }
}

function noAnswer(sentence: string, cause?: unknown): Error {
  return Object.assign(new Error(sentence, { cause }), { code: 'ETIMEOUT' });
}
