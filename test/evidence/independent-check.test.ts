// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EVIDENCE_INDEX_DTD } from '../../src/evidence/evidence-file/index-dtd.ts';
import { FixedClock } from '../../src/platform/clock.ts';
import { Authority } from '../../src/trust/authority/authority.ts';
import { certificatePem } from '../../src/trust/authority/key-pair.ts';
import { MORNING } from '../world/world.ts';
import { checkEvidence, EVIDENCE_SCRIPT } from './check-evidence.ts';
import { makeEvidence, reportOf } from './evidence-forge.ts';
import { CARLA, DAY_MS, UNKNOWN } from './evidence-world.ts';
import {
  closeForge,
  deliveryOf,
  type Forgery,
  flipped,
  holding,
  keepOnly,
  logging,
  made,
  openForge,
  plan,
  record,
  saying,
  tellingOf,
} from './forger.ts';

let folder: string;
let roots: string;
before(async () => {
  await openForge();
  folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  roots = join(folder, 'roots.pem');
  writeFileSync(roots, certificatePem(made.world.authority.rootCertificate));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeForge();
});

let files = 0;

async function checking(octets: Buffer) {
  const file = join(folder, `${++files}.zip`);
  writeFileSync(file, octets);
  return checkEvidence(file, roots);
}

async function forged({ plan: told = plan, hands, ...tampering }: Forgery): Promise<string> {
  const { code, out } = await checking(await makeEvidence(told, made.hands(hands), tampering));
  assert.equal(code, 1, out);
  return /^WRONG: ([a-z-]+): /m.exec(out)?.[1] ?? out;
}

test('knows the document type of this format', () => {
  assert.ok(readFileSync(EVIDENCE_SCRIPT, 'utf8').includes(`\nDTD=${hash('sha256', EVIDENCE_INDEX_DTD)}\n`));
});

test('openssl, sha256sum, unzip and xmllint find a true file true', async () => {
  const { code, out } = await checking(await makeEvidence(plan, made.hands()));
  assert.equal(code, 0, out);
  assert.match(out, /carla@pec\.beta\.test: consegnato 2026-03-02T09:15:02Z/);
});

test('and say what is not proved: an open day, no stamp, no list', async () => {
  const contents = Object.entries(plan.contents).filter(([name]) => !name.startsWith('revocation/'));
  const bare = { ...plan, contents: Object.fromEntries(contents), seals: [], stampedAt: undefined };
  const { code, out } = await checking(await makeEvidence(bare, made.hands()));
  assert.equal(code, 3, out);
  for (const claim of ['manifest-stamp', 'inclusion', 'message-signature', 'revocation'])
    assert.match(out, new RegExp(`^NOT PROVED: ${claim}: `, 'm'));
});

test('and refuse false ones: package, digests, index, stamp', async () => {
  const replacing = (name: string, octets: (old: Buffer | undefined) => Buffer): Forgery => ({
    signed: (all) => void all.set(name, octets(all.get(name))),
  });
  assert.equal(await forged(replacing('messages/delivery-9.eml', () => Buffer.from('x'))), 'package');
  assert.equal(
    await forged(replacing('index.dtd', () => Buffer.from('<!ELEMENT fascicolo ANY>'))),
    'package',
  );
  assert.equal(await forged(replacing('messages/acceptance.eml', (old) => flipped(old))), 'digests');
  assert.equal(await forged(replacing('log/records/6.json', (old) => flipped(old))), 'digests');
  assert.equal(await forged({ hands: { provider: 'beta' } }), 'manifest');
  const lie = (old: Buffer | undefined) =>
    Buffer.from(String(old).replace('esito="consegnato"', 'esito="virus"'));
  assert.equal(await forged(replacing('index.xml', lie)), 'manifest');
  const other = await made.hands().stamp(Buffer.from('altro'), MORNING + 3 * DAY_MS);
  assert.equal(await forged(replacing('index.xml.p7m.tsr', () => other)), 'manifest-stamp');
});

test('and refuse false ones: log and seals', async () => {
  const zeros = '0'.repeat(64);
  const changed = logging('acceptance', (text) =>
    text.replace(/"digests":\["[0-9a-f]{64}/, `"digests":["${zeros}`),
  );
  assert.equal(await forged({ plan: changed }), 'records');
  const off: Forgery = {
    index: (index) => ({
      ...index,
      records: index.records.map((each) => ({ ...each, inclusion: each.inclusion.with(0, zeros) })),
    }),
  };
  assert.equal(await forged(off), 'inclusion');
  const another = {
    files: (all: Map<string, Buffer>) => void all.set(record('acceptance'), Buffer.from('{}')),
  };
  assert.equal(await forged(another), 'inclusion');
  const inconsistent: Forgery = {
    index: (index) => ({ ...index, seals: index.seals.map((seal) => ({ ...seal, consistency: [zeros] })) }),
  };
  assert.equal(await forged(inconsistent), 'seals');
});

test('and refuse false ones: messages, revocation, original, outcomes, report', async () => {
  const file = deliveryOf(CARLA);
  keepOnly(['messages/acceptance.eml', file]);
  const octets = plan.contents['messages/acceptance.eml'] ?? assert.fail();
  const body = flipped(octets, octets.indexOf('multipart/alternative') + 300);
  assert.equal(await forged({ plan: holding({ 'messages/acceptance.eml': body }) }), 'message-signature');
  const twin = new Authority({ ...made.world.authority.parts, clock: new FixedClock(MORNING - 60_000) });
  twin.revoke(made.world.alfa.identity.certificate, 'keyCompromise');
  const list = await twin.revocationList('signing');
  assert.equal(
    await forged({ plan: holding({ [`revocation/${hash('sha256', list)}.crl`]: list }) }),
    'revocation',
  );
  const about = tellingOf(file, { about: [UNKNOWN] });
  assert.equal(await forged({ plan: about }), 'message-kind');
  const original = flipped(plan.contents['messages/original.eml']);
  assert.equal(await forged({ plan: holding({ 'messages/original.eml': original }) }), 'original');
  const recipients = plan.index.recipients.map((each) => ({ ...each, outcome: 'consegnato' as const }));
  assert.equal(await forged({ plan: saying({ recipients }) }), 'outcomes');
  const digest = plan.index.messages.find((message) => message.file === file)?.digest ?? assert.fail();
  const log = plan.log.map((text) =>
    text.includes(digest) ? text.replace('"detail":{', '"detail":{"tracking":"not-its-domain",') : text,
  );
  assert.equal(await forged({ plan: { ...plan, log } }), 'outcomes');
  const report = {
    files: (all: Map<string, Buffer>) => void all.set('report.pdf', reportOf(Buffer.from('altro'))),
  };
  assert.equal(await forged(report), 'report');
});
