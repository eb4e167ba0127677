// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';
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
  /** Whether `text` is what a peer said in SMTP; else it is our own finding, and no peer was asked. */
  readonly peerSpoke: boolean;
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
  /** Machines that were tried without success before, one line each. */
  readonly tried?: readonly string[];
}

/** Nobody took the message: the Fault of the last machine, with what was met at those before it. */
export class NoMachineTookIt extends Fault {
  readonly tried: readonly string[];

  constructor(last: Fault, what: { readonly met: string; readonly tried: readonly string[] }) {
    super(last.code, what.met, { temporary: last.temporary, cause: last });
    this.tried = what.tried;
  }
}

/**
 * Takes a message to where it goes. Rejects with a temporary `Fault` when nothing can be said about
 * any recipient yet: nobody answered, or the answer got lost. Its code `peer-busy` means that nothing was
 * tried, and that it is worth while soon.
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
  readonly peerSpoke: boolean;
}): Refusal {
  const { address, code, enhanced, text, peerSpoke } = facts;
  const permanent = code >= 500;
  return {
    address,
    code,
    ...(enhanced === undefined ? {} : { enhanced }),
    text: text.replace(/\s+/g, ' ').trim().slice(0, 500),
    peerSpoke,
    permanent,
    reason: permanent ? reasonOf(enhanced) : 'other',
  };
}

/** The same refusal for every recipient of the entry; our own words unless told otherwise. */
export function refuseAll(
  entry: Pick<QueueEntry, 'forwardPaths'>,
  reply: {
    readonly code: number;
    readonly enhanced?: string | undefined;
    readonly text: string;
    readonly peerSpoke?: boolean;
  },
): readonly Refusal[] {
  return entry.forwardPaths.map((address) => refusal({ peerSpoke: false, ...reply, address }));
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
