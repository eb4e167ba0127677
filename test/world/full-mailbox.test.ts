// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { World } from './world.ts';

const CARLA = 'carla@pec.beta.test';

suite('a mailbox without room', () => {
  for (const filesReceipts of [false, true]) {
    const where = filesReceipts ? 'Ricevute' : 'INBOX';
    test(`DP-22 refuses certified mail and takes every receipt and notice, into ${where}`, async () => {
      await using world = await World.open();
      const { alfa, beta } = world;
      const full = await alfa.opens('piena', { filesReceipts });
      await beta.user('carla').certifies({ to: [full.address] });
      await world.settles();
      const { countedBytes } = alfa.store.usage(full.mailbox.id);
      assert.ok(countedBytes > 0);
      await alfa.opens('piena', { filesReceipts, quotaBytes: countedBytes });

      // Not an octet more goes in.
      await beta.user('carla').certifies({ to: [full.address] });
      await world.settles();
      const refused = await beta.user('carla').sees('errore-consegna', full.address);
      assert.match(refused.data.extendedError ?? '', /^5\.2\.2 - .* - casella piena$/);

      await full.certifies({ to: [CARLA] });
      await full.certifies({ to: ['ignoto@pec.beta.test'] });
      await world.settles();
      const got = (await full.messages()).map(({ kind, folder }) => `${kind} in ${folder}`);
      assert.deepEqual(got.sort(), [
        `accettazione in ${where}`,
        `accettazione in ${where}`,
        `avvenuta-consegna in ${where}`,
        `errore-consegna in ${where}`,
        'posta-certificata in INBOX',
      ]);
      assert.equal(alfa.store.usage(full.mailbox.id).countedBytes, countedBytes);
    });
  }
});
