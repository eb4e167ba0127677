// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { DemoPorts, ProviderKey } from '../../src/demo/ports.ts';
import type { Dice } from './dice.ts';
import type { Ledger } from './ledger.ts';
import { drawUp, drawUpUnanswered, READERS, SENDERS } from './letters.ts';
import { visitByImap, visitByPop3 } from './readers.ts';
import { submitUntilTaken } from './senders.ts';

export interface LoadOptions {
  readonly ports: DemoPorts;
  readonly caFile: string;
  readonly ledger: Ledger;
  readonly dice: Dice;
}

const KEYS: readonly ProviderKey[] = ['alfa', 'beta'];
/** Between two messages of a sender. */
const SENDING_MS = { least: 20, most: 160 };
/** Between two visits of a reader. */
const VISITING_MS = { least: 300, most: 700 };

/** Everybody who uses the two providers: senders, and readers who remove what they have read. */
export class Load {
  readonly #options: LoadOptions;
  readonly #ca: string;
  #on = false;
  #calms = 0;
  #letters = 0;
  #drafts = 0;
  #work: Promise<unknown> = Promise.resolve();
  #failure: unknown;
  #abandoned = false;
  /** Visits of readers that went well. */
  visits = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#ca = readFileSync(options.caFile, 'utf8');
  }

  begin(): void {
    this.#on = true;
    this.#work = Promise.all(
      KEYS.flatMap((key) => [
        ...SENDERS[key].map((sender) => this.#send(key, sender)),
        ...READERS[key].map((mailbox, at) => this.#read(key, { mailbox, byImap: at === 0 })),
      ]),
    ).catch((error: unknown) => {
      this.#on = false;
      this.#failure = error;
    });
  }

  /** Throws what a client met that it should not have met. */
  requireUndisturbed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** While somebody wants it calm nothing new is begun. */
  calm(wanted: boolean): void {
    this.#calms += wanted ? 1 : -1;
  }

  /** Nothing new is begun; resolves when each message that was begun has been taken. */
  async end(): Promise<void> {
    this.#on = false;
    await this.#work;
    this.requireUndisturbed();
  }

  /** Everybody leaves, whatever they wait for. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    this.#on = false;
    await this.#work;
  }

  /** One message from each provider to somebody whose provider does not answer. */
  async sendUnanswered(): Promise<void> {
    await Promise.all(
      KEYS.map((provider) => {
        const facts = { number: ++this.#letters, dice: this.#options.dice };
        return this.#submit(provider, drawUpUnanswered({ provider, sender: SENDERS[provider][0] }, facts));
      }),
    );
  }

  async #send(provider: ProviderKey, sender: string): Promise<void> {
    const dice = this.#options.dice.another();
    while (this.#on) {
      if (this.#calms === 0) {
        const letter = drawUp({ provider, sender }, { number: ++this.#letters, dice });
        await this.#submit(provider, letter);
      }
      await pause(dice.between(SENDING_MS.least, SENDING_MS.most));
    }
  }

  #submit(provider: ProviderKey, letter: ReturnType<typeof drawUp>): Promise<void> {
    const { ports, ledger } = this.#options;
    const { submission: port } = ports[provider];
    return submitUntilTaken(letter, { port, ca: this.#ca, ledger, abandoned: () => this.#abandoned });
  }

  async #read(key: ProviderKey, who: { readonly mailbox: string; readonly byImap: boolean }): Promise<void> {
    const { mailbox, byImap } = who;
    const { ports, caFile, ledger } = this.#options;
    const dice = this.#options.dice.another();
    const { imaps, pop3s } = ports[key];
    while (this.#on) {
      const reading = { mailbox, caFile, ledger, port: byImap ? imaps : pop3s };
      if (this.#calms === 0) {
        const visit = byImap
          ? visitByImap(reading, `<bozza.${++this.#drafts}@programma.test>`)
          : visitByPop3(reading);
        await visit.then(
          () => {
            this.visits += 1;
          },
          (error: unknown) => {
            if (!isGoneAway(error)) throw error;
          },
        );
      }
      await pause(dice.between(VISITING_MS.least, VISITING_MS.most));
    }
  }
}

/** What a mail program hears when the server dies under it. */
function isGoneAway(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('closed after');
}
