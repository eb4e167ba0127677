// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { readGivenLists } from '../../src/cli/given-lists.ts';
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
    await community.comesTo(() => store.lastSeal()?.number === 3 && store.lastSeal()?.token !== undefined);
    const seal = store.lastSeal() ?? assert.fail('no seal');
    const stamper = encapsulatedSigner(seal.token ?? new Uint8Array()) ?? assert.fail('no stamp');
    const instant = seal.closedAt;
    const signers = [community.certificate('alfa', 1), stamper.certificate];
    const below = [...signers, ...community.published('index-signer.pem')];
    const issued = below.map((certificate) => ({ certificate, issuer: signing }));
    for (const question of [...issued, { certificate: signing, issuer: root }]) {
      await community.comesTo(() => speakingLists(store, { ...question, instant }).length > 0);
      const [best] = speakingLists(store, { ...question, instant });
      assert.ok(best && findRevoked(best.list, question.certificate) === null);
    }
    assert.deepEqual(community.member('alfa').alerts.current(), []);

    // Of what is signed an hour later the list of the next day says more.
    const afterwards = instant + 3_600_000;
    await community.passes(DAY_HOURS);
    const question = { certificate: community.certificate('alfa', 1), issuer: signing, instant: afterwards };
    await community.comesTo(() => speakingLists(store, question).length === 2);
    const [later, earlier] = speakingLists(store, question);
    assert.ok(
      later && earlier && later.list.thisUpdate >= afterwards && earlier.list.thisUpdate < afterwards,
    );
  });

  test('log crls hands out the lists, and log check-proof --crl asks them as of then', async () => {
    await using community = await Community.open();
    const { store } = community.alfa;
    await community.passes(DAY_HOURS);
    await community.comesTo(
      () => store.lastSeal()?.token !== undefined && store.listRevocationIssuers().length === 2,
    );
    const config = ['--config', join(community.root, 'alfa.yaml')];
    const folder = join(community.root, 'liste');
    const listed = await community.run('log', 'crls', ...config, '--to', folder, '--json');
    const { format, lists } = JSON.parse(listed) as {
      format: string;
      lists: { sha256: string; issuer: string; thisUpdate: string; obtainedAt: string }[];
    };
    assert.equal(format, 'ceralacca-log-crls/1');
    const files = (name: string) =>
      lists.filter(({ issuer }) => issuer.endsWith(name)).map(({ sha256 }) => join(folder, `${sha256}.crl`));
    assert.deepEqual([...files('Root CA'), ...files('CA PEC')].length, lists.length);
    assert.match(await community.run('log', 'crls', ...config), /Autorità della comunità CA PEC/);

    const proof = join(community.root, 'prova.json');
    writeFileSync(proof, await community.run('log', 'prove', '1', ...config));
    const ca = join(community.folder, 'public', 'ca.pem');
    const checked = (...crls: string[]) => community.run('log', 'check-proof', proof, '--ca', ca, ...crls);
    await checked();
    await checked('--crl', ...files('Root CA'), ...files('CA PEC'));
    await assert.rejects(checked('--crl', ...files('CA PEC')), /CA PEC: none of the lists at hand/);
    await assert.rejects(checked('--crl', ca), /revocation-list-unreadable/);
    await assert.rejects(checked('--crl', folder), /revocation-list-unreadable/);

    // Revoked afterwards, it was good then; a list that says so from before is believed.
    const signing = community.published('signing-ca.pem')[0] ?? assert.fail();
    const certificate = community.certificate('alfa', 1);
    community.clock.advance(3_600_000);
    await community.run('authority', 'provider', 'revoke', community.folder, 'alfa');
    await community.run('authority', 'crl', community.folder, '--to', folder);
    await checked('--crl', ...files('Root CA'), join(folder, 'signing.crl'));
    const given = await readGivenLists([join(folder, 'signing.crl')]);
    const now = { certificate, issuer: signing, instant: community.clock.now() };
    assert.equal((await given.check(now)).status, 'revoked');
  });

  test('without lists a day is sealed all the same, an alert lasts until they can be had', async () => {
    await using community = await Community.open();
    const { alerts, provider } = community.member('alfa');
    await community.silenceAuthority();
    await community.passes(DAY_HOURS + 2);
    await community.comesTo(() => alerts.current().some(({ code }) => code === 'revocation-not-kept'));
    assert.ok(provider.store.lastSeal());
    await community.serveAuthority();
    await community.comesTo(() => alerts.current().every(({ code }) => code !== 'revocation-not-kept'));
    assert.equal(provider.store.listRevocationIssuers().length, 2);
  });
});
