// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import { Spool, type SpooledMessage } from '../mailroom/contents/spool.ts';
import type { Refusal } from '../mailroom/queue/courier.ts';
import { DEFAULT_PEER_TIMEOUTS, PeerConnection } from '../mailroom/queue/peer-connection.ts';
import type { Hop } from '../mailroom/queue/routes.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { Journal } from '../platform/journal.ts';
import { systemTimers } from '../platform/timers.ts';
import { serverTlsOptions, type TlsIdentity } from '../platform/tls.ts';
import { formatDate } from '../wire/mime/dates.ts';
import { MemoryOctets, type Octets } from '../wire/mime/octets.ts';
import { pour } from '../wire/smtp/message-sink.ts';
import { refuseOctets } from '../wire/smtp/octet-rules.ts';
import { DEFAULT_SMTP_DOOR_LIMITS, SmtpDoor } from '../wire/smtp/smtp-door.ts';
import type { SmtpHost, SmtpPeer, SmtpTransaction } from '../wire/smtp/smtp-host.ts';
import { replyText, type SmtpReply } from '../wire/smtp/smtp-reply.ts';
import { Maildir } from './maildir.ts';
import { type Undelivered, writeBounce } from './ordinary-bounce.ts';
import { TracedOctets } from './traced-octets.ts';

const MESSAGE_BYTES = 200 * 1024 * 1024;

export interface OrdinaryHostOptions {
  readonly folder: string;
  readonly domain: string;
  readonly hostname: string;
  readonly mailboxes: readonly { readonly address: string; readonly folder: string }[];
  /** An address that takes every message and then sends it back. */
  readonly bouncing: string;
  /** Where the mail of other domains goes. */
  readonly routes: ReadonlyMap<string, Hop>;
  readonly tls: TlsIdentity;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly journal: Journal;
}

/** A message on its way through, with the trace field of this host on top. */
interface Passing {
  readonly reversePath: string;
  readonly octets: Octets;
  readonly eightBit: boolean;
}

const TAKEN: SmtpReply = { code: 250, enhanced: '2.0.0', text: 'taken' };
const TOO_LARGE: SmtpReply = { code: 552, enhanced: '5.3.4', text: 'message too large' };
const NOT_NOW: SmtpReply = { code: 451, enhanced: '4.3.0', text: 'not possible now' };
const NO_MAILBOX: SmtpReply = { code: 550, enhanced: '5.1.1', text: 'no such mailbox here' };
const NO_DOMAIN: SmtpReply = { code: 550, enhanced: '5.1.2', text: 'no such domain in this demo' };
const UNREACHABLE: SmtpReply = { code: 451, enhanced: '4.4.1', text: 'the other host does not answer' };

/**
 * The ordinary mail system of the demo: takes mail for its own mailboxes into maildirs, and passes on at
 * once what is for others. It has no queue: who could not be reached is told by the reply, or by a bounce
 * when others had the message. No certified anything.
 */
export class OrdinaryHost implements SmtpHost<never>, AsyncDisposable {
  readonly #options: OrdinaryHostOptions;
  readonly #maildirs: ReadonlyMap<string, Maildir>;
  readonly #door: SmtpDoor<never>;
  #spools = 0;

  constructor(options: OrdinaryHostOptions) {
    this.#options = options;
    this.#maildirs = new Map(
      options.mailboxes.map(({ address, folder }) => [address, new Maildir(join(options.folder, folder))]),
    );
    this.#door = new SmtpDoor<never>({
      host: this,
      name: options.hostname,
      tls: serverTlsOptions(options.tls),
      mode: 'starttls',
      limits: { ...DEFAULT_SMTP_DOOR_LIMITS, messageBytes: MESSAGE_BYTES, recipients: 500 },
    });
  }

  async listen(where: { readonly host: string; readonly port: number }): Promise<void> {
    for (const maildir of this.#maildirs.values()) await maildir.prepare();
    await this.#door.listen(where);
  }

  checkSender(): undefined {
    return undefined;
  }

  checkRecipient(forwardPath: string): SmtpReply | undefined {
    const address = forwardPath.toLowerCase();
    const domain = domainOf(address);
    if (domain !== this.#options.domain) return this.#options.routes.has(domain) ? undefined : NO_DOMAIN;
    return this.#maildirs.has(address) || address === this.#options.bouncing ? undefined : NO_MAILBOX;
  }

  async takeMessage(octets: AsyncIterable<Buffer>, transaction: SmtpTransaction<never>): Promise<SmtpReply> {
    const spool = new Spool({
      numbers: { nextBlobId: () => ++this.#spools, nextContentId: () => 0 },
      folder: this.#options.folder,
      maxSizeBytes: MESSAGE_BYTES,
    });
    const message = await pour(octets, spool);
    if (message === 'too-large') return TOO_LARGE;
    try {
      return refuseOctets(message.index) ?? (await this.#passOn(message, transaction));
    } finally {
      await message.discard();
    }
  }

  translate(error: unknown): SmtpReply {
    this.#options.journal.warn({ error }, 'the ordinary host could not take a message');
    return NOT_NOW;
  }

  onDisturbance(error: unknown): void {
    this.#options.journal.debug({ error }, 'a connection to the ordinary host failed');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#door.close();
  }

  async #passOn(message: SpooledMessage, transaction: SmtpTransaction<never>): Promise<SmtpReply> {
    const { reversePath, forwardPaths, peer } = transaction;
    const passing = {
      reversePath,
      octets: new TracedOctets(this.#received(peer), message.octets),
      eightBit: message.index.eightBit,
    };
    const returned = forwardPaths.filter((path) => path.toLowerCase() === this.#options.bouncing);
    const others = forwardPaths.filter((path) => !returned.includes(path));
    const failures = await this.#distribute(passing, others);
    const [first] = failures;
    // Nobody has it: the reply says enough.
    if (first !== undefined && failures.length === forwardPaths.length) return first.reply;
    const undelivered = [...returned.map((address) => ({ address, reply: NO_MAILBOX })), ...failures];
    if (undelivered.length > 0 && reversePath !== '') {
      await this.#bounce({ to: reversePath, failures: undelivered, header: message.header });
    }
    return TAKEN;
  }

  /** Brings a message to each domain; who did not get it, and why. */
  async #distribute(passing: Passing, forwardPaths: readonly string[]): Promise<Undelivered[]> {
    const failures: Undelivered[] = [];
    for (const [domain, addresses] of Map.groupBy(forwardPaths, domainOf)) {
      const hop = this.#options.routes.get(domain);
      if (hop === undefined) await this.#keep(passing, addresses);
      else failures.push(...(await this.#relay(passing, { hop, addresses })));
    }
    return failures;
  }

  async #keep({ reversePath, octets }: Passing, addresses: readonly string[]): Promise<void> {
    // RFC 5321 section 4.4: final delivery adds the reverse path.
    const complete = new TracedOctets(Buffer.from(`Return-Path: <${reversePath}>\r\n`), octets);
    for (const address of addresses) {
      const name = `${this.#options.ids.token()}.${this.#options.hostname}`;
      await this.#maildirs.get(address.toLowerCase())?.deliver(name, complete.stream());
    }
  }

  async #relay(
    passing: Passing,
    { hop, addresses }: { readonly hop: Hop; readonly addresses: readonly string[] },
  ): Promise<Undelivered[]> {
    const { hostname, journal } = this.#options;
    try {
      const protection = { tls: 'opportunistic' } as const;
      const connection = await PeerConnection.open({
        hop,
        protection,
        ownName: hostname,
        timeouts: DEFAULT_PEER_TIMEOUTS,
        timers: systemTimers,
      });
      try {
        const { refused } = await connection.send({ ...passing, forwardPaths: addresses });
        return refused.map(undelivered);
      } finally {
        connection.close();
      }
    } catch (error) {
      journal.warn({ error, hop }, 'the ordinary host could not pass on a message');
      return addresses.map((address) => ({ address, reply: UNREACHABLE }));
    }
  }

  /** RFC 5321 section 6.1: with the null reverse path, so that no bounce causes another. */
  async #bounce(facts: {
    readonly to: string;
    readonly failures: readonly Undelivered[];
    readonly header: Buffer;
  }): Promise<void> {
    if (this.checkRecipient(facts.to) !== undefined) return;
    const { hostname, clock, ids, journal } = this.#options;
    const octets = new MemoryOctets(writeBounce({ ...facts, hostname, instant: clock.now(), ids }));
    const passing = { reversePath: '', octets, eightBit: true };
    const failures = await this.#distribute(passing, [facts.to]);
    if (failures.length > 0) journal.warn({ failures }, 'a bounce of the ordinary host was not taken');
  }

  /** RFC 5321 section 4.4. */
  #received({ helo, address }: SmtpPeer): Buffer {
    const { hostname, clock, ids } = this.#options;
    const date = formatDate(clock.now(), 0);
    const from = replyText(helo) || 'unknown';
    return Buffer.from(
      `Received: from ${from} ([${address}])\r\n by ${hostname} with ESMTP id ${ids.token(12)};\r\n ${date}\r\n`,
    );
  }
}

function undelivered({ address, code, enhanced, text }: Refusal): Undelivered {
  const reply = { code, enhanced: enhanced ?? `${Math.floor(code / 100)}.0.0`, text: replyText(text) };
  return { address, reply };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
