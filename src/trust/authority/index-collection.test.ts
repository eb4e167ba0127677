// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { FixedClock } from '../../platform/clock.ts';
import { CountingIds } from '../../platform/ids.ts';
import { attribute, writeLdif } from '../../wire/ldif/ldif-writer.ts';
import { createSnapshot, emptySnapshot } from '../provider-directory/directory-snapshot.ts';
import { readOwnRecords } from '../provider-directory/own-records.ts';
import { Authority, signFile } from './authority.ts';
import { type Brought, collectIndex } from './index-collection.ts';
import { type IndexedProvider, writeIndex, writeOwnRecords } from './index-writer.ts';
import { type Identity, type KeyPair, makeKeyPair } from './key-pair.ts';
import type { RegisteredProvider } from './provider-register.ts';

const DAY_MS = 24 * 3_600_000;
const clock = new FixedClock(Date.parse('2027-03-01T10:00:00Z'));
let keyPair: KeyPair;
let authority: Authority;
let alfa: Identity;
let beta: Identity;

before(async () => {
  const [ca, index, key] = await Promise.all([
    makeKeyPair('p-256'),
    makeKeyPair('rsa-2048'),
    makeKeyPair('rsa-2048'),
  ]);
  keyPair = key;
  const keys = { root: ca, signing: ca, tls: ca, index };
  const crlBaseUrl = 'http://127.0.0.1/crl';
  authority = await Authority.create({ clock, ids: new CountingIds(), name: 'Autorità', crlBaseUrl, keys });
  [alfa, beta] = await Promise.all([issue('Gestore Alfa S.p.A.'), issue('Gestore Beta S.r.l.')]);
});

function issue(providerName: string, days?: number): Promise<Identity> {
  const now = clock.now();
  return authority.issueProviderIdentity(
    { providerName, serviceAddress: 'posta-certificata@pec.test' },
    {
      keyPair,
      ...(days !== undefined && { validity: { notBefore: now - DAY_MS, notAfter: now + days * DAY_MS } }),
    },
  );
}

function registered(key: 'alfa' | 'beta', ...identities: readonly Identity[]): RegisteredProvider {
  return {
    key,
    name: key === 'alfa' ? 'Gestore Alfa S.p.A.' : 'Gestore Beta S.r.l.',
    serviceAddress: 'posta-certificata@pec.test',
    source: `https://pec.${key}.test/igpec/${key}.ldif.p7m`,
    hosts: [],
    certificates: identities.map(({ certificate }) => ({ purpose: 'signature', der: certificate })),
  };
}

function recordOf(
  key: 'alfa' | 'beta',
  { certificates, ...own }: Partial<IndexedProvider> & Pick<IndexedProvider, 'certificates'>,
): IndexedProvider {
  return {
    providerName: registered(key).name,
    certificates,
    mailReceipt: `ricevute@pec.${key}.test`,
    managedDomains: [`pec.${key}.test`],
    ...own,
  };
}

function signed(signer: Identity, records: readonly IndexedProvider[], signingTimeMs = clock.now()) {
  return signFile(writeOwnRecords(records), { signer, signingTimeMs });
}

/** What Alfa says usually. */
function alfaSays(...certificates: readonly Identity[]): Promise<Buffer> {
  const list = certificates.length === 0 ? [alfa] : certificates;
  return signed(list[0] ?? alfa, [
    recordOf('alfa', { certificates: list.map(({ certificate }) => certificate) }),
  ]);
}

async function betaSays(domains = ['pec.beta.test']): Promise<Buffer> {
  return signed(beta, [recordOf('beta', { certificates: [beta.certificate], managedDomains: domains })]);
}

interface Files {
  readonly fresh?: Buffer;
  readonly kept?: Buffer;
}

function brought(provider: RegisteredProvider, { fresh, kept }: Files): Brought {
  return { provider, fresh, kept };
}

function collect(list: readonly Brought[], previous = emptySnapshot, isRevoked = (_: Buffer) => false) {
  return collectIndex(list, { now: clock.now(), previous, isRevoked });
}

async function fateOf(provider: RegisteredProvider, files: Files): Promise<string> {
  const { providers } = await collect([brought(provider, files)]);
  const [one] = providers;
  return [one?.outcome, ...(one?.problems ?? []).map(({ reason }) => reason)].join(' ');
}

suite('one provider’s own file', () => {
  test('DIR-1, DIR-2, DIR-7, DIR-9: main and secondary records, signed with its own key, are taken', async () => {
    const { certificate } = alfa;
    const records = [
      recordOf('alfa', { certificates: [certificate], ldifLocationUrl: 'https://pec.alfa.test/a.ldif.p7m' }),
      recordOf('alfa', {
        certificates: [certificate],
        providerUnit: 'Enti',
        managedDomains: ['enti.alfa.test'],
      }),
    ];
    const fresh = await signed(alfa, records);
    const { records: taken, providers } = await collect([brought(registered('alfa', alfa), { fresh })]);
    assert.deepEqual(providers, [{ key: 'alfa', outcome: 'taken', problems: [], withdrawn: [] }]);
    assert.deepEqual(
      taken.map(({ providerUnit, managedDomains }) => [providerUnit, ...managedDomains]),
      [
        [undefined, 'pec.alfa.test'],
        ['Enti', 'enti.alfa.test'],
      ],
    );
  });

  test('DIR-6: the file is UTF-8, names beyond ASCII included, and what is not is refused', async () => {
    const name = 'Gestore Città di Forlì S.p.A.';
    const identity = await issue(name);
    const own = { ...recordOf('alfa', { certificates: [identity.certificate] }), providerName: name };
    const terms = { authorities: [identity.certificate], at: clock.now(), providerName: name };
    const good = await readOwnRecords(await signed(identity, [own]), terms);
    assert.ok(good.ok, JSON.stringify(good));
    assert.equal(good.records[0]?.providerName, name);
    const latin1 = writeLdif([
      {
        dn: `providerName=${name},o=postacert`,
        attributes: [attribute('objectClass', 'provider'), attribute('description', Buffer.of(0xe0))],
      },
    ]);
    const bad = await readOwnRecords(
      await signFile(latin1, { signer: identity, signingTimeMs: clock.now() }),
      terms,
    );
    assert.ok(!bad.ok && bad.problems.some(({ reason }) => reason === 'not-utf8'), JSON.stringify(bad));
  });

  test('DIR-9: what does not pass is not taken, and why is said', async () => {
    const provider = registered('alfa', alfa);
    const expired = await issue('Gestore Alfa S.p.A.', -0.5);
    const own = recordOf('alfa', { certificates: [alfa.certificate] });
    const changed = await alfaSays();
    changed[changed.indexOf('pec.alfa.test') + 4] = 0x62;
    const index = writeIndex({ locationUrl: 'https://pec.alfa.test/', providers: [own] });
    const cases: readonly (readonly [string, Buffer])[] = [
      ['absent not-signed-data', Buffer.from('<html>404</html>')],
      ['absent bad-signature', changed],
      ['absent wrong-signer', await signed(beta, [own])],
      ['absent wrong-signer', await authority.signIndex(writeOwnRecords([own]))],
      [
        'absent unexpected-entry',
        await signed(alfa, [own, recordOf('beta', { certificates: [beta.certificate] })]),
      ],
      ['absent unexpected-entry', await signFile(index, { signer: alfa, signingTimeMs: clock.now() })],
      [
        'absent bad-certificate',
        await signed(alfa, [recordOf('alfa', { certificates: [beta.certificate] })]),
      ],
      ['absent duplicate-record', await signed(alfa, [own, own])],
      ['absent no-main-record', await signed(alfa, [])],
      ['absent no-main-record', await signed(alfa, [{ ...own, providerUnit: 'Enti' }])],
      [
        'absent location-in-secondary-record',
        await signed(alfa, [
          own,
          { ...own, providerUnit: 'Enti', ldifLocationUrl: 'https://pec.alfa.test/' },
        ]),
      ],
      ['absent missing-attribute', await signed(alfa, [{ ...own, managedDomains: [] }])],
    ];
    for (const [fate, fresh] of cases) assert.equal(await fateOf(provider, { fresh }), fate);
    const late = await signed(expired, [recordOf('alfa', { certificates: [expired.certificate] })]);
    assert.equal(await fateOf(registered('alfa', alfa, expired), { fresh: late }), 'absent wrong-signer');
  });

  test('DIR-9: a file that cannot be had, or does not pass, leaves what was taken before', async () => {
    const provider = registered('alfa', alfa);
    const kept = await alfaSays();
    assert.equal(await fateOf(provider, { kept }), 'kept');
    assert.equal(await fateOf(provider, { kept, fresh: Buffer.from('x') }), 'kept not-signed-data');
    assert.equal(await fateOf(provider, {}), 'absent');
    const before = await signed(
      alfa,
      [recordOf('alfa', { certificates: [alfa.certificate] })],
      clock.now() - 5000,
    );
    assert.equal(await fateOf(provider, { kept, fresh: before }), 'kept older-than-current');
    assert.equal(await fateOf(provider, { kept, fresh: await alfaSays() }), 'taken');
    const spoilt = Buffer.from(kept);
    spoilt[spoilt.indexOf('pec.alfa.test') + 4] = 0x62;
    assert.equal(await fateOf(provider, { kept: spoilt }), 'absent');
  });
});

suite('certificates that come and go', () => {
  test('DIR-4, DIR-5: old and new stand side by side; what is revoked leaves even a file that is kept', async () => {
    const next = await issue('Gestore Alfa S.p.A.');
    const provider = registered('alfa', alfa, next);
    const kept = await alfaSays(alfa, next);
    const both = await collect([brought(provider, { kept })]);
    assert.equal(both.records[0]?.certificates.length, 2);
    const isRevoked = (der: Buffer) => der.equals(alfa.certificate);
    const one = await collect([brought(provider, { kept })], emptySnapshot, isRevoked);
    assert.deepEqual(one.records[0]?.certificates, [next.certificate]);
    assert.equal(one.providers[0]?.withdrawn.length, 1);
    // Signed with the key that was revoked, it is not even looked at.
    const fresh = await collect([brought(provider, { kept, fresh: kept })], emptySnapshot, isRevoked);
    assert.deepEqual(
      fresh.providers[0]?.problems.map(({ reason }) => reason),
      ['wrong-signer'],
    );
    const none = await collect(
      [brought(registered('alfa', alfa), { kept: await alfaSays() })],
      emptySnapshot,
      isRevoked,
    );
    assert.deepEqual(none.records, []);
    assert.equal(none.providers[0]?.outcome, 'absent');
  });
});

suite('providers beside one another', () => {
  test('DIR-9, DIR-15: who takes a domain of another is refused, and the other stays as it was', async () => {
    const list = [
      brought(registered('alfa', alfa), { kept: await alfaSays(), fresh: await alfaSays() }),
      brought(registered('beta', beta), { kept: await betaSays(), fresh: await betaSays(['pec.alfa.test']) }),
    ];
    const { records, providers } = await collect(list);
    assert.deepEqual(
      providers.map(({ outcome, problems }) => [outcome, ...problems.map(({ reason }) => reason)]),
      [['taken'], ['kept', 'domain-in-two-providers']],
    );
    assert.deepEqual(
      records.flatMap(({ managedDomains }) => [...managedDomains]),
      ['pec.alfa.test', 'pec.beta.test'],
    );
  });

  test('DIR-9: a domain moves on one day, whoever stands first in the register', async () => {
    const alfaTakes = await signed(alfa, [
      recordOf('alfa', {
        certificates: [alfa.certificate],
        managedDomains: ['pec.alfa.test', 'comune.test'],
      }),
    ]);
    const list = [
      brought(registered('alfa', alfa), { kept: await alfaSays(), fresh: alfaTakes }),
      brought(registered('beta', beta), {
        kept: await betaSays(['pec.beta.test', 'comune.test']),
        fresh: await betaSays(),
      }),
    ];
    for (const order of [list, list.toReversed()]) {
      const { providers } = await collect(order);
      assert.deepEqual(
        providers.map(({ outcome, problems }) => [outcome, problems]),
        [
          ['taken', []],
          ['taken', []],
        ],
      );
    }
  });

  test('DIR-15: who loses all its domains is refused', async () => {
    const { records } = await collect([brought(registered('alfa', alfa), { fresh: await alfaSays() })]);
    const previous = createSnapshot({ records, sha256: 'x', publishedAt: undefined, locationUrl: undefined });
    const fresh = await signed(alfa, [
      recordOf('alfa', { certificates: [alfa.certificate], managedDomains: [] }),
    ]);
    const { providers } = await collect(
      [brought(registered('alfa', alfa), { kept: await alfaSays(), fresh })],
      previous,
    );
    assert.equal(providers[0]?.outcome, 'kept');
  });
});
