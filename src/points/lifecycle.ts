// SPDX-License-Identifier: EUPL-1.2
import type { LogEvent } from '../evidence/certification-log/log-store.ts';

/**
 * The life of a certified message, as one table. A message has a state at the sender's provider; each
 * of its certified recipients has one there and one at its own provider.
 */
export type MessageState = 'submitted' | 'refused' | 'accepted';

/** A certified recipient, seen from the sender's provider. */
export type TrackedState =
  | 'dispatched'
  | 'taken-in-charge'
  | 'warned'
  | 'expired'
  | 'delivered'
  | 'not-delivered'
  | 'virus';

/** A recipient of ours, seen from the receiver's provider. */
export type ReceivedState = 'received' | 'delivered' | 'not-delivered' | 'virus' | 'anomaly';

type Addressee = 'sender' | 'sender-provider' | 'recipients' | 'recipient';

/** One row: what happens, from which state to which, what is written down, and who is told what. */
export interface Transition<State extends string = string> {
  readonly from: readonly State[];
  readonly to: State;
  /** The record of the certification log that the transition writes (LOG-1). */
  readonly record: LogEvent;
  /** The artefact it emits and to whom, with the record of that emission where it has one of its own. */
  readonly emits?: { readonly kind: string; readonly to: Addressee; readonly record?: LogEvent };
  /** Requirements behind the row. */
  readonly law: readonly string[];
}

/** At the sender's provider: the message. */
export const messageTransitions = {
  accept: {
    from: ['submitted'],
    to: 'accepted',
    record: 'acceptance',
    emits: { kind: 'acceptance', to: 'sender' },
    law: ['AP-19', 'AP-20', 'AP-21'],
  },
  refuse: {
    from: ['submitted'],
    to: 'refused',
    record: 'non-acceptance-formal',
    emits: { kind: 'non-acceptance', to: 'sender' },
    law: ['AP-14', 'AP-18'],
  },
  refuseForVirus: {
    from: ['submitted'],
    to: 'refused',
    record: 'non-acceptance-virus',
    emits: { kind: 'non-acceptance-virus', to: 'sender' },
    law: ['AP-17'],
  },
} as const satisfies Record<string, Transition<MessageState>>;

/** At the sender's provider: each certified recipient. */
export const trackedTransitions = {
  relay: {
    from: ['dispatched'],
    to: 'dispatched',
    record: 'envelope-sent',
    law: ['AP-31', 'AP-32'],
  },
  takeChargeArrives: {
    from: ['dispatched', 'warned'],
    to: 'taken-in-charge',
    record: 'take-charge-received',
    law: ['IP-20', 'AP-42'],
  },
  receiptArrives: {
    from: ['dispatched', 'taken-in-charge', 'warned', 'expired'],
    to: 'delivered',
    record: 'notification-received',
    law: ['IP-20', 'AP-39'],
  },
  nonDeliveryArrives: {
    from: ['dispatched', 'taken-in-charge', 'warned', 'expired'],
    to: 'not-delivered',
    record: 'notification-received',
    law: ['IP-20', 'AP-40'],
  },
  virusNoticeArrives: {
    from: ['dispatched', 'taken-in-charge', 'warned', 'expired'],
    to: 'virus',
    record: 'virus-notice-received',
    emits: { kind: 'virus-non-delivery', to: 'sender', record: 'virus-nondelivery-emitted' },
    law: ['IP-19', 'IP-20', 'AP-40'],
  },
  firstDeadlinePasses: {
    from: ['dispatched'],
    to: 'warned',
    record: 'timeout-12h',
    emits: { kind: 'timeout-12h', to: 'sender' },
    law: ['AP-37'],
  },
  secondDeadlinePasses: {
    from: ['dispatched', 'taken-in-charge', 'warned'],
    to: 'expired',
    record: 'timeout-24h',
    emits: { kind: 'timeout-24h', to: 'sender' },
    law: ['AP-38', 'AP-39'],
  },
  relayFails: {
    from: ['dispatched', 'taken-in-charge', 'warned'],
    to: 'not-delivered',
    record: 'smtp-failure',
    emits: { kind: 'non-delivery', to: 'sender', record: 'nondelivery-emitted' },
    law: ['AP-33', 'AP-34', 'AP-40'],
  },
} as const satisfies Record<string, Transition<TrackedState>>;

/** At the receiver's provider: each recipient of ours. */
export const receivedTransitions = {
  takeCharge: {
    from: ['received'],
    to: 'received',
    record: 'envelope-received',
    emits: { kind: 'take-charge', to: 'sender-provider', record: 'take-charge-emitted' },
    law: ['IP-11', 'IP-12', 'IP-13'],
  },
  deliver: {
    from: ['received'],
    to: 'delivered',
    record: 'delivered',
    emits: { kind: 'delivery', to: 'sender', record: 'delivery-receipt-emitted' },
    law: ['DP-2', 'DP-3', 'DP-5', 'DP-24'],
  },
  fail: {
    from: ['received'],
    to: 'not-delivered',
    record: 'nondelivery-emitted',
    emits: { kind: 'non-delivery', to: 'sender' },
    law: ['DP-21', 'DP-22', 'DP-24'],
  },
  findVirus: {
    from: ['received'],
    to: 'virus',
    record: 'virus-detected',
    emits: { kind: 'virus-detection', to: 'sender-provider' },
    law: ['IP-15', 'IP-16', 'IP-17', 'LOG-9'],
  },
  receiveAgain: {
    from: ['delivered', 'not-delivered', 'virus', 'anomaly'],
    to: 'delivered',
    record: 'duplicate-received',
    law: ['IP-28'],
  },
  wrap: {
    from: ['received'],
    to: 'anomaly',
    record: 'anomaly-created',
    emits: { kind: 'anomaly-envelope', to: 'recipients' },
    law: ['IP-10', 'IP-23', 'IP-26', 'IP-27'],
  },
} as const satisfies Record<string, Transition<ReceivedState>>;
