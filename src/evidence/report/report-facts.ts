// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { LogRecord } from '../certification-log/log-store.ts';
import type { EvidenceIndex } from '../evidence-file/index-model.ts';

/** What the report of an evidence file is drawn from: what the file says and nothing besides. */
export interface ReportFacts {
  /** As it will be written; a line of the report itself in it is not looked at. */
  readonly index: EvidenceIndex;
  /** The records of the file. */
  readonly records: readonly LogRecord[];
  /** Its seals, with the instant of the time stamp where there is one. */
  readonly seals: readonly {
    readonly number: number;
    readonly closedAt: Instant;
    readonly stampedAt?: Instant;
  }[];
}
