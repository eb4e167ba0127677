// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { Chronicle } from './chronicle.ts';
import type { LetterEntry } from './ledger.ts';
import { sorted } from './tally.ts';

/** Looks whether exactly what had to happen has happened to a message, by mailboxes and by logs. */
export function judgeLetter(entry: LetterEntry, chronicle: Chronicle): void {
  const { letter, told, unknown } = entry;
  const { messageId } = letter;
  const accepted = chronicle.accepted.get(messageId) ?? [];
  for (const identifier of told)
    assert.ok(
      accepted.includes(identifier),
      `${messageId} was answered with 250 (${identifier}) and is lost`,
    );
  assert.ok(
    accepted.length >= told.length && accepted.length <= told.length + unknown,
    `${messageId}: accepted ${accepted.length} times, told of ${told.length}, ${unknown} unknown`,
  );
  for (const identifier of accepted) {
    const words = `${messageId}, ${identifier}`;
    const mail = chronicle.mail.about(identifier);
    const log = chronicle.log.about(identifier);
    // RFC 5321 section 6.1: a host that did not hear of its 250 being lost has the message twice; so has an
    // ordinary mailbox, where nothing is told apart.
    for (const { address, fate } of letter.recipients) {
      const name = `${address} posta-certificata`;
      if (fate === 'ordinary' && (mail[name] ?? 0) > 1) mail[name] = 1;
    }
    // IP-28: what arrives again leaves a record and nothing else.
    removeNames(log, ' duplicate-received');
    // Near the end of its life an entry is as good as over: the time of the providers runs on.
    if (entry.agedHours > 23 && entry.agedHours < 24) removeNames(log, ' smtp-failure ');
    assert.deepEqual(mail, expectedMail(entry), `${words}: the mail`);
    assert.deepEqual(log, expectedLog(entry), `${words}: the log`);
    const delivered = letter.recipients.filter(({ fate }) => fate === 'delivered').length;
    const bodies = delivered === 0 ? {} : { [letter.bodySha256]: delivered };
    assert.deepEqual(chronicle.bodies.about(identifier), bodies, `${words}: what was delivered`);
  }
}

function removeNames(tally: Record<string, number>, words: string): void {
  for (const name of Object.keys(tally)) if (name.includes(words)) delete tally[name];
}

type Letter = LetterEntry['letter'];

/** Each recipient has the envelope once, and its sender one receipt or notice for it. */
function expectedMail({ letter, agedHours }: LetterEntry): Record<string, number> {
  const { sender, provider, recipients } = letter;
  const expected = new Map<string, number>([[`${sender} accettazione`, 1]]);
  for (const { address, fate, provider: home } of recipients) {
    if (fate === 'delivered' || fate === 'ordinary') expected.set(`${address} posta-certificata`, 1);
    if (fate === 'delivered') expected.set(`${sender} avvenuta-consegna ${address}`, 1);
    if (fate === 'not-delivered') expected.set(`${sender} errore-consegna ${address}`, 1);
    if (fate === 'silent' && agedHours >= 12)
      expected.set(`${sender} preavviso-errore-consegna ${address}`, agedHours >= 22 ? 2 : 1);
    if (home !== undefined) expected.set(`ricevute@pec.${provider}.test presa-in-carico ${address}`, 1);
  }
  return sorted(expected);
}

/** LOG-1: each act of each provider is in its log once. */
function expectedLog({ letter, agedHours }: LetterEntry): Record<string, number> {
  const { provider, recipients } = letter;
  const expected = new Map<string, number>();
  const count = (words: string): unknown => expected.set(words, (expected.get(words) ?? 0) + 1);
  count(`${provider} acceptance`);
  for (const there of Map.groupBy(recipients, (one) => destinationOf(letter, one)).values()) {
    const home = there[0]?.provider;
    for (const { address } of there.filter(({ fate }) => fate === 'silent')) {
      if (agedHours >= 12) count(`${provider} timeout-12h ${address}`);
      if (agedHours >= 22) count(`${provider} timeout-24h ${address}`);
      // AP-40: no notice of non-delivery after the second of these.
      if (agedHours >= 24) count(`${provider} smtp-failure transport-envelope ${address}`);
    }
    if (there.some(({ fate }) => fate === 'silent')) continue;
    count(`${provider} envelope-sent transport-envelope`);
    if (home === undefined) continue;
    for (const act of ['envelope-received', 'take-charge-emitted', 'envelope-sent take-charge'])
      count(`${home} ${act}`);
    for (const { address, fate } of there) {
      count(`${provider} take-charge-received presa-in-carico ${address}`);
      if (fate === 'delivered') {
        count(`${home} delivered ${address}`);
        count(`${home} delivery-receipt-emitted ${address}`);
        count(`${home} envelope-sent delivery`);
        count(`${provider} notification-received avvenuta-consegna ${address}`);
      } else {
        count(`${home} nondelivery-emitted ${address}`);
        count(`${home} envelope-sent non-delivery`);
        count(`${provider} notification-received errore-consegna ${address}`);
      }
    }
  }
  return sorted(expected);
}

/** AP-31: one transaction for all recipients of the own provider, one for each other domain. */
function destinationOf({ provider }: Letter, recipient: Letter['recipients'][number]): string {
  return recipient.provider === provider ? 'local' : (recipient.address.split('@')[1] ?? '');
}
