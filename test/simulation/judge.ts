// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { Instant } from '../../src/platform/clock.ts';
import type { Glance } from './glance.ts';
import type { Fate, Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What a provider may need to send a notice that is due, when nothing is wrong with it. */
export const GRACE_MS = 5 * MINUTE_MS;

/** A message that appeared in a mailbox. */
export interface Sighting {
  readonly machine: Machine;
  readonly owner: string;
  readonly glance: Glance;
  /** By the clock of that provider. */
  readonly instant: Instant;
}

/** Judges what people see, by what the law says of what was sent and carried. */
export class Judge {
  readonly #ledger: Ledger;
  /** Certified recipients nobody has told the end of, by sender's provider. */
  readonly #open = new Map<string, Set<Fate>>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  sees(sighting: Sighting): void {
    const { glance } = sighting;
    this.#ledger.countSeen(glance.kind);
    switch (glance.kind) {
      case 'accettazione':
        this.#acceptance(sighting);
        break;
      case 'non-accettazione':
        this.#nonAcceptance(sighting);
        break;
      case 'posta-certificata':
        this.#delivery(sighting);
        break;
      case 'presa-in-carico':
        this.#takeCharge(sighting);
        break;
      case 'preavviso-errore-consegna':
        this.#timeout(sighting);
        break;
      case 'avvenuta-consegna':
      case 'errore-consegna':
      case 'rilevazione-virus':
        this.#end(sighting);
        break;
      case 'anomalia':
        break;
      default:
        assert.fail(`${sighting.owner} sees ${glance.kind}`);
    }
  }

  #acceptance(sighting: Sighting): void {
    const { glance, machine, instant, owner } = sighting;
    assert.ok(!this.#ledger.messages.has(glance.identifier), `a second M1 of ${glance.identifier}`);
    const message = this.#ledger.accepts(glance, { instant });
    assert.equal(message.sender, owner, 'M1 for somebody else');
    assert.equal(message.home, machine.key);
    let open = this.#open.get(machine.key);
    if (open === undefined) {
      open = new Set();
      this.#open.set(machine.key, open);
    }
    for (const fate of message.fates.values()) open.add(fate);
  }

  #nonAcceptance({ glance, owner }: Sighting): void {
    const submitted = this.#ledger.submitted.get(glance.clientId);
    assert.ok(submitted, `M2 about ${glance.clientId}, which nobody sent`);
    assert.equal(submitted.sender, owner);
    assert.ok(!submitted.admissible, `M2 or M3 about ${glance.clientId}, which is in order`);
    submitted.notAccepted++;
  }

  /** IP-28, DP-24: delivered once, to who it was sent to, at a provider that took it. */
  #delivery({ glance, machine, owner }: Sighting): void {
    const fate = this.#fate(glance, owner);
    const where = `${glance.identifier} for ${owner} at ${machine.key}`;
    assert.ok(!fate.deliveredAt.has(machine.key), `delivered twice: ${where}`);
    fate.deliveredAt.add(machine.key);
  }

  #takeCharge({ glance, machine, owner }: Sighting): void {
    assert.equal(owner, machine.provider.serviceMailbox, 'IP-14: M6 for a user');
    assert.ok(glance.covers.length > 0, `M6 of ${glance.identifier} covers nobody`);
    for (const recipient of glance.covers) this.#fate(glance, recipient).takenInCharge = true;
  }

  /** AP-37 to AP-40 and spec 4.8: when due, once, and not when stopped. */
  #timeout({ glance, machine, owner, instant }: Sighting): void {
    const fate = this.#fate(glance, glance.about);
    const where = `${glance.identifier} ${glance.about}`;
    assert.equal(owner, fate.message.sender);
    assert.equal(fate.message.home, machine.key);
    const ageMs = instant - fate.message.acceptedAt;
    assert.ok(!fate.ended, `a timeout notice after an end: ${where}`);
    assert.equal(fate.secondNotices, 0, `a timeout notice after M5b: ${where}`);
    if (glance.error.includes('dodici ore')) {
      assert.ok(ageMs >= 12 * HOUR_MS, `M5a after ${ageMs} ms: ${where}`);
      assert.ok(!fate.takenInCharge, `M5a after take-charge: ${where}`);
      assert.equal(fate.firstNotices++, 0, `M5a twice: ${where}`);
    } else {
      assert.ok(ageMs >= 22 * HOUR_MS, `M5b after ${ageMs} ms: ${where}`);
      fate.secondNotices++;
      this.#open.get(machine.key)?.delete(fate);
    }
  }

  #end({ glance, machine, owner }: Sighting): void {
    const fate = this.#fate(glance, glance.about);
    const where = `${glance.kind} of ${glance.provider} on ${glance.identifier} ${glance.about}`;
    const forService = glance.kind === 'rilevazione-virus';
    assert.equal(owner, forService ? machine.provider.serviceMailbox : fate.message.sender, where);
    if (forService) fate.virusFoundBy.add(glance.provider);
    else {
      const { kind, provider } = glance;
      assert.ok(!fate.ends.some((end) => end.kind === kind && end.provider === provider), `twice: ${where}`);
      fate.ends.push({ kind, provider });
    }
    fate.ended = true;
    this.#open.get(machine.key)?.delete(fate);
  }

  /** The first and second notice are out when a provider that is well has had the time. */
  onTime(machine: Machine, now: Instant): void {
    if (!machine.up || now - machine.wellSince < GRACE_MS) return;
    for (const fate of this.#open.get(machine.key) ?? []) {
      const ageMs = machine.clock.now() - fate.message.acceptedAt;
      const where = `${fate.message.identifier} ${fate.recipient}`;
      if (ageMs >= 12 * HOUR_MS + GRACE_MS && !fate.takenInCharge)
        assert.equal(fate.firstNotices, 1, `M5a is late: ${where}`);
      assert.ok(ageMs < 24 * HOUR_MS, `M5b is late: ${where}`);
    }
  }

  #fate(glance: Glance, recipient: string): Fate {
    const fate = this.#ledger.fate(glance.identifier, recipient);
    assert.ok(fate, `${glance.kind} about ${glance.identifier} ${recipient}: not sent to`);
    return fate;
  }
}
