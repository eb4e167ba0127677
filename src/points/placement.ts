// SPDX-License-Identifier: EUPL-1.2
import type { ContentId } from '../mailroom/contents/content-store.ts';
import { INBOX, receiptFolder } from '../mailroom/mailboxes/folders.ts';
import type { Mailbox } from '../mailroom/mailboxes/mailbox-store.ts';
import type { Act } from '../mailroom/steps/step-store.ts';
import type { Instant } from '../platform/clock.ts';

interface Placement {
  readonly mailbox: Mailbox;
  readonly content: ContentId;
  readonly instant: Instant;
}

/** What somebody wrote to the holder: into the INBOX, or that folder, and against the quota. */
export function placeMail(placement: Placement, folder: string = INBOX): Act {
  return append(placement, { folder, counted: true });
}

/** What the house tells the holder of itself: into the INBOX, taking no room. */
export function placeHouseMail(placement: Placement): Act {
  return append(placement, { folder: INBOX, counted: false });
}

/**
 * A receipt or notice: where the holder wants them, never against the quota, so that none is ever
 * refused; in the service mailbox all of them stay in one place (DP-26).
 */
export function placeReceipt(placement: Placement): Act {
  const { mailbox } = placement;
  const folder = mailbox.role === 'service' ? INBOX : receiptFolder(mailbox);
  return append(placement, { folder, counted: false });
}

function append({ mailbox, content, instant }: Placement, how: { folder: string; counted: boolean }): Act {
  return {
    do: 'append',
    mailbox: mailbox.id,
    folder: how.folder,
    content,
    flags: [],
    receivedAt: instant,
    savedAt: instant,
    counted: how.counted,
  };
}
