// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { EVIDENCE_VERIFICATION_FORMAT } from '../../src/cli/verify/evidence/evidence-json.ts';
import { englishEvidence, italianEvidence } from '../../src/cli/wording/evidence-words.ts';
import { EVIDENCE_CLAIMS } from '../../src/evidence/evidence-file/evidence-claims.ts';
import { writeIndex } from '../../src/trust/authority/index-writer.ts';
import { certificatePem } from '../../src/trust/authority/key-pair.ts';
import { runCommand } from '../cli/captured.ts';
import { matchesGolden } from '../cli/golden.ts';
import { makeEvidence } from './evidence-forge.ts';
import { CARLA } from './evidence-world.ts';
import { closeForge, deliveryOf, flipped, made, openForge, plan, saying } from './forger.ts';

let folder: string;
let caFile: string;
const at = (name: string) => join(folder, name);

before(async () => {
  await openForge();
  folder = mkdtempSync(join(tmpdir(), 'evidence-command-'));
  caFile = at('ca.pem');
  writeFileSync(caFile, certificatePem(made.world.authority.rootCertificate));
  const good = await makeEvidence(plan, made.hands());
  writeFileSync(at('good.zip'), good);
  const delivery = deliveryOf(CARLA);
  const bad = await makeEvidence(plan, made.hands(), {
    signed: (files) => void files.set(delivery, flipped(files.get(delivery))),
  });
  writeFileSync(at('bad.zip'), bad);
  const open = { ...saying({ subject: 'Perché no?' }), seals: [], stampedAt: undefined };
  writeFileSync(at('open.zip'), await makeEvidence(open, made.hands()));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeForge();
});

const verify = (file: string, ...more: string[]) => runCommand('verify', at(file), '--ca', caFile, ...more);

suite('ceralacca verify FILE.zip', () => {
  test('says what is proved, in Italian unless asked otherwise; ends with 0', async () => {
    const [italian, english] = [await verify('good.zip'), await verify('good.zip', '--lang', 'en')];
    assert.deepEqual([italian.code, italian.err, english.code], [0, '', 0]);
    // Names of certificates that have ended by the day of the test are notes.
    const withoutNotes = (text: string) => text.replace(/\n\n(?:Da sapere|To be known)\n[\s\S]*$/, '\n');
    matchesGolden('verify-evidence-it', withoutNotes(italian.out));
    matchesGolden('verify-evidence-en', withoutNotes(english.out));
  });

  test('names the first thing that is wrong, repeats nothing of the file, and ends with 1', async () => {
    const { code, out } = await verify('bad.zip');
    assert.equal(code, 1);
    matchesGolden('verify-evidence-bad-it', out);
    assert.ok(!out.includes(plan.index.identifier));
  });

  test('lists what is not proved, and ends with 3', async () => {
    const { code, out } = await verify('open.zip', '--lang', 'en');
    assert.equal(code, 3);
    assert.match(out, /^EVIDENCE FILE NOT FALSE, BUT NOT ALL OF IT IS PROVED$/m);
    assert.match(out, /^ {2}log\/records\/6\.json: the day of the record was not closed yet/m);
  });

  test('as JSON, every key of which the documentation names', async () => {
    const { out } = await verify('open.zip', '--json');
    const told = JSON.parse(out) as { claims: { claim: string }[]; open: unknown[]; verdict: string };
    assert.deepEqual(
      told.claims.map(({ claim }) => claim),
      EVIDENCE_CLAIMS,
    );
    assert.equal(told.verdict, 'incomplete');
    assert.ok(told.open.length > 0);
    const page = readFileSync(join(import.meta.dirname, '../../docs/operating/command-line.md'), 'utf8');
    for (const key of [...keysOf(told), EVIDENCE_VERIFICATION_FORMAT])
      assert.ok(page.includes(`\`${key}\``), key);
    const bad = JSON.parse((await verify('bad.zip', '--json')).out) as Record<string, unknown>;
    assert.deepEqual([bad.verdict, bad.open], ['bad', []]);
    assert.equal((bad.wrong as { code: string }).code, 'digest-differs');
  });

  test('other roots for time stamps, and a signer that the index of providers does not know', async () => {
    writeFileSync(at('other.pem'), certificatePem(made.world.alfa.identity.certificate));
    assert.match((await verify('good.zip', '--tsa-ca', at('other.pem'))).out, /\(manifest-stamp: /);
    const { authority, providers } = made.world;
    writeFileSync(at('index-signer.pem'), certificatePem(authority.indexCertificate));
    const withIndex = async (domainsOf: (key: string) => readonly string[]) => {
      const listed = providers.filter(({ key }) => domainsOf(key).length > 0);
      const ldif = writeIndex({
        locationUrl: 'https://igpec.autorita.test/index.p7m',
        providers: listed.map(({ key, terms, identity, serviceMailbox }) => ({
          providerName: terms.name,
          certificates: [identity.certificate],
          mailReceipt: serviceMailbox,
          managedDomains: domainsOf(key),
        })),
      });
      writeFileSync(at('index.p7m'), await authority.signIndex(ldif));
      const { out } = await verify(
        'good.zip',
        '--index',
        at('index.p7m'),
        '--index-signer',
        at('index-signer.pem'),
        '--json',
      );
      const { verdict, wrong } = JSON.parse(out) as {
        verdict: string;
        wrong: { claim: string; code: string; file: string } | null;
      };
      return wrong === null ? verdict : `${wrong.claim} ${wrong.code} ${wrong.file}`;
    };
    assert.equal(await withIndex((key) => [`pec.${key}.test`]), 'good');
    const nobody = 'signer-not-in-index';
    assert.equal(
      await withIndex((key) => (key === 'beta' ? ['pec.beta.test'] : [])),
      `manifest ${nobody} index.xml.p7m`,
    );
    assert.match(
      await withIndex((key) => (key === 'alfa' ? ['pec.alfa.test'] : [])),
      /^message-signature signer-not-in-index messages\/[dnt]/,
    );
    // Beta exists, and is not the provider of the recipients.
    assert.equal(
      await withIndex((key) => (key === 'alfa' ? ['pec.alfa.test', 'pec.beta.test'] : ['pec.altro.test'])),
      `message-signature ${nobody} messages/delivery-1.eml`,
    );
  });

  test('files to compare are refused, not passed over', async () => {
    const { code, out, err } = await runCommand('verify', at('good.zip'), '--file', at('good.zip'));
    assert.deepEqual([code, out], [3, '']);
    assert.match(err, /--file.*\(evidence-compares-no-files\)/);
  });

  test('without roots nothing is proved: a fault', async () => {
    const { code, out, err } = await runCommand('verify', at('good.zip'));
    assert.deepEqual([code, out], [3, '']);
    assert.match(err, /--ca.*\(evidence-roots-missing\)/);
  });

  test('every claim, and every reason there is, has a test in which it is given', () => {
    const tests = readdirSync(import.meta.dirname)
      .filter((name) => /^(?:false-.*|time|command)\.test\.ts$/.test(name))
      .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
      .join('\n');
    const reasons = Object.keys(italianEvidence.reasons);
    assert.deepEqual(
      [...EVIDENCE_CLAIMS, ...reasons].filter((word) => !new RegExp(`\\b${word}\\b`).test(tests)),
      [],
    );
  });

  test('both languages say the same things', () => {
    const keys = (words: object): string[] =>
      Object.entries(words).flatMap(([key, value]) => [
        key,
        ...(typeof value === 'object' ? keys(value) : []),
      ]);
    assert.deepEqual(keys(italianEvidence), keys(englishEvidence));
  });
});

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
}
