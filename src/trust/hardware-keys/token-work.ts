// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Monotonic } from '../../platform/monotonic.ts';
import type { Timers } from '../../platform/timers.ts';
import { TokenLink } from './token-link.ts';
import type { FileStamp } from './token-messages.ts';
import { describePlace, type TokenPlace } from './token-place.ts';
import type { PublicNumbers } from './token-search.ts';

export interface TokenWorkOptions {
  readonly place: TokenPlace;
  /** Longest time for a signature, waiting for a session included, in milliseconds. */
  readonly answerMs: number;
  readonly timers: Timers;
  readonly monotonic: Monotonic;
  readonly journal: Journal;
}

/** Signatures that may wait for a session; one more is refused. */
export const MAX_WAITING = 1_000;
/** Longest time for starting the module, logging in and finding the key. */
const OPENING_MS = 30_000;
/** Longest time that a module may take to say goodbye. */
export const CLOSING_MS = 5_000;
/** A module that could not be used is left alone so long; doubles. */
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 30_000;

interface Work {
  readonly number: number;
  readonly bytes: Buffer;
  /** It was under way when a process ended: once is enough. */
  repeated: boolean;
  resolve(signature: Buffer): void;
  reject(fault: Fault): void;
}

/** One life of the module's process. */
interface Life {
  readonly link: TokenLink;
  opened: boolean;
  signed: boolean;
}

/**
 * Hands signatures to the process that holds the module, as many at a time as there are sessions. A process that
 * ends, hangs or loses its token is replaced, and what was under way is signed by the next one.
 */
export class TokenWork implements AsyncDisposable {
  readonly #options: TokenWorkOptions;
  readonly #waiting: Work[] = [];
  readonly #underWay = new Map<number, Work>();
  #life: Life | undefined;
  #rest: { readonly until: number; readonly fault: Fault } | undefined;
  #restMs = FIRST_REST_MS;
  #refusedPin: FileStamp | undefined;
  #lastNumber = 0;
  #closed = false;
  /** The process that was lost last may still be ending. */
  #lastGone: Promise<unknown> | undefined;

  constructor(options: TokenWorkOptions) {
    this.#options = options;
  }

  /** Starts the first process. Throws the Fault that is in the way. */
  open(): Promise<PublicNumbers> {
    return this.#begin().link.opened;
  }

  /** @throws Fault `hardware-module-unusable`, `hardware-overloaded`, and what opening the token throws */
  sign(bytes: Buffer): Promise<Buffer> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const work: Work = { number: ++this.#lastNumber, bytes, repeated: false, resolve, reject };
    const stopTimer = this.#options.timers.after(this.#options.answerMs, () => this.#late(work));
    this.#waiting.push(work);
    if (this.#life === undefined) this.#begin();
    this.#pump();
    return promise.finally(stopTimer);
  }

  /** Lets the module say goodbye. What still waits is refused. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const life = this.#life;
    this.#life = undefined;
    this.#refuseAll(unusable('the key is being closed'));
    const stopTimer = this.#options.timers.after(CLOSING_MS, () => life?.link.kill());
    await Promise.all([life?.link.close(), this.#lastGone]);
    stopTimer();
  }

  #refusal(): Fault | undefined {
    if (this.#closed) return unusable('the key is closed');
    if (this.#waiting.length >= MAX_WAITING) {
      const sentence = `${MAX_WAITING} signatures wait for the token`;
      return new Fault('hardware-overloaded', sentence, { temporary: true });
    }
    if (this.#rest === undefined || this.#options.monotonic.elapsedMs() >= this.#rest.until) return undefined;
    return this.#rest.fault;
  }

  #begin(): Life {
    const { place, timers } = this.#options;
    const link = new TokenLink(place, this.#refusedPin, {
      onSigned: (number, signature) => this.#signed(life, number, signature),
      onLost: (why, refusedPin) => this.#lost(life, why, refusedPin),
    });
    const life: Life = { link, opened: false, signed: false };
    this.#life = life;
    const stopTimer = timers.after(OPENING_MS, () => link.lose(this.#slow(OPENING_MS)));
    void link.opened
      .then(() => {
        life.opened = true;
        this.#pump();
      })
      .catch(() => undefined)
      .finally(stopTimer);
    return life;
  }

  #pump(): void {
    const life = this.#life;
    if (life?.opened !== true) return;
    while (this.#underWay.size < this.#options.place.sessions) {
      const work = this.#waiting.shift();
      if (work === undefined) return;
      this.#underWay.set(work.number, work);
      life.link.sign(work.number, work.bytes);
    }
  }

  #signed(life: Life, number: number, signature: Buffer): void {
    life.signed = true;
    this.#restMs = FIRST_REST_MS;
    this.#rest = undefined;
    const work = this.#underWay.get(number);
    this.#underWay.delete(number);
    work?.resolve(signature);
    this.#pump();
  }

  #lost(life: Life, why: Fault, refusedPin: FileStamp | undefined): void {
    if (this.#life !== life) return;
    this.#life = undefined;
    this.#lastGone = life.link.gone;
    // What was refused stays refused until a PIN was taken, whatever else was in the way meanwhile.
    if (refusedPin !== undefined || life.opened) this.#refusedPin = refusedPin;
    this.#options.journal.warn({ code: why.code, reason: why.message }, 'the hardware key was lost');
    const cutOff = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const work of cutOff.filter(({ repeated }) => repeated)) work.reject(why);
    const again = cutOff.filter(({ repeated }) => !repeated);
    for (const work of again) work.repeated = true;
    this.#waiting.unshift(...again);
    // A process that never signed would only be lost again: it, and who waits, must let time pass.
    if (!life.signed) this.#takeRest(why);
    else if (this.#waiting.length > 0) this.#begin();
  }

  #takeRest(why: Fault): void {
    this.#rest = { until: this.#options.monotonic.elapsedMs() + this.#restMs, fault: why };
    this.#restMs = Math.min(this.#restMs * 2, LONGEST_REST_MS);
    this.#refuseAll(why);
  }

  #refuseAll(why: Fault): void {
    const all = [...this.#underWay.values(), ...this.#waiting.splice(0)];
    this.#underWay.clear();
    for (const work of all) work.reject(why);
  }

  /** A module that hangs in one signature may hang in all: its process is ended. */
  #late(work: Work): void {
    const why = this.#slow(this.#options.answerMs);
    work.reject(why);
    const place = this.#waiting.indexOf(work);
    if (place >= 0) this.#waiting.splice(place, 1);
    else if (this.#underWay.delete(work.number)) this.#life?.link.lose(why);
  }

  #slow(limitMs: number): Fault {
    const sentence = `${describePlace(this.#options.place)}: no answer within ${limitMs} ms`;
    return unusable(sentence);
  }
}

function unusable(sentence: string): Fault {
  return new Fault('hardware-module-unusable', sentence, { temporary: true });
}
