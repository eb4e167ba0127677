// SPDX-License-Identifier: EUPL-1.2
import type { NonDeliveryCause } from '../../evidence/wording/errors.ts';

/** Why a forward path was given up. */
export interface RelayFailure {
  readonly address: string;
  /** SMTP reply code; 0 when no peer was reached. */
  readonly code: number;
  /** RFC 3463, e.g. `5.1.1`, when the peer gave one or we know it. */
  readonly enhanced?: string;
  /** What the peer answered, or what we met. */
  readonly text: string;
  /** Whether the text is a peer's own words; what we found ourselves is not told as its answer. */
  readonly peerSpoke: boolean;
  /** False when retries ran out (AP-33). */
  readonly permanent: boolean;
}

/** AP-34, DP-22: unknown mailbox, unknown or unroutable domain, or something else. */
export function causeOf(failure: RelayFailure): NonDeliveryCause {
  if (!failure.permanent) return 'expired';
  switch (failure.enhanced) {
    case '5.1.1':
      return 'unknown-mailbox';
    case '5.1.2':
    case '5.1.10': // RFC 7505: a domain that takes no mail
    case '5.4.4': // RFC 3463: unable to route
    case '5.4.6': // RFC 3463: its mail would come back to us
      return 'unknown-domain';
    case '5.2.1':
      return 'mailbox-disabled';
    case '5.2.2':
      return 'mailbox-full';
    case '5.2.3':
    case '5.3.4':
      return 'message-too-large';
    default:
      if (failure.code === 552) return 'message-too-large';
      return failure.peerSpoke ? 'refused' : 'internal';
  }
}
