// SPDX-License-Identifier: EUPL-1.2
import type { LogReader } from '../../evidence/certification-log/log-store.ts';
import type { SealedLogReader } from '../../evidence/certification-log/sealed-log-store.ts';
import type { ContentReader } from '../../mailroom/contents/content-store.ts';
import type { FrameReader } from '../../mailroom/frames/frame-store.ts';
import type { MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { TrackingReader } from '../../mailroom/tracking/tracking-store.ts';
import type { Instant } from '../../platform/clock.ts';
import type { RevocationArchiveReader } from '../../trust/signing/revocation-archive-store.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';

/** What an evidence file is gathered from. */
export type EvidenceStore = LogReader &
  SealedLogReader &
  FrameReader &
  MailboxReader &
  ContentReader &
  RevocationArchiveReader &
  Pick<TrackingReader, 'findSubmission'>;

/** Whom the provider trusts, and who it is. */
export interface EvidenceTrust {
  readonly provider: { readonly name: string; readonly serviceAddress: string };
  /** The provider's clock, when it was asked. */
  readonly now: Instant;
  /** Whether the index gets a time stamp. */
  readonly stamps: boolean;
  /** The one that signs the index. */
  readonly certificate: Certificate;
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  readonly stampAnchors: readonly Certificate[];
}
