// SPDX-License-Identifier: EUPL-1.2
import type { AvailabilityReader } from '../../evidence/availability/availability-store.ts';
import type { LogReader } from '../../evidence/certification-log/log-store.ts';
import type { SealedLogReader } from '../../evidence/certification-log/sealed-log-store.ts';
import type { RevocationArchiveReader } from '../../trust/signing/revocation-archive-store.ts';
import type { ContentReader } from '../contents/content-store.ts';
import type { FrameReader } from '../frames/frame-store.ts';
import type { MailboxReader } from '../mailboxes/mailbox-store.ts';
import type { QuarantineReader } from '../quarantine/quarantine-store.ts';
import type { QueueReader } from '../queue/queue-store.ts';
import type { TrackingReader } from '../tracking/tracking-store.ts';
import type { StepStore } from './step-store.ts';

/** Everything an engine offers: one door to change, and ten ways to read. */
export interface HouseStore
  extends StepStore,
    ContentReader,
    MailboxReader,
    QueueReader,
    TrackingReader,
    LogReader,
    QuarantineReader,
    FrameReader,
    SealedLogReader,
    RevocationArchiveReader,
    AvailabilityReader,
    AsyncDisposable {}
