// SPDX-License-Identifier: EUPL-1.2
import { openMemoryStore } from '../../src/engines/memory/memory-store.ts';
import type { SealChecks } from '../../src/evidence/certification-log/log-findings.ts';
import type { NewLogRecord } from '../../src/evidence/certification-log/log-store.ts';
import type { LogAct } from '../../src/evidence/certification-log/sealed-log-store.ts';
import { LogSealing } from '../../src/evidence/certification-log/sealing.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { AlertBoard } from '../../src/platform/alerts.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { Fault } from '../../src/platform/faults.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { ManualTimers } from '../../src/platform/timers.ts';

/** Ten in the morning of 22 November 2026 in Italy. */
export const MORNING = Date.UTC(2026, 10, 22, 9);
export const HOUR_MS = 3_600_000;

const SIGNED = Buffer.from('signed:');
const STAMPED = Buffer.from('stamped:');

/** A log, what seals it, and hands that sign and stamp by writing a word in front. */
export class SealedHouse {
  readonly store: HouseStore = openMemoryStore();
  /** What the clock shows. */
  now = MORNING;
  readonly clock: Clock = { now: () => this.now };
  readonly timers = new ManualTimers();
  readonly alerts = new AlertBoard(silentJournal);
  readonly sealing: LogSealing;
  /** Whether the time-stamp authority answers. */
  stamps = true;
  /** Whether the provider's key signs. */
  keyWorks = true;
  /** Of whom no revocation list can be had. */
  uncovered: readonly string[] = [];
  /** The seals that lists were asked for, with whether they were stamped. */
  readonly asked: (readonly [seal: number, stamped: boolean])[] = [];
  #recorded = 0;

  constructor({ stamper = true } = {}) {
    const { store, clock, timers, alerts } = this;
    this.sealing = new LogSealing({
      log: store,
      commit: (acts) => this.commit(acts),
      signer: { seal: (content) => this.#sign(content) },
      stamper: stamper ? { stamp: (octets) => this.#stamp(octets) } : null,
      cover: {
        cover: async ({ number, token }) => {
          this.asked.push([number, token !== undefined]);
          return this.uncovered;
        },
      },
      provider: 'Gestore Alfa S.p.A.',
      clock,
      timers,
      journal: silentJournal,
      alerts,
    });
  }

  async #sign(content: Buffer): Promise<Buffer> {
    if (this.keyWorks) return Buffer.concat([SIGNED, content]);
    throw new Fault('signing-key-unusable', 'the module does not answer', { temporary: true });
  }

  async commit(acts: readonly LogAct[]): Promise<void> {
    await this.store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  }

  /** Records so many acts, a second apart, the first one now. */
  async record(count: number, more: Partial<NewLogRecord> = {}): Promise<void> {
    const acts = Array.from({ length: count }, (_, place) => {
      const number = ++this.#recorded;
      const record: NewLogRecord = {
        instant: this.clock.now() + place * 1000,
        event: 'delivered',
        identifier: `opec${number}@alfa.test`,
        messageId: `<m${number}@client.test>`,
        sender: 'protocollo@comune.alfa.test',
        recipients: ['ditta@beta.test', 'ufficio@beta.test'],
        subject: `Pratica n. ${number}`,
        recipient: 'ditta@beta.test',
        generated: [`ricevuta${number}@beta.test`],
        digests: [`${number}`.padStart(64, 'e')],
        original: `${number}`.padStart(64, '0'),
        provider: 'Gestore Alfa S.p.A.',
        detail: { size: '5000' },
        ...more,
      };
      return { do: 'record', record } as const;
    });
    await this.store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  }

  /** Lets so many hours pass, then does what there is to do. */
  async pass(hours: number): Promise<void> {
    this.now += hours * HOUR_MS;
    await this.sealing.work();
  }

  async #stamp(octets: Uint8Array): Promise<Uint8Array> {
    if (!this.stamps) throw new Fault('timestamp-unavailable', 'nobody answers', { temporary: true });
    return Buffer.concat([STAMPED, octets]);
  }
}

/** Checks what the hands above wrote. */
export const checks: SealChecks = {
  openSeal: async (signed) =>
    Buffer.from(signed).indexOf(SIGNED) === 0
      ? { ok: true, text: Buffer.from(signed).subarray(SIGNED.length) }
      : { ok: false, reason: 'the signature does not hold' },
  checkToken: async (token, signed) =>
    Buffer.concat([STAMPED, signed]).equals(token)
      ? { ok: true }
      : { ok: false, reason: 'the time stamp is of something else' },
};
