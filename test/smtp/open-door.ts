// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { DoorTimers } from '../../src/wire/smtp/door-timers.ts';
import { DEFAULT_SMTP_DOOR_LIMITS, SmtpDoor, type SmtpDoorLimits } from '../../src/wire/smtp/smtp-door.ts';
import type { SmtpHost, SmtpTransaction } from '../../src/wire/smtp/smtp-host.ts';
import { TestAuthority } from './certificates.ts';
import { Dialogue } from './dialogue.ts';

/** Timers that fire when told to. */
export class HandTimers implements DoorTimers {
  readonly #waiting = new Set<{ at: number; callback: () => void }>();
  #now = 0;

  get waiting(): number {
    return this.#waiting.size;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#waiting.add(timer);
    return () => this.#waiting.delete(timer);
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#waiting].filter(({ at }) => at <= this.#now)) {
      this.#waiting.delete(timer);
      timer.callback();
    }
  }
}

/** What a host says to a message it took. */
export const OK = { code: 250, enhanced: '2.0.0', text: 'taken' };

let identity: { key: Buffer; cert: Buffer };

/** The certificate that doors of this file show. */
export function doorIdentity(): { readonly key: Buffer; readonly cert: Buffer } {
  return identity;
}

/** To be called in a suite that opens doors: they have a certificate while it runs. */
export function showsCertificate(): void {
  let authority: TestAuthority;
  before(() => {
    authority = new TestAuthority();
    identity = authority.issue('mx.alfa.test');
  });
  after(() => authority[Symbol.dispose]());
}

interface Heard {
  readonly transactions: { transaction: SmtpTransaction<string>; octets: string }[];
  readonly failures: unknown[];
  readonly disturbances: unknown[];
}

/** A door on a free port, before a host that takes everything and tells what it heard. */
export async function openDoor(
  options: {
    host?: Partial<SmtpHost<string>>;
    limits?: Partial<SmtpDoorLimits>;
    mode?: 'implicit' | 'starttls';
    login?: boolean;
    timers?: DoorTimers;
    placeOf?: (address: string) => string;
  } = {},
) {
  const heard: Heard = { transactions: [], failures: [], disturbances: [] };
  const host: SmtpHost<string> = {
    checkSender: () => undefined,
    checkRecipient: () => undefined,
    takeMessage: async (chunks, transaction) => {
      try {
        const octets: Buffer[] = [];
        for await (const chunk of chunks) octets.push(chunk);
        heard.transactions.push({ transaction, octets: Buffer.concat(octets).toString('latin1') });
        return OK;
      } catch (error) {
        heard.failures.push(error);
        throw error;
      }
    },
    translate: (error) => {
      heard.failures.push(error);
      return { code: 451, enhanced: '4.3.0', text: 'translated' };
    },
    onDisturbance: (error) => heard.disturbances.push(error),
    ...(options.login
      ? {
          authenticate: async ({ username, password }) =>
            username === 'a@alfa.test' && password === 'segreta'
              ? { user: username }
              : { refused: { code: 535, enhanced: '5.7.8', text: 'no' } },
        }
      : {}),
    ...options.host,
  };
  const door = new SmtpDoor({
    host,
    name: 'mx.alfa.test',
    tls: identity,
    mode: options.mode ?? 'starttls',
    ...(options.timers && { timers: options.timers }),
    ...(options.placeOf && { placeOf: options.placeOf }),
    limits: {
      ...DEFAULT_SMTP_DOOR_LIMITS,
      messageBytes: 100_000,
      recipients: 3,
      closeMs: 200,
      ...options.limits,
    },
  });
  const { port } = await door.listen({ port: 0, host: '127.0.0.1' });
  return { door, port, heard };
}

/** A client that was greeted. */
export async function greeted(port: number, options: { tls?: boolean } = {}): Promise<Dialogue> {
  const dialogue = await Dialogue.open(port, options);
  assert.match(await dialogue.reply(), /^220 mx\.alfa\.test ESMTP/);
  return dialogue;
}

/** Ready for DATA. */
export async function withEnvelope(port: number): Promise<Dialogue> {
  const dialogue = await greeted(port);
  await dialogue.say('EHLO client.test');
  assert.match(await dialogue.say('MAIL FROM:<a@alfa.test>'), /^250/);
  assert.match(await dialogue.say('RCPT TO:<b@beta.test>'), /^250/);
  return dialogue;
}
