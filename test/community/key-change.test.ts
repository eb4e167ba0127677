// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Community } from './community.ts';

const HALF_DAY_HOURS = 12;

/** SHA-1 of Alfa's certificates in the index that Beta uses. */
async function known(community: Community): Promise<readonly string[]> {
  return (await community.index('beta')).findByDomain('pec.alfa.test')?.certificateHashes ?? [];
}

suite('a provider of a running community', { concurrency: false }, () => {
  test('DIR-5 DIR-9 DIR-12 SIG-14 renews its certificate with overlap, and changes its key: nothing is lost', async () => {
    await using community = await Community.open();
    const [first, waits, next] = ['Prima del rinnovo', 'Prima del cambio di chiave', 'Con la chiave nuova'];
    await community.writes(first);
    await community.comesTo(async () => (await community.reads('alfa')).length === 2);

    // The authority issues a certificate for a new key; Alfa names it beside the old one, which signs on.
    await community.run('authority', 'provider', 'renew', community.folder, 'alfa');
    const [old, fresh] = [1, 2].map((number) => community.certificate('alfa', number).sha1);
    await community.start('alfa', { signs: 1, beside: 2 });
    await community.indexGoesRound();
    assert.deepEqual(await known(community), [old, fresh]);

    // What the old key signed still travels when the new one takes over.
    await community.stop('beta');
    await community.writes(waits);
    await community.passes(HALF_DAY_HOURS);
    await community.start('alfa', { signs: 2, beside: 1 });
    await community.writes(next);
    await community.start('beta', { signs: 1 });
    await community.indexGoesRound();
    await community.comesTo(async () => (await community.reads('alfa')).length >= 7);
    assert.deepEqual(
      await community.reads('beta'),
      [first, next, waits].map((subject) => `posta-certificata: ${subject}`).sort(),
    );
    const receipts = [first, next, waits].flatMap((subject) => [
      `accettazione: ${subject}`,
      `avvenuta-consegna: ${subject}`,
    ]);
    // Beta was away for twelve hours: the law wants that said.
    const notices = (await community.reads('alfa')).filter((one) => !receipts.includes(one));
    assert.deepEqual(notices, [`preavviso-errore-consegna: ${waits}`]);
    assert.equal((await community.reads('alfa')).length, 7);
  });

  test('DIR-4 DIR-9 IP-5 loses a key: what it signed and was not delivered is an anomaly, what the new one signs is not', async () => {
    await using community = await Community.open();
    await community.run('authority', 'provider', 'renew', community.folder, 'alfa');
    await community.start('alfa', { signs: 1, beside: 2 });
    await community.indexGoesRound();
    await community.stop('beta');
    await community.writes('Firmata con la chiave persa');
    await community.comesTo(() => community.alfa.store.listQueue().some(({ attempts }) => attempts > 0));

    const serial = community.certificate('alfa', 1).serial.toString('hex');
    await community.run('authority', 'provider', 'revoke', community.folder, 'alfa', '--serial', serial);
    await community.start('alfa', { signs: 2 });
    await community.start('beta', { signs: 1 });
    await community.indexGoesRound();
    assert.deepEqual(await known(community), [community.certificate('alfa', 2).sha1]);
    await community.writes('Firmata con quella nuova');
    await community.comesTo(async () => (await community.reads('beta')).length === 2);
    assert.deepEqual(await community.reads('beta'), [
      'anomalia: POSTA CERTIFICATA: Firmata con la chiave persa',
      'posta-certificata: Firmata con quella nuova',
    ]);
    await community.comesTo(async () =>
      (await community.reads('alfa')).includes('avvenuta-consegna: Firmata con quella nuova'),
    );
  });

  test('DIR-13 IP-6 is revoked while the index of the others is of before: the revocation list is enough', async () => {
    await using community = await Community.open();
    await community.writes('Prima della revoca');
    await community.comesTo(async () => (await community.reads('alfa')).length === 2);
    const before = await community.index('beta');
    await community.run('authority', 'provider', 'revoke', community.folder, 'alfa');
    // Paths are believed for an hour (IP-7); the index is not read again before a day is over.
    community.clock.advance(3_600_001);
    await community.writes('Dopo la revoca');
    await community.comesTo(async () => (await community.reads('beta')).length === 2);
    assert.deepEqual(await community.reads('beta'), [
      'anomalia: POSTA CERTIFICATA: Dopo la revoca',
      'posta-certificata: Prima della revoca',
    ]);
    assert.equal((await community.index('beta')).version, before.version);
  });

  test('DIR-11 DIR-13 DIR-14 a provider that is licensed no more gets no index, keeps the last, and is told', async () => {
    await using community = await Community.open();
    await community.run('authority', 'provider', 'revoke', community.folder, 'beta');
    await community.passes(24);
    const { alerts } = community.member('beta');
    assert.ok(alerts.current().some(({ code }) => code === 'index-unreachable'));
    assert.equal((await community.index('beta')).records.length, 2);
    assert.equal((await community.index('alfa')).findByDomain('pec.beta.test'), undefined);
  });
});
