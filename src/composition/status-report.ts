// SPDX-License-Identifier: EUPL-1.2

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const STATUS_FORMAT = 'ceralacca-status/1';

/** What `/status` says, as JSON. Instants in ISO 8601. */
export interface StatusReport {
  readonly format: typeof STATUS_FORMAT;
  readonly provider: string;
  readonly at: string;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly well: boolean; readonly why?: string }[];
  readonly alerts: readonly {
    readonly code: string;
    readonly sentence: string;
    readonly facts: Readonly<Record<string, unknown>>;
  }[];
  /** Ports of the doors that are open. */
  readonly doors: Readonly<Record<string, number>>;
  readonly queue: readonly {
    readonly state: string;
    readonly entries: number;
    readonly oldestSeconds: number;
  }[];
  /** Null: nobody watches it. */
  readonly clock: {
    readonly hold?: string;
    readonly offsetMs?: number;
    readonly lastRightAt: string | null;
    readonly servers: readonly { readonly name: string; readonly answer: string }[];
  } | null;
  readonly index: { readonly version: string; readonly providers: number; readonly ageSeconds: number };
  /** As the configuration names it; `none`: messages are not looked at. */
  readonly scanner: string;
  readonly store: {
    readonly databaseBytes: number;
    readonly freeBytes: number;
    readonly diskBytes: number;
    /** Records of the certification log. */
    readonly records: number;
  };
}
