// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { encapsulatedSigner } from '../../src/trust/signing/encapsulated.ts';
import { speakingLists } from '../../src/trust/signing/speaking-lists.ts';
import { findRevoked } from '../../src/wire/cms/revocation-list.ts';
import { Community } from './community.ts';

const DAY_HOURS = 24;

suite('the revocation lists of sealed days', { concurrency: false }, () => {
  test('LOG-5 of each day there are lists of all who signed and stamped it, and later ones of the days before', async () => {
    await using community = await Community.open();
    const { alfa } = community;
    const { store } = alfa;
    const [root, tls] = community.published('tls-ca.pem');
    const [signing] = community.published('signing-ca.pem');
    assert.ok(root && signing && tls);
    for (let day = 0; day < 3; day += 1) await community.passes(DAY_HOURS);
    await settled(() => store.lastSeal()?.token !== undefined && store.listRevocationIssuers().length === 2);
    const seal = store.lastSeal() ?? assert.fail('no seal');
    const stamper = encapsulatedSigner(seal.token ?? new Uint8Array()) ?? assert.fail('no stamp');
    const instant = seal.closedAt;
    const signers = [community.certificate('alfa', 1), stamper.certificate];
    for (const certificate of [...signers, ...community.published('index-signer.pem')]) {
      const [before] = speakingLists(store, { certificate, issuer: signing, instant });
      assert.ok(before && findRevoked(before.list, certificate) === null);
    }
    const [ofRoot] = speakingLists(store, { certificate: signing, issuer: root, instant });
    assert.ok(ofRoot && findRevoked(ofRoot.list, signing) === null);
    assert.deepEqual(community.member('alfa').alerts.current(), []);

    // Of what is signed an hour later the list of the next day says more.
    const afterwards = instant + 3_600_000;
    await community.passes(DAY_HOURS);
    const question = { certificate: community.certificate('alfa', 1), issuer: signing, instant: afterwards };
    await settled(() => speakingLists(store, question).length === 2);
    const [later, earlier] = speakingLists(store, question);
    assert.ok(
      later && earlier && later.list.thisUpdate >= afterwards && earlier.list.thisUpdate < afterwards,
    );
  });

  test('without lists a day is sealed all the same, an alert lasts until they can be had', async () => {
    await using community = await Community.open();
    const { alerts, provider } = community.member('alfa');
    await community.silenceAuthority();
    await community.passes(DAY_HOURS + 2);
    await settled(() => alerts.current().some(({ code }) => code === 'revocation-not-kept'));
    assert.ok(provider.store.lastSeal());
    await community.serveAuthority();
    await settled(async () => {
      await community.passes(0.1);
      return alerts.current().every(({ code }) => code !== 'revocation-not-kept');
    });
    assert.equal(provider.store.listRevocationIssuers().length, 2);
  });
});

/** Waits for what happens in the background. */
async function settled(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
