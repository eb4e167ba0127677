// SPDX-License-Identifier: EUPL-1.2

/** An import the table would forbid, allowed for a reason. */
export interface Allowance {
  /** Importing member. */
  readonly from: string;
  /** Imported file. */
  readonly to: string;
  /** Only `import type`. */
  readonly typeOnly: boolean;
  readonly reason: string;
}

export const allowances: readonly Allowance[] = [
  {
    from: 'mailroom/steps',
    to: 'src/evidence/availability/availability-store.ts',
    typeOnly: true,
    reason: 'a step writes down that the provider serves',
  },
  {
    from: 'mailroom/quarantine',
    to: 'src/evidence/certification-log/log-store.ts',
    typeOnly: true,
    reason: 'what is removed leaves a record, in the same step',
  },
  {
    from: 'mailroom/steps',
    to: 'src/trust/signing/revocation-archive-store.ts',
    typeOnly: true,
    reason: 'a step carries the revocation lists that are kept with the log',
  },
  {
    from: 'mailroom/steps',
    to: 'src/evidence/certification-log/log-store.ts',
    typeOnly: true,
    reason: 'a step carries the log records that are committed with it',
  },
  {
    from: 'mailroom/steps',
    to: 'src/evidence/certification-log/sealed-log-store.ts',
    typeOnly: true,
    reason: 'a step carries the log records that are committed with it',
  },
];
