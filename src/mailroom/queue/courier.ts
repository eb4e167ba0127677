// SPDX-License-Identifier: EUPL-1.2
import type { StoredContent } from '../contents/content-store.ts';
import type { QueueEntry } from './queue-store.ts';

/** Why a recipient was refused, as far as a non-delivery notice tells it (AP-34). */
export type RefusalReason = 'unknown-mailbox' | 'unroutable-domain' | 'other';

/** One recipient that the other side did not take. */
export interface Refusal {
  /** As it stands in the entry's forward paths. */
  readonly address: string;
  /** SMTP reply code, the peer's or, when none was asked, ours. */
  readonly code: number;
  /** Enhanced status code (RFC 3463), when there was one. */
  readonly enhanced?: string;
  /** What the peer said, one line without the codes. */
  readonly text: string;
  /** Whether trying again is useless. */
  readonly permanent: boolean;
  readonly reason: RefusalReason;
}

/** What became of each recipient in one attempt. */
export interface RelayOutcome {
  readonly accepted: readonly string[];
  readonly refused: readonly Refusal[];
  /** The peer's last reply, one line with its codes. */
  readonly reply?: string;
}

/**
 * Takes a message to where it goes. Rejects with a temporary `Fault` when nothing can be said about
 * any recipient yet: nobody answered, or the answer got lost.
 */
export interface Courier {
  relay(entry: QueueEntry, content: StoredContent): Promise<RelayOutcome>;
}

/** Puts a refusal together and finds its reason from the codes. */
export function refusal(facts: {
  readonly address: string;
  readonly code: number;
  readonly enhanced?: string | undefined;
  readonly text: string;
}): Refusal {
  const { address, code, enhanced, text } = facts;
  const permanent = code >= 500;
  return {
    address,
    code,
    ...(enhanced === undefined ? {} : { enhanced }),
    text: text.replace(/\s+/g, ' ').trim().slice(0, 500),
    permanent,
    reason: permanent ? reasonOf(enhanced) : 'other',
  };
}

/** The same refusal for every recipient of the entry. */
export function refuseAll(
  entry: Pick<QueueEntry, 'forwardPaths'>,
  reply: { readonly code: number; readonly enhanced?: string | undefined; readonly text: string },
): readonly Refusal[] {
  return entry.forwardPaths.map((address) => refusal({ address, ...reply }));
}

function reasonOf(enhanced: string | undefined): RefusalReason {
  switch (enhanced) {
    // RFC 3463 section 3.2.
    case '5.1.1':
      return 'unknown-mailbox';
    // 5.1.10 is RFC 7505's null MX, 5.4.4 "unable to route".
    case '5.1.2':
    case '5.1.10':
    case '5.4.4':
      return 'unroutable-domain';
    default:
      return 'other';
  }
}
