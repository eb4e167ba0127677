// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { Refusal, RelayOutcome } from './courier.ts';
import type { AttemptNote, QueueEntry } from './queue-store.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Waits after the first, second ... failed attempt; the last one is repeated. */
export const DEFAULT_RETRY_WAITS_MS: readonly number[] = [
  // A peer that is restarting is soon back.
  2 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
];

/** What came of an attempt: an answer about some recipients, or the words of what went wrong. */
export type AttemptResult =
  | { readonly answered: true; readonly outcome: RelayOutcome }
  | { readonly answered: false; readonly error: string; readonly tried?: readonly string[] };

/** What is to be done with the entry: each forward path appears once, in one of the three. */
export interface AttemptVerdict {
  readonly relayed: readonly string[];
  readonly refused: readonly Refusal[];
  readonly retry?: {
    readonly forwardPaths: readonly string[];
    readonly notBefore: Instant;
    readonly error: string;
    readonly note: AttemptNote;
  };
}

export interface AttemptFacts {
  readonly entry: QueueEntry;
  readonly result: AttemptResult;
  readonly now: Instant;
  readonly waitsMs: readonly number[];
}

/** Sorts the recipients after an attempt. Pure. */
export function judgeAttempt(facts: AttemptFacts): AttemptVerdict {
  const { entry, result } = facts;
  if (!result.answered) {
    return {
      relayed: [],
      refused: [],
      retry: later(facts, {
        forwardPaths: entry.forwardPaths,
        error: result.error,
        peerSpoke: false,
        tried: result.tried,
      }),
    };
  }
  const { outcome } = result;
  const relayed = entry.forwardPaths.filter((path) => outcome.accepted.includes(path));
  const open = entry.forwardPaths.filter((path) => !relayed.includes(path));
  const refused = open.flatMap(
    (path) => outcome.refused.find((one) => one.address === path && one.permanent) ?? [],
  );
  const rest = open.filter((path) => !refused.some(({ address }) => address === path));
  if (rest.length === 0) return { relayed, refused };
  const why = outcome.refused.find((one) => rest.includes(one.address));
  const error = why === undefined ? 'no answer about some recipients' : replyLine(why);
  const peerSpoke = why?.peerSpoke ?? false;
  return {
    relayed,
    refused,
    retry: later(facts, { forwardPaths: rest, error, peerSpoke, tried: outcome.tried }),
  };
}

/** A refusal as the peer's reply line. */
export function replyLine(refusal: Refusal): string {
  return [refusal.code, refusal.enhanced, refusal.text]
    .filter((word) => word !== undefined && word !== '')
    .join(' ');
}

/** Waits grow with the attempts made; an entry is looked at once more when its life ends (AP-33). */
function later(
  facts: AttemptFacts,
  what: {
    readonly forwardPaths: readonly string[];
    readonly error: string;
    readonly peerSpoke: boolean;
    readonly tried: readonly string[] | undefined;
  },
): NonNullable<AttemptVerdict['retry']> {
  const { entry, now, waitsMs } = facts;
  const { forwardPaths, error, peerSpoke, tried = [] } = what;
  const waitMs = waitsMs[Math.min(entry.attempts, waitsMs.length - 1)] ?? MINUTE;
  return {
    forwardPaths,
    error,
    notBefore: Math.min(now + waitMs, Math.max(entry.expiresAt, now)),
    note: { at: now, met: error, peerSpoke, tried },
  };
}
