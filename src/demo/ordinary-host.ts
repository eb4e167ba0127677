// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';
import { Spool, type SpooledMessage } from '../mailroom/contents/spool.ts';
import { PeerConnection } from '../mailroom/queue/peer-connection.ts';
import type { Hop } from '../mailroom/queue/routes.ts';
import { Fault } from '../platform/faults.ts';
import type { Ids } from '../platform/ids.ts';
import type { Journal } from '../platform/journal.ts';
import { serverTlsOptions, type TlsIdentity } from '../platform/tls.ts';
import { refuseOctets } from '../wire/smtp/octet-rules.ts';
import { DEFAULT_SMTP_DOOR_LIMITS, SmtpDoor } from '../wire/smtp/smtp-door.ts';
import type { SmtpHost, SmtpTransaction } from '../wire/smtp/smtp-host.ts';
import type { SmtpReply } from '../wire/smtp/smtp-reply.ts';
import { Maildir } from './maildir.ts';

const MESSAGE_BYTES = 200 * 1024 * 1024;

export interface OrdinaryHostOptions {
  readonly folder: string;
  readonly domain: string;
  readonly hostname: string;
  readonly mailboxes: readonly { readonly address: string; readonly folder: string }[];
  /** Where the mail of other domains goes. */
  readonly routes: ReadonlyMap<string, Hop>;
  readonly tls: TlsIdentity;
  readonly ids: Ids;
  readonly journal: Journal;
}

const TAKEN: SmtpReply = { code: 250, enhanced: '2.0.0', text: 'taken' };

/**
 * The ordinary mail system of the demo: takes mail for its own mailboxes into maildirs, and passes on at
 * once what is for others, answering with what the other side said. No certified anything.
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
    const domain = domainOf(forwardPath);
    if (domain === this.#options.domain) {
      if (this.#maildirs.has(forwardPath.toLowerCase())) return undefined;
      return { code: 550, enhanced: '5.1.1', text: 'no such mailbox here' };
    }
    if (this.#options.routes.has(domain)) return undefined;
    return { code: 550, enhanced: '5.1.2', text: 'no such domain in this demo' };
  }

  async takeMessage(octets: AsyncIterable<Buffer>, transaction: SmtpTransaction<never>): Promise<SmtpReply> {
    const spool = new Spool({
      numbers: { nextBlobId: () => ++this.#spools, nextContentId: () => 0 },
      folder: this.#options.folder,
      maxSizeBytes: MESSAGE_BYTES,
    });
    for await (const chunk of octets) await spool.write(chunk);
    if (spool.tooLarge) {
      await spool.discard();
      return { code: 552, enhanced: '5.3.4', text: 'message too large' };
    }
    const message = await spool.finish();
    try {
      return refuseOctets(message.index) ?? (await this.#passOn(message, transaction));
    } finally {
      await message.discard();
    }
  }

  translate(error: unknown): SmtpReply {
    this.#options.journal.warn({ error }, 'the ordinary host could not take a message');
    const temporary = !(error instanceof Fault) || error.temporary;
    return { code: temporary ? 451 : 554, enhanced: temporary ? '4.3.0' : '5.3.0', text: 'not possible now' };
  }

  onDisturbance(error: unknown): void {
    this.#options.journal.debug({ error }, 'a connection to the ordinary host failed');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#door.close();
  }

  async #passOn(message: SpooledMessage, transaction: SmtpTransaction<never>): Promise<SmtpReply> {
    const { reversePath, forwardPaths } = transaction;
    const byDomain = Map.groupBy(forwardPaths, domainOf);
    for (const [domain, addresses] of byDomain) {
      const hop = this.#options.routes.get(domain);
      const reply =
        hop === undefined
          ? await this.#keep(message, addresses, reversePath)
          : await this.#relay(message, { hop, addresses, reversePath });
      if (reply.code !== 250) return reply;
    }
    return TAKEN;
  }

  async #keep(
    message: SpooledMessage,
    addresses: readonly string[],
    reversePath: string,
  ): Promise<SmtpReply> {
    for (const address of addresses) {
      const name = `${this.#options.ids.token()}.${this.#options.hostname}`;
      await this.#maildirs.get(address.toLowerCase())?.deliver(name, withReturnPath(reversePath, message));
    }
    return TAKEN;
  }

  async #relay(
    message: SpooledMessage,
    to: { readonly hop: Hop; readonly addresses: readonly string[]; readonly reversePath: string },
  ): Promise<SmtpReply> {
    const connection = await PeerConnection.open({
      hop: to.hop,
      protection: { tls: 'opportunistic' },
      ownName: this.#options.hostname,
    });
    try {
      const outcome = await connection.send({
        reversePath: to.reversePath,
        forwardPaths: to.addresses,
        eightBit: message.index.eightBit,
        octets: message.octets,
      });
      const [refused] = outcome.refused;
      if (refused === undefined) return TAKEN;
      return { code: refused.code, enhanced: refused.enhanced ?? '5.0.0', text: refused.text };
    } finally {
      connection.close();
    }
  }
}

async function* withReturnPath(reversePath: string, message: SpooledMessage): AsyncGenerator<Uint8Array> {
  // RFC 5321 section 4.4: final delivery adds the reverse path.
  yield Buffer.from(`Return-Path: <${reversePath}>\r\n`);
  yield* message.octets.stream();
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
