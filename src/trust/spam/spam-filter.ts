// SPDX-License-Identifier: EUPL-1.2
import type { Octets } from '../../wire/mime/octets.ts';

/** Ordinary mail that a filter is asked about. */
export interface SuspectMail {
  readonly octets: Octets;
  /** Empty for the null path. */
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  /** IP address of the host that brought it. */
  readonly address: string;
  readonly helo: string;
}

export interface SpamVerdict {
  /** What the filter would do: nothing, mark it as spam, or refuse it. */
  readonly advice: 'accept' | 'mark' | 'reject';
  /** The filter's own word for it, e.g. `add header`. */
  readonly action: string;
  readonly score: number;
  /** Score from which the filter refuses. */
  readonly required: number;
}

/** Judges ordinary mail; certified mail is never shown to it (DP-29). */
export interface SpamFilter {
  /** Never rejects; undefined when the filter did not answer: mail goes on unscored. */
  judge(mail: SuspectMail): Promise<SpamVerdict | undefined>;
}
