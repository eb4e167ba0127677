// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { Fate, Ledger, LedgerMessage, Submitted } from './ledger.ts';
import type { LifeCheck } from './life-check.ts';
import type { Machine } from './machine.ts';

export interface Facts {
  readonly ledger: Ledger;
  readonly machines: readonly Machine[];
  readonly checks: ReadonlyMap<string, LifeCheck>;
}

/** When everything has come to rest: every message has its end, and nothing is left anywhere. */
export function judgeTheEnd(facts: Facts): void {
  const { ledger, machines } = facts;
  for (const { key, provider } of machines) {
    assert.deepEqual(provider.kept.listQueue(), [], `${key} has forgotten something in its queue`);
    judgeLog(key, facts);
  }
  for (const submitted of ledger.submitted.values()) judgeSubmitted(submitted);
  for (const message of ledger.messages.values()) {
    for (const fate of message.fates.values()) judgeFate(fate, facts);
    judgeOrdinary(message, facts);
  }
}

/** AP-21, AP-14: as many messages as were accepted, and one more at most for each lost answer. */
function judgeSubmitted(submitted: Submitted): void {
  const { clientId, accepted, certifiedAs, unanswered, admissible, notAccepted, refusedAnswers } = submitted;
  for (const identifier of accepted)
    assert.ok(certifiedAs.includes(identifier), `accepted and lost: ${identifier}`);
  const least = accepted.size;
  assert.ok(
    certifiedAs.length >= least && certifiedAs.length <= least + unanswered,
    `${clientId} more often`,
  );
  if (!admissible) {
    assert.equal(certifiedAs.length, 0, `${clientId} should have been refused`);
    assert.ok(notAccepted >= refusedAnswers && notAccepted <= refusedAnswers + unanswered, clientId);
  }
}

/** Spec 4.8, DP-24, AP-40: exactly one end, told to the sender. */
function judgeFate(fate: Fate, { ledger, checks }: Facts): void {
  const { message, recipient, ends, secondNotices, firstNotices } = fate;
  const where = `${message.identifier} ${recipient}`;
  const taken = new Set([...fate.passage.takenBy, ...fate.deliveredAt]);
  const told = JSON.stringify({ ends, secondNotices, taken: [...taken], delivered: [...fate.deliveredAt] });
  assert.ok(ends.length + secondNotices > 0, `no end for ${where}: ${told}`);
  const names = new Map([...taken].map((key) => [nameOf(key, checks), key]));
  let own = 0;
  for (const { kind, provider } of ends) {
    const key = names.get(provider);
    if (kind === 'avvenuta-consegna')
      assert.ok(key !== undefined && fate.deliveredAt.has(key), `a receipt without delivery: ${where}`);
    else if (key !== undefined && !fate.deliveredAt.has(key)) continue;
    else own++;
  }
  if (own > 0) {
    // IP-19: M9 is said by the sender's provider too, for each end that a virus was.
    assert.ok(
      fate.passage.sendingFailed || fate.virusFoundBy.size > 0,
      `M13 without a failure: ${where} ${told}`,
    );
    if (fate.virusFoundBy.size === 0) assert.equal(secondNotices, 0, `AP-40: M13 and M5b: ${where}`);
    assert.equal(own, 1, `M13 twice: ${where}`);
  }
  // One end from each provider that took it; none only where it got lost on the way back.
  for (const key of taken) {
    const back =
      ends.some(({ provider }) => names.get(provider) === key) || fate.virusFoundBy.has(nameOf(key, checks));
    if (!back)
      assert.ok(ledger.givenUp.has(`${key} ${message.identifier}`), `no end of ${key}: ${where} ${told}`);
  }
  if (taken.size === 0) assert.equal(own + secondNotices, 1, `not one end: ${where} ${told}`);
  const check = checks.get(message.home);
  assert.ok(check);
  assert.equal(check.recorded('timeout-12h', message.identifier, recipient), firstNotices, where);
  assert.equal(check.recorded('timeout-24h', message.identifier, recipient), secondNotices, where);
  for (const key of fate.deliveredAt)
    assert.equal(checks.get(key)?.recorded('delivered', message.identifier, recipient), 1, where);
}

/** Spec 4.5: for each ordinary recipient that is not there, one failure notice. */
function judgeOrdinary({ identifier, ordinary, home }: LedgerMessage, { checks }: Facts): void {
  const check = checks.get(home);
  assert.equal(check?.recorded('acceptance', identifier), 1, `LOG-1: ${identifier}`);
  for (const recipient of ordinary) {
    const bounces = check?.recorded('anomaly-created', identifier, recipient);
    const reachable = recipient.startsWith('noto');
    assert.equal(bounces, reachable ? 0 : 1, `${identifier} to ${recipient}`);
  }
}

/** LOG-1: the log holds what was seen being written, in that order, and nothing else. */
function judgeLog(key: string, { machines, checks }: Facts): void {
  const machine = machines.find((one) => one.key === key);
  const check = checks.get(key);
  assert.ok(machine && check);
  const store = machine.provider.kept;
  assert.equal(store.lastSequence(), check.sequence, `${key}: the log has another length`);
  let total = 0;
  for (const number of check.records.values()) total += number;
  const records = store.listRecords(1, check.sequence);
  assert.equal(records.length, total);
  for (const [at, { sequence }] of records.entries()) assert.equal(sequence, at + 1);
}

function nameOf(key: string, checks: ReadonlyMap<string, LifeCheck>): string {
  return checks.get(key)?.providerName ?? '';
}
