// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { FixedClock, systemClock } from '../../src/platform/clock.ts';
import { ORIGINALS } from './originals.ts';
import { bodyOf } from './seen.ts';
import { openSockets } from './sockets.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';

const CARLA = 'carla@pec.beta.test';
const sha256 = (octets: Buffer) => createHash('sha256').update(octets).digest('hex');
const now = () => ({ clock: new FixedClock(systemClock.now()) });

suite('the same over real sockets', () => {
  test('AP-24 AP-32 SEC-3 SEC-7 every kind of original arrives and comes back octet by octet', async () => {
    await using world = await World.open([ALFA, BETA], { ...now(), engine: 'sqlite' });
    await using _ = await openSockets(world);
    const anna = world.alfa.user('anna');
    const bodies = new Map<string, string>();
    for (const { header, body, headerOnly } of ORIGINALS) {
      const fields = `From: anna@pec.alfa.test\r\nTo: ${CARLA}\r\n${header}${headerOnly === true ? '' : '\r\n'}`;
      const octets = Buffer.concat([Buffer.from(fields), body]);
      const outcome = await anna.sends({ octets, forwardPaths: [CARLA] });
      assert.equal(outcome.outcome, 'accepted', JSON.stringify(outcome));
      if (outcome.outcome === 'accepted') bodies.set(outcome.identifier, sha256(body));
    }
    await world.settles({ hurry: true });
    const envelopes = await world.beta.user('carla').messages();
    const receipts = (await anna.messages()).filter(({ kind }) => kind === 'avvenuta-consegna');
    assert.equal(envelopes.length, ORIGINALS.length);
    assert.equal(receipts.length, ORIGINALS.length);
    for (const { data, original } of [...envelopes, ...receipts]) {
      assert.equal(sha256(bodyOf(original ?? Buffer.alloc(0))), bodies.get(data.identifier));
    }
    // The hop was protected, and says so.
    for (const { header } of envelopes) assert.match(header.first('Received')?.value ?? '', / with ESMTPS;/);
    assert.deepEqual(await world.alfa.service.kinds(), Array(ORIGINALS.length).fill('presa-in-carico'));
  });

  test('AP-34 SMTP’s own words come back: unknown mailbox by M13 of Beta, unroutable domain by ours', async () => {
    await using world = await World.open([ALFA, BETA], now());
    await using _ = await openSockets(world);
    const anna = world.alfa.user('anna');
    await world.publishes(({ key, terms }) =>
      key === 'beta' ? [...terms.domains, 'pec.sparito.test'] : terms.domains,
    );
    await anna.certifies({ to: ['ignoto@pec.beta.test', 'chi@pec.sparito.test', 'info@posta.test'] });
    await world.settles();
    const [unknown, unroutable] = [
      await anna.sees('errore-consegna', 'ignoto@pec.beta.test'),
      await anna.sees('errore-consegna', 'chi@pec.sparito.test'),
    ];
    assert.deepEqual([unknown.data.error, unknown.data.provider], ['no-dest', BETA.name]);
    assert.deepEqual([unroutable.data.error, unroutable.data.provider], ['no-dominio', ALFA.name]);
    assert.equal(unroutable.data.extendedError, `5.1.2 - ${ALFA.name} - dominio non valido`);
    const bounce = (await anna.sees('anomalia')).original?.toString() ?? '';
    assert.match(bounce, /Il dominio non esiste o non riceve posta\./);
    assert.doesNotMatch(bounce, /Risposta del sistema|Diagnostic-Code/);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'anomalia', 'errore-consegna', 'errore-consegna']);
  });

  test('DP-25 IP-6 a provider that cannot judge answers 451, and is asked again', async () => {
    await using world = await World.open([ALFA, BETA], now());
    await using _ = await openSockets(world);
    world.crlAvailable = false;
    const anna = world.alfa.user('anna');
    await anna.certifies({ to: [CARLA] });
    await world.settles();
    assert.match(world.alfa.store.listQueue()[0]?.lastError ?? '', /^451 4\.3\.0 /);
    world.crlAvailable = true;
    await world.passes(600_000);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna']);
  });
});
