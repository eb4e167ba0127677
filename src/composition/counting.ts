// SPDX-License-Identifier: EUPL-1.2
import type { LogEvent } from '../evidence/certification-log/log-store.ts';
import type { MessageKind } from '../evidence/draft.ts';
import type { Courier, RelayOutcome } from '../mailroom/queue/courier.ts';
import type { StepStore } from '../mailroom/steps/step-store.ts';
import type { AlertBoard } from '../platform/alerts.ts';
import { LATENCY_SECONDS, type Metrics } from '../platform/metrics.ts';
import type { KeyDriver } from '../trust/signing/key-driver.ts';

/** Every event, as an object so that a new one cannot be forgotten here. */
const EVENTS: Record<LogEvent, true> = {
  acceptance: true,
  'non-acceptance-formal': true,
  'non-acceptance-virus': true,
  'envelope-sent': true,
  'smtp-failure': true,
  'envelope-received': true,
  'take-charge-emitted': true,
  'take-charge-received': true,
  'anomaly-created': true,
  'ordinary-refused': true,
  'ordinary-discarded': true,
  'duplicate-received': true,
  'virus-detected': true,
  'quarantine-ended': true,
  'virus-notice-received': true,
  'virus-nondelivery-emitted': true,
  delivered: true,
  'delivery-receipt-emitted': true,
  'nondelivery-emitted': true,
  'notification-received': true,
  'notification-undeliverable': true,
  'timeout-12h': true,
  'timeout-24h': true,
  reissued: true,
  'reissue-refused': true,
  'evidence-made': true,
  'evidence-refused': true,
  'index-updated': true,
};

/** Every kind, for the same reason. */
const KINDS: Record<MessageKind, true> = {
  acceptance: true,
  'non-acceptance': true,
  'non-acceptance-virus': true,
  'transport-envelope': true,
  'timeout-12h': true,
  'timeout-24h': true,
  'take-charge': true,
  'anomaly-envelope': true,
  'virus-detection': true,
  'virus-non-delivery': true,
  'delivery-complete': true,
  'delivery-brief': true,
  'delivery-concise': true,
  'non-delivery': true,
};

/** Counts what is committed to the certification log: what happened to messages, by the law's own events. */
export function countRecords(store: Pick<StepStore, 'onCommitted'>, metrics: Metrics): void {
  const records = metrics.counter({
    name: 'ceralacca_records_total',
    sentence: 'Records written in the certification log, by event.',
    labels: { event: Object.keys(EVENTS) },
  });
  store.onCommitted(({ step, outcome }) => {
    step.parts.forEach((part, number) => {
      if (outcome.parts[number]?.done !== true) return;
      for (const act of part.acts) if (act.do === 'record') records.add({ event: act.record.event });
    });
  });
}

/** Counts alerts that begin and tells how many last; returns how to stop. */
export function countAlerts(alerts: AlertBoard, metrics: Metrics): () => void {
  const raised = metrics.counter({
    name: 'ceralacca_alerts_raised_total',
    sentence: 'Alerts that began; the journal and /status say which.',
  });
  metrics.measured({
    name: 'ceralacca_alerts',
    sentence: 'Alerts that last at the moment.',
    measure: () => [{ labels: {}, value: alerts.current().length }],
  });
  return alerts.listen((_alert, state) => {
    if (state === 'raised') raised.add({});
  });
}

/** The key, with the time that each signature takes. */
export function timedKey(key: KeyDriver, metrics: Metrics): KeyDriver {
  const signing = metrics.histogram({
    name: 'ceralacca_signing_seconds',
    sentence: 'Time that the signing key takes for one signature.',
    labels: { result: ['signed', 'failed'] },
    buckets: LATENCY_SECONDS,
  });
  return {
    certificate: key.certificate,
    chain: key.chain,
    async sign(bytes) {
      const end = signing.begin();
      let result: 'signed' | 'failed' = 'failed';
      try {
        const signature = await key.sign(bytes);
        result = 'signed';
        return signature;
      } finally {
        end({ result });
      }
    },
  };
}

/** Counts what is made and signed; a receipt counts once the step that carries it is committed, in the records. */
export function countAttested(metrics: Metrics): (kind: MessageKind) => void {
  const attested = metrics.counter({
    name: 'ceralacca_attested_total',
    sentence: 'Receipts, notices and envelopes that were made and signed, by kind.',
    labels: { kind: Object.keys(KINDS) },
  });
  return (kind) => attested.add({ kind });
}

/** What `SqliteStore` is opened with, to time its commits. */
export function timeCommits(metrics: Metrics): () => (committed: boolean) => void {
  const commits = metrics.histogram({
    name: 'ceralacca_commit_seconds',
    sentence: 'Time from handing a step to the store to its answer that it is on disk.',
    labels: { result: ['committed', 'failed'] },
    buckets: LATENCY_SECONDS,
  });
  return () => {
    const end = commits.begin();
    return (committed) => end({ result: committed ? 'committed' : 'failed' });
  };
}

/** A courier, with what became of its attempts and how long they took. */
export function timedCouriers(metrics: Metrics): (where: 'local' | 'remote', courier: Courier) => Courier {
  const attempts = metrics.histogram({
    name: 'ceralacca_relay_seconds',
    sentence: 'Attempts to relay, in process (local) or to other hosts (remote), by result.',
    labels: { where: ['local', 'remote'], result: ['accepted', 'refused', 'put-off', 'unanswered'] },
    buckets: LATENCY_SECONDS,
  });
  return (where, courier) => ({
    async relay(entry, content) {
      const end = attempts.begin();
      let result: RelayResult = 'unanswered';
      try {
        const outcome = await courier.relay(entry, content);
        result = resultOf(outcome);
        return outcome;
      } finally {
        end({ where, result });
      }
    },
  });
}

type RelayResult = 'accepted' | 'refused' | 'put-off' | 'unanswered';

/** The worst that happened to a recipient. */
function resultOf({ refused }: RelayOutcome): RelayResult {
  if (refused.some(({ permanent }) => permanent)) return 'refused';
  return refused.length > 0 ? 'put-off' : 'accepted';
}
