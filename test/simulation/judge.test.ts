// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Glance } from './glance.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';

const HOUR_MS = 3_600_000;
const [ANNA, CARLA] = ['anna@pec.alfa.test', 'carla@pec.beta.test'];

/** Of a machine the judge looks at its key and service mailbox only. */
function machine(key: string): Machine {
  return { key, provider: { serviceMailbox: `servizio@pec.${key}.test` } } as unknown as Machine;
}

/** A message of Anna's to Carla, certified at hour 0; then what is seen at which hour. */
function story(...sights: readonly (readonly [number, string, string, Partial<Glance>])[]): void {
  const ledger = new Ledger();
  const judge = new Judge(ledger);
  ledger.submitted.set('<1>', {
    clientId: '<1>',
    sender: ANNA,
    home: 'alfa',
    certified: [CARLA],
    ordinary: [],
    admissible: true,
    accepted: new Set(),
    refusedAnswers: 0,
    unanswered: 0,
    certifiedAs: [],
    notAccepted: 0,
  });
  const accepted = [0, 'alfa', ANNA, { kind: 'accettazione' }] as const;
  for (const [hour, key, owner, seen] of [accepted, ...sights]) {
    const glance = {
      kind: '',
      identifier: 'a@pec.alfa.test',
      clientId: '<1>',
      provider: 'Gestore Beta S.p.A.',
      about: CARLA,
      covers: [],
      error: '',
      ...seen,
    };
    judge.sees({ machine: machine(key), owner, glance, instant: hour * HOUR_MS });
  }
}

const envelope = (hour: number) => [hour, 'beta', CARLA, { kind: 'posta-certificata' }] as const;
const takeCharge = (hour: number) =>
  [hour, 'alfa', 'servizio@pec.alfa.test', { kind: 'presa-in-carico', covers: [CARLA] }] as const;
const receipt = (hour: number) => [hour, 'alfa', ANNA, { kind: 'avvenuta-consegna' }] as const;
const notice = (hour: number, words: string) =>
  [hour, 'alfa', ANNA, { kind: 'preavviso-errore-consegna', error: words }] as const;
const first = (hour: number) => notice(hour, 'nelle prime dodici ore');
const second = (hour: number) => notice(hour, 'nelle ventiquattro ore');

test('the judge lets pass what spec 4.8 allows', () => {
  story(envelope(1), takeCharge(1), receipt(1));
  story(first(12), second(23.75), envelope(30), receipt(30));
  story(takeCharge(1), second(23.75));
});

test('the judge sees what must not be: too early, after the end, twice, to somebody else', () => {
  assert.throws(() => story(first(11.9)), /M5a after/);
  assert.throws(() => story(first(12), first(13)), /M5a twice/);
  assert.throws(() => story(takeCharge(1), first(12)), /M5a after take-charge/);
  assert.throws(() => story(second(21)), /M5b after/);
  assert.throws(() => story(second(23), second(23)), /a timeout notice after M5b/);
  assert.throws(() => story(envelope(1), receipt(1), second(23)), /after an end/);
  assert.throws(() => story(envelope(1), envelope(2)), /delivered twice/);
  assert.throws(() => story(envelope(1), receipt(1), receipt(2)), /twice/);
  assert.throws(
    () => story([1, 'beta', 'dario@pec.beta.test', { kind: 'posta-certificata' }]),
    /not sent to/,
  );
  assert.throws(() => story([1, 'alfa', ANNA, { kind: 'presa-in-carico', covers: [CARLA] }]), /IP-14/);
});
