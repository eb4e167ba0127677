// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Identity } from '../../src/trust/authority/key-pair.ts';
import { readCertificate } from '../../src/wire/cms/certificate.ts';
import { identifies, readSignedData } from '../../src/wire/cms/signed-data.ts';
import type { Seen } from './seen.ts';
import { ALFA, BETA } from './terms.ts';
import { HOUR_MS, World } from './world.ts';

const CARLA = 'carla@pec.beta.test';
/** Beta admits ordinary mail, so that what it thinks of a message can be seen. */
const OPEN_BETA = { ...BETA, ordinaryMail: 'deliver' } as const;

/** Signs one message with that identity and keeps it in Alfa's queue: Beta is out of reach. */
async function waits(world: World, identity: Identity, subject: string): Promise<string> {
  const { alfa } = world;
  world.network.unreachable.add('pec.beta.test');
  const usual = alfa.identity;
  alfa.signsWith(identity);
  const id = await alfa.user('anna').certifies({ to: [CARLA], subject });
  await world.settles();
  alfa.signsWith(usual);
  return id;
}

/** Beta can be reached again, and everything that waited goes there. */
async function arrives(world: World): Promise<void> {
  world.network.unreachable.clear();
  await world.passes(HOUR_MS);
  assert.deepEqual(world.alfa.store.listQueue(), []);
}

/** What the index holds of each; only Alfa changes. */
function listing(world: World, ...identities: readonly Identity[]): Promise<void> {
  const certificates = identities.map(({ certificate }) => certificate);
  return world.publishes(undefined, ({ key }) => (key === 'alfa' ? certificates : undefined));
}

suite('a provider changes its key', () => {
  test('DIR-5 SIG-14 while both certificates are in the index, what either key signed is taken', async () => {
    await using world = await World.open([ALFA, OPEN_BETA]);
    const { alfa, beta } = world;
    const before = alfa.identity;
    const after = await world.identityFor(ALFA, { key: 'alfa, new' });
    const late = await waits(world, before, 'Prima del cambio');
    // The new certificate is in the index before its key signs anything.
    await listing(world, before, after);
    assert.equal(beta.directory.current.findByDomain('pec.alfa.test')?.certificates.length, 2);
    alfa.signsWith(after);
    const early = await alfa.user('anna').certifies({ to: [CARLA], subject: 'Dopo il cambio' });
    await arrives(world);
    assert.deepEqual(await beta.user('carla').kinds(), ['posta-certificata', 'posta-certificata']);
    for (const id of [late, early]) {
      assert.equal(alfa.store.findTracking(id, CARLA)?.outcome, 'delivered');
      assert.ok(!beta.story(id).some((event) => event.startsWith('anomaly')));
    }
    const subjects = (await beta.user('carla').messages()).map((seen) => [
      seen.subject,
      signedBy(seen, [before, after]),
    ]);
    assert.deepEqual(subjects.sort(), [
      ['POSTA CERTIFICATA: Dopo il cambio', 1],
      ['POSTA CERTIFICATA: Prima del cambio', 0],
    ]);
    assert.deepEqual(await alfa.user('anna').kinds(), [
      'accettazione',
      'accettazione',
      'avvenuta-consegna',
      'avvenuta-consegna',
    ]);
  });

  test('DIR-4 IP-6 once the old certificate is revoked, what it signed is an anomaly, and nothing is lost', async () => {
    await using world = await World.open([ALFA, OPEN_BETA]);
    const { alfa, beta } = world;
    const before = alfa.identity;
    const after = await world.identityFor(ALFA, { key: 'alfa, new' });
    await listing(world, before, after);
    await alfa.user('anna').certifies({ to: [CARLA], subject: 'Prima della revoca' });
    await world.settles();
    alfa.signsWith(after);
    const late = await waits(world, before, 'Rimasto in coda');
    world.authority.revoke(before.certificate, 'keyCompromise');
    world.clock.advance(HOUR_MS + 1000);
    await arrives(world);
    assert.deepEqual(await beta.user('carla').kinds(), ['anomalia', 'posta-certificata']);
    assert.match(
      (await beta.user('carla').sees('anomalia')).text,
      /il certificato di firma del gestore mittente è stato revocato/,
    );
    assert.equal(beta.ordinaryLog()[0]?.detail?.reason, 'revoked');
    assert.deepEqual(beta.story(late), [`anomaly-created ${CARLA}`]);
    // The sender's provider never hears of it, and says so when the law wants it said.
    for (const hours of [12, 12]) {
      await world.passes(hours * HOUR_MS);
      await alfa.house.deadlines.look();
    }
    const timeouts = alfa.log(late).filter(({ event }) => event.startsWith('timeout'));
    assert.deepEqual(
      timeouts.map(({ event }) => event),
      ['timeout-12h', 'timeout-24h'],
    );
    await alfa.user('bruno').certifies({ to: ['dario@pec.beta.test'], subject: 'Con la chiave nuova' });
    await world.settles();
    await beta.user('dario').sees('posta-certificata');
  });

  test('IP-5 a certificate that the index no longer holds, not revoked, is an anomaly as well', async () => {
    await using world = await World.open([ALFA, OPEN_BETA]);
    const { alfa, beta } = world;
    const before = alfa.identity;
    const after = await world.identityFor(ALFA, { key: 'alfa, new' });
    await listing(world, before, after);
    alfa.signsWith(after);
    await waits(world, before, 'Rimasto in coda');
    await listing(world, after);
    await arrives(world);
    assert.deepEqual(await beta.user('carla').kinds(), ['anomalia']);
    assert.equal(beta.ordinaryLog()[0]?.detail?.reason, 'certificate-not-in-index');
  });
});

/** Which of the identities signed it: its place in the list. */
function signedBy(seen: Seen, identities: readonly Identity[]): number {
  const part = seen.index.root.parts[1];
  assert.ok(part);
  const parsed = readSignedData(
    Buffer.from(seen.octets.toString('latin1', part.bodyStart, part.bodyEnd), 'base64'),
  );
  const [signer] = parsed.ok ? parsed.value.signers : [];
  assert.ok(signer);
  return identities.findIndex(({ certificate }) => {
    const reading = readCertificate(certificate);
    return reading.ok && identifies(signer.identifier, reading.value);
  });
}
