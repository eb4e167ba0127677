// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { FixedClock } from '../../src/platform/clock.ts';
import { Authority } from '../../src/trust/authority/authority.ts';
import { MORNING } from '../world/world.ts';
import { makeEvidence } from './evidence-forge.ts';
import { CARLA, DAY_MS, OFFICE, resealed } from './evidence-world.ts';
import { examined, openPoints, shortly } from './examined.ts';
import {
  closeForge,
  deliveryOf,
  flipped,
  forged,
  holding,
  logging,
  made,
  openForge,
  plan,
  record,
  saying,
  tell,
  tellingHolding,
  tellingOf,
  wholly,
} from './forger.ts';

/** A minute after the morning, to the second. */
const LATER = Math.floor(MORNING / 1000) * 1000 + 60_000;

before(openForge);
after(closeForge);

suite('claim message-signature', () => {
  test('an octet of each message changed, outside the header and inside', async () => {
    for (const { file } of plan.index.messages) {
      const octets = plan.contents[file] ?? assert.fail(file);
      const changed = holding({ [file]: flipped(octets, octets.indexOf('multipart/alternative') + 300) });
      assert.equal(await forged({ plan: changed }), `message-signature signature-broken ${file}`);
    }
  });

  test('a message that another provider signed, or whose index tells another signer or digest', async () => {
    const file = 'messages/acceptance.eml';
    const differs = `message-signature signer-differs ${file}`;
    const signer = 'posta-certificata@pec.beta.test';
    assert.equal(await forged({ plan: tellingOf(file, { signer }) }), differs);
    assert.equal(
      await forged({ plan: tellingOf(file, { digest: '0'.repeat(64) }) }),
      `message-signature digest-differs ${file}`,
    );
    const byBeta = await resealed(plan.contents[file], { by: made.world.beta });
    assert.equal(
      await forged({ plan: { ...holding({ [file]: byBeta.octets }), ...tellingHolding(file, byBeta) } }),
      differs,
    );
  });

  test('a certificate that was not in force when the message says', async () => {
    const file = 'messages/acceptance.eml';
    const instant = MORNING - 1000 * DAY_MS;
    assert.equal(
      await forged({ plan: tellingOf(file, { instant }) }),
      `message-signature not-in-force ${file}`,
    );
  });
});

suite('claim revocation', () => {
  /** Lists of an authority that took a certificate back at an instant, as of another. */
  async function listsAfter(revokedAt: number, { at }: { at: number }): Promise<Record<string, Buffer>> {
    const clock = new FixedClock(revokedAt);
    const twin = new Authority({ ...made.world.authority.parts, clock });
    twin.revoke(made.world.beta.identity.certificate, 'keyCompromise');
    clock.advance(at - revokedAt);
    const all = await Promise.all((['root', 'signing'] as const).map((name) => twin.revocationList(name)));
    return Object.fromEntries(all.map((der) => [`revocation/${hash('sha256', der)}.crl`, der]));
  }

  const createdAt = () => plan.index.createdAt;
  const without = () =>
    Object.fromEntries(Object.entries(plan.contents).filter(([name]) => !name.startsWith('revocation/')));

  test('a certificate that was revoked before the message', async () => {
    const lists = await listsAfter(MORNING - 60_000, { at: createdAt() });
    const first = plan.index.messages.find(({ signer }) => signer.includes('beta'))?.file;
    assert.equal(await forged({ plan: holding(lists) }), `revocation revoked ${first}`);
  });

  async function openWith(contents: Record<string, Buffer>): Promise<readonly string[]> {
    const found = await examined(await makeEvidence({ ...plan, contents }, made.hands()), { made });
    assert.equal(found.verdict, found.open.length > 0 ? 'incomplete' : 'good');
    assert.ok(found.open.every(({ claim }) => claim === 'revocation'));
    return openPoints(found);
  }

  test('revoked between the message and the time proved is open, revoked after it is nothing', async () => {
    const between = await openWith({
      ...plan.contents,
      ...(await listsAfter(MORNING + 60_000, { at: createdAt() })),
    });
    assert.ok(
      between.length > 0 && between.every((point) => point.startsWith('revocation revoked-before-proof')),
    );
    const later = await listsAfter(createdAt() + DAY_MS, { at: createdAt() + DAY_MS });
    assert.deepEqual(await openWith({ ...plan.contents, ...later }), []);
  });

  test('no list, one too old, one of another authority, one that anybody signed: none speaks', async () => {
    const nothing = await openWith(without());
    assert.equal(nothing.length, plan.index.messages.length + 1);
    assert.ok(nothing.every((point) => point.startsWith('revocation no-revocation-data')));
    const old = await made.lists(MORNING - 3 * DAY_MS);
    assert.deepEqual(await openWith({ ...without(), ...old }), nothing);
    const lists = await made.lists(createdAt());
    const broken = Object.values(lists).map((der) => flipped(der, der.length - 1));
    const unsigned = Object.fromEntries(broken.map((der) => [`revocation/${hash('sha256', der)}.crl`, der]));
    assert.deepEqual(await openWith({ ...without(), ...unsigned }), nothing);
    // Of the root alone nobody can say whether a provider was revoked.
    const [root = ['', Buffer.alloc(0)] as const] = Object.entries(lists);
    assert.deepEqual(await openWith({ ...without(), [root[0]]: root[1] }), nothing);
    assert.deepEqual(await openWith({ ...without(), ...lists }), []);
  });
});

suite('claim message-kind', () => {
  test('a message of another kind, Message-ID, instant or provider than the index says', async () => {
    const file = deliveryOf(CARLA);
    const differs = `message-kind other-message ${file}`;
    assert.equal(
      await forged({ plan: tellingOf(file, { kind: 'delivery-concise' }) }),
      `message-kind kind-differs ${file}`,
    );
    assert.equal(await forged({ plan: tellingOf(file, { messageId: 'altro@pec.beta.test' }) }), differs);
    assert.equal(await forged({ plan: tellingOf(file, { instant: LATER }) }), differs);
    assert.equal(await forged({ plan: tellingOf(file, { provider: 'Gestore Gamma S.p.A.' }) }), differs);
  });

  test("another recipient's receipt", async () => {
    const [carla, office] = [deliveryOf(CARLA), deliveryOf(OFFICE)];
    assert.equal(
      await forged({ plan: tellingOf(carla, { about: [OFFICE] }) }),
      `message-kind other-message ${carla}`,
    );
    const swapped = tellingOf(office, { about: [CARLA, OFFICE] });
    assert.equal(await forged({ plan: swapped }), `message-kind other-message ${office}`);
  });

  test('the receipt of another message', async () => {
    const { brief } = made;
    const other = brief.messages.find(({ kind }) => kind === 'acceptance') ?? assert.fail();
    const file = 'messages/acceptance.eml';
    const octets = brief.octets[other.file] ?? assert.fail();
    const told = tellingOf(file, { ...other, file });
    assert.equal(
      await forged({ plan: { ...told, contents: { ...told.contents, [file]: octets } } }),
      `message-kind other-message ${file}`,
    );
  });

  test('an index that speaks of another message, sender, subject or recipient', async () => {
    const file = plan.index.messages[0]?.file;
    const differs = `message-kind other-message ${file}`;
    assert.equal(await forged({ plan: saying({ messageId: '<altro@client.test>' }) }), differs);
    assert.equal(await forged({ plan: saying({ subject: 'Altro oggetto' }) }), differs);
    assert.equal(await forged({ plan: saying({ identifier: 'altro@pec.alfa.test' }) }), differs);
    assert.equal(await forged({ plan: saying({ sender: 'bruno@pec.alfa.test' }) }), differs);
    const [first, ...others] = plan.index.recipients;
    assert.ok(first);
    assert.equal(await forged({ plan: saying({ recipients: others }) }), differs);
    assert.equal(
      await forged({ plan: saying({ recipients: [{ ...first, certified: false }, ...others] }) }),
      differs,
    );
    const stranger = { ...first, address: 'zeno@pec.beta.test' };
    assert.equal(
      await forged({ plan: saying({ recipients: [...plan.index.recipients, stranger] }) }),
      differs,
    );
  });
});

suite('claim original', () => {
  test('an original that differs in an octet', async () => {
    const original = flipped(plan.contents['messages/original.eml']);
    const first = plan.index.messages.find(
      ({ kind }) => kind === 'transport-envelope' || kind === 'delivery-complete',
    );
    assert.equal(
      await forged({ plan: holding({ 'messages/original.eml': original }) }),
      `original original-differs ${first?.file}`,
    );
  });

  test('a complete receipt that encloses another one, signed by its provider', async () => {
    const file = deliveryOf(CARLA);
    const other = await resealed(plan.contents[file], {
      by: made.world.beta,
      change: (entity) =>
        entity.replace('perché no?', 'perché sì?').replace('perch\xc3\xa9 no?', 'perch\xc3\xa9 s\xc3\xac'),
    });
    assert.equal(await forged({ plan: wholly(file, other) }), `original original-differs ${file}`);
  });

  test('a brief receipt with another hash, text or subject, signed by its provider', async () => {
    await tell(made.brief);
    try {
      const file = plan.index.messages.find(({ kind }) => kind === 'delivery-brief')?.file ?? assert.fail();
      const changed = async (change: (entity: string) => string) => {
        const other = await resealed(plan.contents[file], { by: made.world.beta, change });
        assert.notEqual(other.digest, plan.index.messages.find((message) => message.file === file)?.digest);
        return wholly(file, other);
      };
      const digit = /(?<=\r\n\r\n)[0-9a-f](?=[0-9a-f]{39}\r\n)/;
      const differs = `original brief-differs ${file}`;
      const hash = await changed((entity) => entity.replace(digit, (old) => (old === '0' ? '1' : '0')));
      assert.equal(await forged({ plan: hash }), differs);
      const text = await changed((entity) =>
        entity.replace('S\xc3\xac, perch\xc3\xa9 no?', 'No, perch\xc3\xa9 s\xc3\xac?'),
      );
      assert.equal(await forged({ plan: text }), differs);
      const subject = await changed((entity) =>
        entity.replace('=?UTF-8?Q?Perch=C3=A9_no=3F?=', 'Altro oggetto'),
      );
      assert.equal(await forged({ plan: subject }), differs);
      // Another provider may write the header of a hash file in its own way.
      const way = await changed((entity) =>
        entity.replace('.bin.hash\r\n', '.bin.hash; charset=us-ascii\r\n'),
      );
      const found = await examined(await makeEvidence(way, made.hands()), { made });
      assert.deepEqual(
        [shortly(found), openPoints(found)],
        ['incomplete', [`original not-compared ${file}`]],
      );
    } finally {
      await tell(made.complete);
    }
  });

  test('a record that names another original', async () => {
    const lie = logging('acceptance', (text) =>
      text.replace(/"original":"[0-9a-f]{64}"/, `"original":"${'0'.repeat(64)}"`),
    );
    assert.equal(await forged({ plan: lie }), `original original-differs ${record('acceptance')}`);
  });
});
