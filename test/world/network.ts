// SPDX-License-Identifier: EUPL-1.2
import type { StoredContent } from '../../src/mailroom/contents/content-store.ts';
import { type Courier, type RelayOutcome, refuseAll } from '../../src/mailroom/queue/courier.ts';
import type { QueueEntry } from '../../src/mailroom/queue/queue-store.ts';
import { Fault } from '../../src/platform/faults.ts';
import type { Home } from './home.ts';

/** One message that was handed over, and what the peer answered. */
export interface Hop {
  readonly from: string;
  /** Domain, or `local`. */
  readonly to: string;
  readonly kind: string;
  readonly identifier: string;
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  /** `taken`, or the reply in SMTP's words. */
  readonly answer: string;
  readonly octets: Buffer;
}

/** What an ordinary host received. */
export interface OrdinaryMail {
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  readonly octets: Buffer;
}

/** An ordinary mail host: takes everything, but for the local parts it does not know. */
export class OrdinaryHost {
  readonly domain: string;
  readonly mail: OrdinaryMail[] = [];
  readonly unknown = new Set<string>();

  constructor(domain: string) {
    this.domain = domain;
  }
}

/** The wires between the providers: hands messages over in process, remembers each, and goes wrong on demand. */
export class Network {
  readonly hops: Hop[] = [];
  /** False for messages too large to be held: the hops are then without octets. */
  keepsCopies = true;
  readonly ordinary = new OrdinaryHost('posta.test');
  /** Domains whose machine does not answer. */
  readonly unreachable = new Set<string>();
  /** Changes what goes over the wire. */
  tamper: ((octets: Buffer, entry: QueueEntry) => Buffer) | undefined;
  /** Whether the answer to this entry gets lost on the way back. */
  losesAnswer: ((entry: QueueEntry) => boolean) | undefined;
  readonly #providers = new Map<string, Home>();

  /** From now on that provider's machine takes the mail of these domains. */
  serve(domains: readonly string[], provider: Home): void {
    for (const domain of domains) this.#providers.set(domain, provider);
  }

  /** What the hops of one kind were answered. */
  answers(kind: string): string[] {
    return this.hops.filter((hop) => hop.kind === kind).map((hop) => hop.answer);
  }

  /** The message of that kind that went over, the first one unless told. */
  carried(kind: string, at = 0): Hop {
    const found = this.hops.filter((hop) => hop.kind === kind)[at];
    if (found === undefined) throw new Error(`no ${kind} went over the network`);
    return found;
  }

  courierOf(from: Home): Courier {
    return {
      relay: async (entry, content) => {
        const domain = entry.destination;
        if (this.unreachable.has(domain)) {
          throw new Fault('peer-unreachable', `${domain} does not answer`, { temporary: true });
        }
        const provider = this.#providers.get(domain);
        const outcome =
          provider === undefined
            ? await this.#toOrdinary(entry, content)
            : await this.#toProvider(entry, content, provider);
        await this.note(from, entry, { content, outcome });
        if (this.losesAnswer?.(entry) === true) {
          throw new Fault('peer-lost', 'the connection broke before the answer', { temporary: true });
        }
        return outcome;
      },
    };
  }

  async note(
    from: Home,
    entry: QueueEntry,
    { content, outcome }: { content: StoredContent; outcome: RelayOutcome },
  ): Promise<void> {
    const [refused] = outcome.refused;
    const { kind, identifier, reversePath, forwardPaths, destination } = entry;
    this.hops.push({
      from: from.key,
      to: destination,
      kind,
      identifier,
      reversePath,
      forwardPaths,
      answer: refused === undefined ? 'taken' : `${refused.code} ${refused.enhanced} ${refused.text}`,
      octets: await content.octets.read(0, this.keepsCopies ? content.size : 0),
    });
  }

  async #toProvider(entry: QueueEntry, content: StoredContent, to: Home): Promise<RelayOutcome> {
    const { tamper } = this;
    const chunks =
      tamper === undefined
        ? content.octets.stream()
        : [tamper(await content.octets.read(0, content.size), entry)];
    const message = await to.spool(chunks);
    try {
      const answer = await to.house.incoming.receive({
        reversePath: entry.reversePath,
        forwardPaths: entry.forwardPaths,
        message,
        peer: { address: '192.0.2.1', helo: `mx.${entry.destination}`, tls: true },
      });
      switch (answer.outcome) {
        case 'taken':
          return { accepted: entry.forwardPaths, refused: [], reply: '250 2.0.0 taken' };
        case 'refused':
          return { accepted: [], refused: refuseAll(entry, { ...answer, peerSpoke: true }) };
        case 'try-later':
          return { accepted: [], refused: tryLater(entry, answer.text) };
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { accepted: [], refused: tryLater(entry, error.code) };
    } finally {
      await message.discard();
    }
  }

  async #toOrdinary(entry: QueueEntry, content: StoredContent): Promise<RelayOutcome> {
    const { ordinary } = this;
    if (entry.destination !== ordinary.domain) {
      const text = `domain ${entry.destination} does not exist`;
      return { accepted: [], refused: refuseAll(entry, { code: 550, enhanced: '5.1.2', text }) };
    }
    const { reversePath, forwardPaths } = entry;
    const unknown = forwardPaths.filter((path) => ordinary.unknown.has(path));
    const accepted = forwardPaths.filter((path) => !unknown.includes(path));
    if (accepted.length > 0) {
      const octets = await content.octets.read(0, content.size);
      ordinary.mail.push({ reversePath, forwardPaths: accepted, octets });
    }
    const no = { code: 550, enhanced: '5.1.1', text: 'no such user', peerSpoke: true };
    return { accepted, refused: refuseAll({ forwardPaths: unknown }, no) };
  }
}

function tryLater(entry: QueueEntry, text: string) {
  return refuseAll(entry, { code: 451, enhanced: '4.3.0', text, peerSpoke: true });
}
