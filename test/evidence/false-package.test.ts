// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { MORNING } from '../world/world.ts';
import { makeEvidence, zipOf } from './evidence-forge.ts';
import { DAY_MS } from './evidence-world.ts';
import { examined, openPoints, shortly } from './examined.ts';
import {
  closeForge,
  copyInto,
  flipped,
  forged,
  holding,
  made,
  onIndex,
  openForge,
  plan,
  saying,
  tellingOf,
} from './forger.ts';

before(openForge);
after(closeForge);

test('a whole file is proved, with complete receipts and with brief ones', async () => {
  for (const story of [made.complete, made.brief]) {
    const found = await examined(await makeEvidence(await made.plan(story), made.hands()), { made });
    assert.deepEqual([shortly(found), openPoints(found)], ['good', []]);
    assert.ok(found.claims.every(({ result }) => result === 'holds'));
    assert.ok(found.messages.every(({ provedBy }) => provedBy === 'seal'));
    assert.deepEqual(
      found.says?.recipients.map(({ outcome }) => outcome),
      ['consegnato', 'non-consegnato', 'consegnato'],
    );
  }
});

suite('claim package', () => {
  test('a file cut off, followed by something, or with a broken octet', async () => {
    const zip = await makeEvidence(plan, made.hands());
    const verdict = async (octets: Buffer) => shortly(await examined(octets, { made }));
    assert.equal(await verdict(zip.subarray(0, -1)), 'package archive-broken');
    assert.equal(await verdict(Buffer.concat([zip, Buffer.from('x')])), 'package archive-broken');
    const at = zip.indexOf('Return-Path');
    assert.equal(at, -1, 'messages are packed');
    const broken = flipped(zip, zip.indexOf('messages/acceptance.eml') + 200);
    assert.equal(await verdict(broken), 'package file-broken messages/acceptance.eml');
  });

  test('each file taken away, and one added', async () => {
    const files = new Map<string, Buffer>();
    await makeEvidence(plan, made.hands(), {
      signed: (all) => copyInto(files, all),
    });
    assert.ok(files.size > 20);
    for (const name of files.keys()) {
      const rest = new Map(files);
      rest.delete(name);
      const found = await examined(await zipOf(rest), { made });
      // Only the stamp of the index may be missing: then it is not proved when the index was there.
      if (name === 'index.xml.p7m.tsr') {
        assert.ok(openPoints(found).includes(`manifest-stamp stamp-missing ${name}`));
        assert.equal(found.verdict, 'incomplete');
      } else assert.equal(shortly(found), `package file-missing ${name}`);
    }
    const more = new Map(files).set('messages/delivery-9.eml', Buffer.from('x'));
    assert.equal(
      shortly(await examined(await zipOf(more), { made })),
      'package file-unlisted messages/delivery-9.eml',
    );
  });

  test('an index in another form, of another type, or that contradicts itself', async () => {
    const form = 'package index-form index.xml';
    const edit = (from: string, to: string) => ({
      indexOctets: (xml: Buffer) => Buffer.from(xml.toString().replace(from, to)),
    });
    assert.equal(await forged(edit('<gestore ', '<gestore  ')), form);
    assert.equal(await forged(edit('fascicolo/1', 'fascicolo/2')), form);
    assert.equal(await forged(edit('</fascicolo>', '<!-- --></fascicolo>')), form);
    assert.equal(await forged(edit('esito="consegnato"', 'esito="letto"')), form);
    assert.equal(
      await forged({ files: (files) => files.set('index.dtd', Buffer.from('<!ELEMENT fascicolo ANY>')) }),
      'package dtd-differs index.dtd',
    );
    const contradictory = 'package index-contradictory';
    assert.equal(
      await forged(onIndex((index) => ({ ...index, messages: index.messages.slice(1) }))),
      `${contradictory} ${plan.index.messages[0]?.file}`,
    );
    assert.equal(
      await forged(onIndex((index) => ({ ...index, records: index.records.toReversed() }))),
      contradictory,
    );
    assert.equal(
      await forged(onIndex((index) => ({ ...index, seals: index.seals.slice(1) }))),
      `${contradictory} log/seals/1.p7m`,
    );
    const lost = tellingOf('messages/acceptance.eml', { record: 99 });
    assert.equal(await forged({ plan: lost }), `${contradictory} messages/acceptance.eml`);
    const [first, ...others] = plan.index.recipients;
    assert.ok(first);
    const nowhere = saying({ recipients: [{ ...first, source: 'messages/delivery-9.eml' }, ...others] });
    assert.equal(await forged({ plan: nowhere }), `${contradictory} messages/delivery-9.eml`);
  });

  test('a file under the name of another role, or listed twice', async () => {
    assert.equal(
      await forged({ plan: holding({ 'messages/ricevuta.eml': Buffer.from('x') }) }),
      'package file-name messages/ricevuta.eml',
    );
    const twice = onIndex((index) => ({ ...index, files: [...index.files, ...index.files.slice(-1)] }));
    assert.match(await forged(twice), /^package file-name /);
  });
});

test('a file larger than its role allows is not read, however well it packs', async () => {
  const bomb = Buffer.alloc(2 * 1024 * 1024, ' ');
  const record = `log/records/${plan.records[0]}.json`;
  assert.equal(
    await forged({ files: (files) => void files.set(record, bomb) }),
    `package file-too-large ${record}`,
  );
  const name = `certificates/${'0'.repeat(64)}.cer`;
  assert.equal(await forged({ plan: holding({ [name]: bomb }) }), `package file-too-large ${name}`);
  const index = Buffer.alloc(17 * 1024 * 1024, ' ');
  assert.equal(await forged({ indexOctets: () => index }), 'package file-too-large index.xml');
});

suite('claim digests', () => {
  test('each file replaced after the index was signed', async () => {
    const names: string[] = [];
    await makeEvidence(plan, made.hands(), { signed: (files) => void names.push(...files.keys()) });
    for (const name of names) {
      const verdict = await forged({
        signed: (files) =>
          void files.set(
            name,
            flipped(files.get(name), name.endsWith('.tsr') ? (files.get(name)?.length ?? 0) - 9 : undefined),
          ),
      });
      const expected: Record<string, RegExp> = {
        'index.xml':
          /^(?:package index-form|digests digest-differs|package file-missing|manifest index-differs)/,
        'index.xml.p7m': /^manifest(?:-stamp)? /,
        // Its middle holds certificates that are not needed: the octets of the file's own end are the signature.
        'index.xml.p7m.tsr': /^manifest-stamp stamp-broken index\.xml\.p7m\.tsr$/,
        'index.dtd': /^package dtd-differs index\.dtd$/,
      };
      assert.match(verdict, expected[name] ?? new RegExp(`^digests digest-differs ${name}$`), name);
    }
  });

  test('a certificate under a name that is not its digest', async () => {
    const name = `certificates/${'0'.repeat(64)}.cer`;
    assert.equal(
      await forged({ plan: holding({ [name]: made.world.alfa.identity.certificate }) }),
      `digests digest-differs ${name}`,
    );
  });
});

suite('claim manifest', () => {
  const name = 'index.xml.p7m';
  test('signed by another provider, or by somebody whose root nobody trusts', async () => {
    assert.equal(await forged({ hands: { provider: 'beta' } }), `manifest signer-differs ${name}`);
    const zip = await makeEvidence(plan, made.hands());
    const roots = [made.world.alfa.identity.certificate];
    assert.equal(shortly(await examined(zip, { made, roots })), `manifest signature-broken ${name}`);
  });

  test('another index beside the signature', async () => {
    const lying = {
      signed: (files: Map<string, Buffer>) => {
        const xml = files.get('index.xml')?.toString() ?? '';
        files.set('index.xml', Buffer.from(xml.replace('esito="consegnato"', 'esito="virus"')));
      },
    };
    assert.equal(await forged(lying), 'manifest index-differs index.xml');
  });

  test('signed when the certificate was not in force', async () => {
    const createdAt = MORNING + 2000 * DAY_MS;
    const late = { ...saying({ createdAt }), stampedAt: undefined };
    assert.equal(await forged({ plan: late }), `manifest signature-broken ${name}`);
  });
});

suite('claim manifest-stamp', () => {
  const broken = 'manifest-stamp stamp-broken index.xml.p7m.tsr';
  test('a stamp of something else, or of an authority that nobody trusts', async () => {
    const { stamp } = made.hands();
    const other = await stamp(Buffer.from('altro'), MORNING + 3 * DAY_MS);
    assert.equal(await forged({ signed: (files) => void files.set('index.xml.p7m.tsr', other) }), broken);
    const zip = await makeEvidence(plan, made.hands());
    const stampRoots = [made.world.alfa.identity.certificate];
    assert.equal(shortly(await examined(zip, { made, stampRoots })), broken);
  });

  test('a stamp by a key that is not for time stamps', async () => {
    assert.equal(await forged({ hands: { stamper: made.world.alfa.identity } }), broken);
  });
});
