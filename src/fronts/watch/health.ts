// SPDX-License-Identifier: EUPL-1.2
import type { Clock, Instant } from '../../platform/clock.ts';
import type { Timers } from '../../platform/timers.ts';

/** One thing a provider needs in order to certify. */
export interface HealthCheck {
  readonly name: string;
  /** Gives the reason when it is not well, in a sentence without addresses; undefined when it is. May reject. */
  readonly look: () => Promise<string | undefined> | string | undefined;
}

export interface CheckResult {
  readonly name: string;
  readonly well: boolean;
  readonly why?: string;
}

export interface HealthReport {
  readonly ready: boolean;
  readonly checks: readonly CheckResult[];
}

export interface HealthOptions {
  readonly checks: readonly HealthCheck[];
  readonly clock: Clock;
  readonly timers: Timers;
}

/** What takes longer is not well. */
const LOOK_MS = 5000;
/** Who asks again so soon gets the same answer: looking costs a signature and a turn of the writer. */
const FRESH_MS = 1000;

/** Looks at everything a provider needs, all at a time. */
export class Health {
  readonly #options: HealthOptions;
  #last: { readonly at: Instant; readonly report: Promise<HealthReport> } | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  report(): Promise<HealthReport> {
    const now = this.#options.clock.now();
    if (this.#last === undefined || Math.abs(now - this.#last.at) >= FRESH_MS) {
      this.#last = { at: now, report: this.#look() };
    }
    return this.#last.report;
  }

  async #look(): Promise<HealthReport> {
    const checks = await Promise.all(this.#options.checks.map((check) => this.#lookAt(check)));
    return { ready: checks.every(({ well }) => well), checks };
  }

  async #lookAt({ name, look }: HealthCheck): Promise<CheckResult> {
    let cancel = () => {};
    const late = new Promise<string>((resolve) => {
      cancel = this.#options.timers.after(LOOK_MS, () => resolve(`no answer within ${LOOK_MS / 1000} s`));
    });
    try {
      const why = await Promise.race([look(), late]);
      return why === undefined ? { name, well: true } : { name, well: false, why };
    } catch (error) {
      return { name, well: false, why: error instanceof Error ? error.message : String(error) };
    } finally {
      cancel();
    }
  }
}
