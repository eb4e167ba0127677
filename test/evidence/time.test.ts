// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { FixedClock } from '../../src/platform/clock.ts';
import type { Identity } from '../../src/trust/authority/key-pair.ts';
import { Signer } from '../../src/trust/signing/signer.ts';
import { MORNING } from '../world/world.ts';
import { type EvidencePlan, type Hands, makeEvidence } from './evidence-forge.ts';
import { CARLA, DAY_MS } from './evidence-world.ts';
import { examined, openPoints, shortly } from './examined.ts';
import { closeForge, deliveryOf, keepOnly, made, openForge, plan } from './forger.ts';

/** Certificates of the world last three years, its authority ten. */
const YEAR_MS = 365 * DAY_MS;

before(openForge);
after(closeForge);

/** A file made five years later, when provider and time-stamp authority have other certificates. */
async function lateEvidence(told: EvidencePlan = plan): Promise<Buffer> {
  const createdAt = Math.floor((MORNING + 5 * YEAR_MS) / 1000) * 1000;
  const { clock, authority } = made.world;
  clock.advance(5 * YEAR_MS - DAY_MS);
  const [identity, stamper] = [
    await made.world.identityFor(made.world.alfa.terms),
    await authority.issueTimeStamper(),
  ];
  clock.advance(DAY_MS - 5 * YEAR_MS);
  const early = made.hands();
  const late = made.hands({ stamper });
  const signer = signerOf(identity);
  const hands: Hands = {
    seal: (content, instant) =>
      instant < createdAt ? early.seal(content, instant) : signer.seal(content, instant),
    stamp: (octets, instant) => (instant < createdAt ? early : late).stamp(octets, instant),
  };
  const lists = await made.lists(createdAt);
  const late5 = { ...told, index: { ...told.index, createdAt }, contents: { ...told.contents, ...lists } };
  return makeEvidence({ ...late5, stampedAt: createdAt + 1000 }, hands);
}

function signerOf({ certificate, chain, privateKey }: Identity): Signer {
  return new Signer({ certificate, chain, sign: async (octets) => sign('sha256', octets, privateKey) });
}

/** The log as it was written before records named digests. */
function withoutDigests(): EvidencePlan {
  const log = plan.log.map((text) => text.replace(/,"digests":\[[^\]]*\]/, ''));
  const messages = plan.index.messages.map(({ record: _, ...message }) => message);
  return { ...plan, log, index: { ...plan.index, messages } };
}

suite('long after', () => {
  test('when all certificates have ended, the same file is as good as on its first day, and says what ended', async () => {
    const zip = await makeEvidence(plan, made.hands());
    const today = await examined(zip, { made });
    const later = await examined(zip, { made, clock: new FixedClock(MORNING + 30 * YEAR_MS) });
    assert.equal(shortly(later), 'good');
    assert.deepEqual({ ...later, ended: [] }, { ...today, ended: [] });
    assert.deepEqual(today.ended, []);
    const names = later.ended.map(({ of, name }) => `${of} ${/O=([^,]*)/.exec(name)?.[1]}`).sort();
    assert.deepEqual(names, [
      'signer Gestore Alfa S.p.A.',
      'signer Gestore Beta S.r.l.',
      'time-stamp-authority Autorità di prova',
    ]);
  });

  test('a file made years after its messages holds by the stamped seals of then', async () => {
    const found = await examined(await lateEvidence(), { made });
    assert.deepEqual([shortly(found), openPoints(found)], ['good', []]);
    assert.ok(found.messages.every(({ provedBy }) => provedBy === 'seal'));
  });

  test('where no record names a message, its ended certificate proves nothing any more: open, not false', async () => {
    const soon = await examined(await makeEvidence(withoutDigests(), made.hands()), { made });
    const names = plan.index.messages.map(({ file }) => file).sort();
    const about = (points: readonly string[], start: string) =>
      points
        .filter((point) => point.startsWith(start))
        .map((point) => point.split(' ').at(-1))
        .sort();
    assert.deepEqual(about(openPoints(soon), 'records not-in-log'), names);
    assert.ok(soon.messages.every(({ provedBy }) => provedBy === 'index'));
    const late = await examined(await lateEvidence(withoutDigests()), { made });
    assert.equal(late.verdict, 'incomplete');
    assert.deepEqual(about(openPoints(late), 'message-signature ended-before-proof'), names);
  });

  test('seals without stamps carry nothing over the end of certificates', async () => {
    const seals = plan.seals.map((seal) => ({ ...seal, stampedAt: undefined }));
    const late = await examined(await lateEvidence({ ...plan, seals }), { made });
    assert.equal(late.verdict, 'incomplete');
    assert.ok(openPoints(late).includes('seals stamp-missing log/seals/1.p7m'));
    assert.ok(openPoints(late).some((point) => point.startsWith('message-signature ended-before-proof')));
  });

  test('a stamp from a time when its authority had no certificate yet is none', async () => {
    const { authority, clock } = made.world;
    clock.advance(YEAR_MS);
    const stamper = await authority.issueTimeStamper();
    clock.advance(-YEAR_MS);
    const late = await examined(await makeEvidence(plan, made.hands({ stamper })), { made });
    assert.equal(shortly(late), 'manifest-stamp stamp-broken index.xml.p7m.tsr');
  });
});

suite('what is not proved', () => {
  async function openPointsOf(told: EvidencePlan): Promise<readonly string[]> {
    const found = await examined(await makeEvidence(told, made.hands()), { made });
    assert.equal(found.verdict, 'incomplete', shortly(found));
    return openPoints(found);
  }

  test('an open day: the records are there, and no seal yet', async () => {
    const points = await openPointsOf({ ...plan, seals: [] });
    assert.deepEqual(
      points,
      plan.records.map((sequence) => `inclusion unsealed log/records/${sequence}.json`),
    );
  });

  test('no stamp at all: nobody but the signers says when', async () => {
    const points = await openPointsOf({ ...plan, seals: [], stampedAt: undefined });
    assert.ok(points.includes('manifest-stamp stamp-missing index.xml.p7m.tsr'));
    for (const { file } of plan.index.messages)
      assert.ok(points.includes(`message-signature time-not-proved ${file}`), file);
  });

  test('no original: what is enclosed cannot be compared', async () => {
    const { 'messages/original.eml': _, ...contents } = plan.contents;
    const points = await openPointsOf({ ...plan, contents });
    assert.ok(points.includes('original original-missing messages/envelope-1.eml'));
    assert.ok(points.every((point) => point.startsWith('original original-missing')));
  });

  test('what the index itself says is missing, each under its claim', async () => {
    const claims = {
      originale: 'original',
      messaggio: 'outcomes',
      registrazioni: 'records',
      sigillo: 'inclusion',
      marca: 'manifest-stamp',
      certificato: 'message-signature',
      revoca: 'revocation',
    } as const;
    for (const [what, claim] of Object.entries(claims)) {
      const missing = [{ what: what as keyof typeof claims, why: 'altrove' as const, text: 'Manca.' }];
      const points = await openPointsOf({ ...plan, index: { ...plan.index, missing } });
      assert.deepEqual(points, [`${claim} said-missing`]);
    }
    const stamp = [{ what: 'marca', why: 'senza-autorita', record: 6, text: 'Manca.' }] as const;
    assert.deepEqual(await openPointsOf({ ...plan, index: { ...plan.index, missing: stamp } }), [
      'seals said-missing log/records/6.json',
    ]);
  });
});

test('a file of two messages alone is whole as well, and says no more than they do', async () => {
  keepOnly(['messages/acceptance.eml', deliveryOf(CARLA)]);
  const found = await examined(await makeEvidence(plan, made.hands()), { made });
  assert.equal(shortly(found), 'good');
  assert.deepEqual(
    found.says?.recipients.map(({ outcome }) => outcome),
    ['consegnato', 'accettato', 'accettato'],
  );
});
