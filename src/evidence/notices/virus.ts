// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';
import { draftNotification } from '../drafting/notification.ts';
import { nonAcceptanceForVirusText, virusDetectionText, virusNonDeliveryText } from '../wording/texts.ts';

export interface VirusFacts extends DraftFacts {
  /** The dangerous content, as the antivirus names it; `errore-esteso` repeats it alone. */
  readonly virus: string;
}

export interface VirusDetectionFacts extends VirusFacts {
  readonly recipient: string;
  /** Service mailbox of the sender's provider. */
  readonly serviceMailbox: string;
}

export interface VirusNonDeliveryFacts extends VirusFacts {
  readonly recipient: string;
}

/** M3: a virus was found at the access point (RFC 6109 section 3.1.3). */
export function draftNonAcceptanceForVirus(facts: VirusFacts): Draft {
  return draftNotification(facts, {
    kind: 'non-acceptance-virus',
    to: facts.about.sender,
    text: (textFacts) => nonAcceptanceForVirusText(textFacts, facts.virus),
    error: 'virus',
    details: { extendedError: facts.virus },
  });
}

/** M8: tells the sender's provider of a virus found at the incoming point (RFC 6109 section 3.2.3). */
export function draftVirusDetection(facts: VirusDetectionFacts): Draft {
  const { recipient, virus } = facts;
  return draftNotification(facts, {
    kind: 'virus-detection',
    to: facts.serviceMailbox,
    text: (textFacts) => virusDetectionText(textFacts, { recipient, virus }),
    error: 'virus',
    details: { deliveredTo: recipient, extendedError: virus },
    namesSender: true,
  });
}

/**
 * M9: tells the sender what an M8 told us (RFC 6109 section 3.2.4): `about` is the M8's data, `recipient` its
 * `deliveredTo` and `virus` its `extendedError`.
 */
export function draftVirusNonDelivery(facts: VirusNonDeliveryFacts): Draft {
  const { recipient, virus } = facts;
  return draftNotification(facts, {
    kind: 'virus-non-delivery',
    to: facts.about.sender,
    text: (textFacts) => virusNonDeliveryText(textFacts, { recipient, virus }),
    error: 'virus',
    details: { deliveredTo: recipient, extendedError: virus },
  });
}
