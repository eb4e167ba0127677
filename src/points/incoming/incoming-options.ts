// SPDX-License-Identifier: EUPL-1.2
import type { LogReader } from '../../evidence/certification-log/log-store.ts';
import type { EmittingProvider } from '../../evidence/draft.ts';
import type { ContentNumbers } from '../../mailroom/contents/content-store.ts';
import type { MailboxReader, OrdinaryMailPolicy } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { StepOutcome, StepStore } from '../../mailroom/steps/step-store.ts';
import type { TrackingReader } from '../../mailroom/tracking/tracking-store.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Journal } from '../../platform/journal.ts';
import type { AttachmentInspector } from '../../trust/attachments/attachment-inspector.ts';
import type { ProviderDirectory } from '../../trust/provider-directory/provider-directory.ts';
import type { Attestation } from '../attestation.ts';
import type { CertificationGate } from '../certification-gate.ts';
import type { OwnDomains } from '../routing.ts';
import type { AddedDelivery, PreparedDelivery, TakenEnvelope } from '../taken-envelope.ts';
import type { MessageVerifier } from './authenticity.ts';
import type { OrdinaryChecks } from './ordinary-checks.ts';
import type { Refusal } from './ordinary-decision.ts';

export type IncomingOutcome =
  /** Everything that follows from the message is on stable storage; it is ours now. */
  | { readonly outcome: 'taken' }
  | ({ readonly outcome: 'refused' } & Refusal)
  /** Cannot be judged now (U-17); the sender keeps it and tries again. */
  | { readonly outcome: 'try-later'; readonly text: string };

export interface IncomingPointOptions {
  readonly store: StepStore &
    MailboxReader &
    TrackingReader &
    ContentNumbers &
    Pick<LogReader, 'recordsAbout'>;
  readonly attestation: Attestation;
  readonly verifier: MessageVerifier;
  readonly delivery: EnvelopeDelivery;
  readonly provider: EmittingProvider;
  /** Which domains are certified mail's. */
  readonly directory: ProviderDirectory;
  /** Our own service mailbox (`mailReceipt`), lower case. */
  readonly serviceMailbox: string;
  readonly ownDomains: OwnDomains;
  /** Of ordinary mail only: certified mail is never refused for what is attached. */
  readonly attachments: AttachmentInspector;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly journal: Journal;
  readonly gate: CertificationGate;
  /** What to do with ordinary mail where the mailbox does not say (IP-22). */
  readonly ordinaryMail: OrdinaryMailPolicy;
  /** Looks at ordinary mail before it is let in; nobody does when absent. */
  readonly ordinaryChecks?: OrdinaryChecks;
  /** Our name in trace fields. */
  readonly hostname: string;
}

/** The delivery point, as the incoming point needs it: prepared side by side, added in order, then settled. */
export interface EnvelopeDelivery {
  prepare(envelope: TakenEnvelope, recipients: readonly string[]): Promise<readonly PreparedDelivery[]>;
  add(step: StepDraft, prepared: readonly PreparedDelivery[]): readonly AddedDelivery[];
  settle(envelope: TakenEnvelope, added: readonly AddedDelivery[], outcome: StepOutcome): Promise<void>;
}
