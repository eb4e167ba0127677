// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../src/platform/faults.ts';
import type { Letter } from '../world/letters.ts';
import type { Ledger, Submitted } from './ledger.ts';
import type { Machine } from './machine.ts';
import type { Seeded } from './seeded.ts';
import { KNOW_THE_VIRUS, MOVING_DOMAIN, NEW_VIRUS, PEOPLE, SILENT_DOMAIN } from './town.ts';
import type { VirtualTime } from './virtual-time.ts';

const MINUTE_MS = 60_000;
/** A client that gets no answer sends again this often. */
const MOST_TRIES = 20;

export interface TrafficParts {
  readonly time: VirtualTime;
  readonly seeded: Seeded;
  readonly ledger: Ledger;
  readonly machines: readonly Machine[];
}

/** Who writes to whom, and what their mail programs hear of it. */
export class Traffic {
  readonly #parts: TrafficParts;
  #written = 0;

  constructor(parts: TrafficParts) {
    this.#parts = parts;
  }

  /** Somebody writes a message, now. */
  async writes(): Promise<void> {
    const { seeded, machines, ledger } = this.#parts;
    const machine = seeded.pick(machines);
    const sender = `${seeded.pick(PEOPLE)}@${machine.provider.domain}`;
    const clientId = `<${++this.#written}@client.test>`;
    const recipients = this.#recipients();
    const wellFormed = !seeded.happens(0.01);
    const infected = seeded.happens(0.02);
    const letter: Letter = {
      to: recipients.slice(0, 2),
      cc: recipients.slice(2),
      messageId: clientId,
      subject: `Pratica ${this.#written}`,
      text:
        'Si convoca il consiglio.\r\n'.repeat(seeded.between(1, 60)) + (infected ? `${NEW_VIRUS}\r\n` : ''),
      ...(wellFormed ? {} : { from: null }),
      ...(seeded.happens(0.4) && { receipt: seeded.pick(['breve', 'sintetica']) }),
    };
    const submitted: Submitted = {
      clientId,
      sender,
      home: machine.key,
      certified: recipients.filter((path) => /@pec\.\w+\.test$/.test(path)),
      ordinary: recipients.filter((path) => !/@pec\.\w+\.test$/.test(path)),
      admissible: wellFormed && !(infected && KNOW_THE_VIRUS.has(machine.key)),
      accepted: new Set(),
      refusedAnswers: 0,
      unanswered: 0,
      certifiedAs: [],
      notAccepted: 0,
    };
    ledger.submitted.set(clientId, submitted);
    await this.#submits(machine, { sender, letter, submitted, tries: 1 });
  }

  /** A mail host of the world outside writes to one of ours. */
  async outsideWrites(): Promise<void> {
    const { seeded, machines } = this.#parts;
    const machine = seeded.pick(machines);
    if (!machine.up) return;
    const to = `${seeded.pick(PEOPLE)}@${machine.provider.domain}`;
    const octets = Buffer.from(
      `From: noto@posta.test\r\nTo: ${to}\r\nSubject: Saluti\r\nMessage-ID: <${++this.#written}@posta.test>\r\n\r\nSaluti.\r\n`,
    );
    await machine
      .lives(machine.provider.receives(octets, { from: 'noto@posta.test', to: [to] }))
      .catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error;
      });
  }

  async #submits(
    machine: Machine,
    work: { sender: string; letter: Letter; submitted: Submitted; tries: number },
  ): Promise<void> {
    const { sender, letter, submitted, tries } = work;
    if (machine.up) {
      const user = machine.provider.user(sender);
      const answer = await machine.lives(
        user.sends(letter).catch((error: unknown) => {
          if (error instanceof Fault) return 'gone' as const;
          throw error;
        }),
      );
      if (answer !== 'gone') {
        if (answer.outcome === 'accepted') submitted.accepted.add(answer.identifier);
        if (answer.outcome === 'not-accepted') submitted.refusedAnswers++;
        return;
      }
      submitted.unanswered++;
    }
    if (tries >= MOST_TRIES) return;
    const { time, seeded } = this.#parts;
    time.after(seeded.interval(20 * MINUTE_MS), () => this.#submits(machine, { ...work, tries: tries + 1 }));
  }

  #recipients(): readonly string[] {
    const { seeded } = this.#parts;
    const wanted = seeded.happens(0.7) ? 1 : seeded.between(2, 4);
    const found = new Set<string>();
    while (found.size < wanted) found.add(this.#recipient());
    return [...found];
  }

  #recipient(): string {
    const { seeded, machines } = this.#parts;
    const person = seeded.pick(PEOPLE);
    const { domain } = seeded.pick(machines).provider;
    const where = seeded.unit();
    if (where < 0.7) return `${person}@${domain}`;
    if (where < 0.8) return `${person}@${MOVING_DOMAIN}`;
    if (where < 0.85) return `nessuno@${domain}`;
    if (where < 0.88) return `${person}@${SILENT_DOMAIN}`;
    if (where < 0.9) return 'chiunque@inesistente.test';
    return where < 0.98 ? 'noto@posta.test' : 'ignoto@posta.test';
  }
}
