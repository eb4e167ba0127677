// SPDX-License-Identifier: EUPL-1.2
import type { EmittingProvider } from '../../evidence/draft.ts';
import { newIdentifier } from '../../evidence/identifiers.ts';
import { localTime } from '../../evidence/local-time.ts';
import { fullnessText } from '../../evidence/wording/fullness.ts';
import { type Composition, compose } from '../../mailroom/contents/composition.ts';
import type { ContentNumbers } from '../../mailroom/contents/content-store.ts';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { Instant } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import { buildMessage } from '../../wire/mime/message-builder.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';

/** Shares of the quota, in percent, at which the holder is warned, the highest first. */
const MARKS = [95, 80] as const;
export type FullnessMark = (typeof MARKS)[number];

/** The highest mark that a message takes the mailbox over; undefined when it takes it over none. */
export function markPassed(facts: {
  readonly usedBytes: number;
  readonly sizeBytes: number;
  readonly quotaBytes: number;
}): FullnessMark | undefined {
  const { usedBytes, sizeBytes, quotaBytes } = facts;
  return MARKS.find((percent) => {
    const mark = (quotaBytes * percent) / 100;
    return usedBytes < mark && usedBytes + sizeBytes >= mark;
  });
}

/** The message to the holder of a mailbox that is filling up; an ordinary one, which certifies nothing. */
export function composeFullnessNotice(facts: {
  readonly mailbox: Mailbox;
  readonly mark: FullnessMark;
  readonly provider: EmittingProvider;
  readonly ids: Ids;
  readonly numbers: ContentNumbers;
  readonly instant: Instant;
}): Composition {
  const { mailbox, mark, provider, ids, numbers, instant } = facts;
  const { subject, text } = fullnessText({ address: mailbox.address, percent: mark });
  const octets = Buffer.concat(
    buildMessage({
      from: { name: provider.name, address: provider.serviceAddress },
      to: [{ address: mailbox.address }],
      subject,
      messageId: newIdentifier(ids, provider),
      date: { instantMs: instant, offsetMinutes: localTime(instant).offsetMinutes },
      fields: [['Auto-Submitted', 'auto-generated']],
      text,
      attachments: [],
      boundary: ids.token(),
    }),
  );
  return compose([octets], { numbers, index: indexMessage(octets) });
}
