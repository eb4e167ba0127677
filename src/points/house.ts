// SPDX-License-Identifier: EUPL-1.2
import type { EmittingProvider, MessageKind } from '../evidence/draft.ts';
import type { OrdinaryMailPolicy } from '../mailroom/mailboxes/mailbox-store.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { Journal } from '../platform/journal.ts';
import type { Timers } from '../platform/timers.ts';
import type { AttachmentInspector } from '../trust/attachments/attachment-inspector.ts';
import type { ProviderDirectory } from '../trust/provider-directory/provider-directory.ts';
import type { Signer } from '../trust/signing/signer.ts';
import { AccessPoint } from './access/access-point.ts';
import type { FormalLimits } from './access/formal-checks.ts';
import { Attestation } from './attestation.ts';
import { type CertificationGate, openGate } from './certification-gate.ts';
import { Deadlines } from './deadlines/deadlines.ts';
import { DeliveryPoint } from './delivery/delivery-point.ts';
import { Dispatch } from './dispatch/dispatch.ts';
import { OrdinaryBounce } from './dispatch/ordinary-bounce.ts';
import type { MessageVerifier } from './incoming/authenticity.ts';
import { IncomingPoint } from './incoming/incoming-point.ts';
import type { OrdinaryChecks } from './incoming/ordinary-checks.ts';
import type { OwnDomains } from './routing.ts';

/** What the points of one provider share. */
export interface HouseOptions {
  readonly store: HouseStore;
  readonly signer: Signer;
  readonly directory: ProviderDirectory;
  readonly verifier: MessageVerifier;
  /** Its one service address is the From of everything (SRV-2). */
  readonly provider: EmittingProvider;
  readonly serviceMailbox: string;
  readonly ownDomains: OwnDomains;
  readonly limits: FormalLimits;
  /** Attachments that users and ordinary senders may not send. */
  readonly attachments: AttachmentInspector;
  readonly ordinaryMail: OrdinaryMailPolicy;
  readonly ordinaryChecks?: OrdinaryChecks;
  readonly hostname: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: Ids;
  readonly journal: Journal;
  /** Whether anything may be certified (TIME-2); always, unless told. */
  readonly gate?: CertificationGate;
  /** Told of each artefact that was made and signed. */
  readonly onAttested?: (kind: MessageKind) => void;
}

/** The points of one provider, joined. */
export interface House {
  readonly access: AccessPoint;
  readonly incoming: IncomingPoint;
  readonly dispatch: Dispatch;
  readonly deadlines: Deadlines;
}

/** Joins the points: the one place that knows all of them. */
export function joinPoints(options: HouseOptions): House {
  const { store, signer, provider, ids, hostname, gate = openGate } = options;
  const attestation = new Attestation({
    signer,
    numbers: store,
    gate,
    ...(options.onAttested && { onAttested: options.onAttested }),
  });
  const delivery = new DeliveryPoint({ ...options, attestation });
  return {
    access: new AccessPoint({ ...options, attestation, gate }),
    incoming: new IncomingPoint({ ...options, attestation, delivery, gate }),
    deadlines: new Deadlines({ ...options, attestation }),
    dispatch: new Dispatch({
      ...options,
      attestation,
      bounce: new OrdinaryBounce({ attestation, provider, numbers: store, ids, hostname }),
    }),
  };
}
