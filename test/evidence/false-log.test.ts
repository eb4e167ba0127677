// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { recordLeaf } from '../../src/evidence/certification-log/log-tree.ts';
import type { EvidenceIndex } from '../../src/evidence/evidence-file/index-model.ts';
import { MORNING } from '../world/world.ts';
import { type EvidencePlan, makeEvidence, reportOf } from './evidence-forge.ts';
import { CARLA, DAY_MS, OFFICE, resealed, UNKNOWN } from './evidence-world.ts';
import {
  closeForge,
  copyInto,
  deliveryOf,
  flipped,
  forged,
  inBase64,
  logging,
  made,
  onIndex,
  openForge,
  plan,
  record,
  saying,
  sequenceOf,
  tellingOf,
  wholly,
} from './forger.ts';

before(openForge);
after(closeForge);

suite('claim records', () => {
  test('a record about another message, or that is none', async () => {
    const { identifier } = plan.index;
    const differs = `records record-differs ${record('acceptance')}`;
    assert.equal(
      await forged({
        plan: logging('acceptance', (text) =>
          text.replace(`"identifier":"${identifier}"`, '"identifier":"x@y.test"'),
        ),
      }),
      differs,
    );
    assert.equal(
      await forged({
        plan: logging('acceptance', (text) => text.replace('"sender":"anna@', '"sender":"bruno@')),
      }),
      differs,
    );
    assert.equal(
      await forged({ plan: logging('acceptance', (text) => text.replace('"instant":', '"quando":')) }),
      `records record-unreadable ${record('acceptance')}`,
    );
  });

  test('a record of another event, recipient, instant or Message-ID than the message it names', async () => {
    const link = 'records record-link messages/acceptance.eml';
    assert.equal(
      await forged({
        plan: logging('acceptance', (text) => text.replace('"event":"acceptance"', '"event":"delivered"')),
      }),
      link,
    );
    assert.equal(
      await forged({
        plan: logging('acceptance', (text) =>
          text.replace(/"digests":\["[0-9a-f]{64}/, `"digests":["${'0'.repeat(64)}`),
        ),
      }),
      link,
    );
    const differs = `records record-differs ${record('acceptance')}`;
    assert.equal(
      await forged({
        plan: logging('acceptance', (text) => text.replace(String(MORNING), String(MORNING - 60_000))),
      }),
      differs,
    );
    assert.equal(
      await forged({
        plan: logging('acceptance', (text) => text.replace('"generated":["', '"generated":["x')),
      }),
      differs,
    );
    const received = logging('notification-received', (text) =>
      text.replace(/"recipient":"[^"]*"/, '"recipient":"zeno@pec.beta.test"'),
    );
    assert.match(await forged({ plan: received }), /^records record-differs log\/records\//);
  });

  test('an index that names another record of the message', async () => {
    const sequence = sequenceOf('envelope-sent');
    assert.equal(
      await forged({ plan: tellingOf('messages/acceptance.eml', { record: sequence }) }),
      'records record-link messages/acceptance.eml',
    );
  });
});

suite('claim inclusion', () => {
  const file = () => record('acceptance');
  const withRecord = (
    change: (record: EvidenceIndex['records'][number]) => Partial<EvidenceIndex['records'][number]>,
  ) =>
    onIndex((index) => ({
      ...index,
      records: index.records.map((each) =>
        `log/records/${each.sequence}.json` === file() ? { ...each, ...change(each) } : each,
      ),
    }));

  test('a path that is broken, too short or too long, a leaf or a seal that is another', async () => {
    const differs = `inclusion not-included ${file()}`;
    const zeros = '0'.repeat(64);
    assert.equal(
      await forged(withRecord(({ inclusion }) => ({ inclusion: inclusion.with(1, zeros) }))),
      differs,
    );
    assert.equal(await forged(withRecord(({ inclusion }) => ({ inclusion: inclusion.slice(1) }))), differs);
    assert.equal(
      await forged(withRecord(({ inclusion }) => ({ inclusion: [...inclusion, zeros] }))),
      differs,
    );
    assert.equal(await forged(withRecord(() => ({ leaf: zeros }))), `inclusion leaf-differs ${file()}`);
    assert.equal(await forged(withRecord(() => ({ seal: 2 }))), differs);
  });

  test('a text changed after it was sealed, with its leaf, or with all but the seal', async () => {
    const sequence = sequenceOf('acceptance');
    const text = (plan.log[sequence - 1] ?? '').replace('"size":"', '"size":"1');
    const files = (all: Map<string, Buffer>) => void all.set(file(), Buffer.from(text));
    assert.equal(await forged({ files }), `inclusion leaf-differs ${file()}`);
    const leaf = recordLeaf({ sequence, text }).toString('hex');
    assert.equal(
      await forged({ files, ...withRecord(() => ({ leaf })) }),
      `inclusion not-included ${file()}`,
    );
  });
});

suite('claim seals', () => {
  const sealed = (number: number) => `log/seals/${number}.p7m`;

  test('the seal of another provider, or of another log of the same', async () => {
    const another = { ...plan, log: plan.log.map((text) => text.replace('Pratica', 'Faccenda')) };
    const seals = new Map<string, Buffer>();
    await makeEvidence(another, made.hands(), {
      files: (files) => copyInto(seals, files),
    });
    const swap = (...names: string[]) => ({
      files: (files: Map<string, Buffer>) =>
        copyInto(files, new Map(names.map((name) => [name, seals.get(name) ?? assert.fail()]))),
    });
    assert.match(
      await forged(swap(sealed(1), 'log/seals/1.tsr')),
      /^(?:inclusion not-included|seals seals-inconsistent) /,
    );
    assert.match(
      await forged(swap(sealed(2), 'log/seals/2.tsr')),
      /^seals seals-inconsistent log\/seals\/1\.p7m$/,
    );
    const beta = { ...plan, seals: plan.seals.map((seal) => ({ ...seal, provider: 'Gestore Beta S.r.l.' })) };
    assert.equal(await forged({ plan: beta }), `seals seal-broken ${sealed(1)}`);
    const byBeta = await made.hands({ provider: 'beta' }).seal(Buffer.from('x'), MORNING);
    assert.equal(
      await forged({ files: (files) => void files.set(sealed(2), byBeta) }),
      `seals seal-broken ${sealed(2)}`,
    );
  });

  test('a seal changed, under another number, without its path', async () => {
    assert.equal(
      await forged({ files: (files) => void files.set(sealed(1), flipped(files.get(sealed(1)), 70)) }),
      `seals seal-broken ${sealed(1)}`,
    );
    assert.equal(
      await forged({ files: (files) => void files.set(sealed(2), files.get(sealed(1)) ?? assert.fail()) }),
      `seals seal-broken ${sealed(2)}`,
    );
    const inconsistent = `seals seals-inconsistent ${sealed(1)}`;
    assert.equal(
      await forged(
        onIndex((index) => ({ ...index, seals: index.seals.map((seal) => ({ ...seal, consistency: [] })) })),
      ),
      inconsistent,
    );
    const broken = (index: EvidenceIndex) =>
      index.seals.map(({ number, consistency }) => ({
        number,
        consistency: consistency.map(() => '0'.repeat(64)),
      }));
    assert.equal(await forged(onIndex((index) => ({ ...index, seals: broken(index) }))), inconsistent);
  });

  test('the time stamp of something else', async () => {
    const other = await made.hands().stamp(Buffer.from('altro'), MORNING + DAY_MS);
    assert.equal(
      await forged({ files: (files) => void files.set('log/seals/1.tsr', other) }),
      'seals stamp-broken log/seals/1.tsr',
    );
    assert.equal(
      await forged({
        files: (files) => void files.set('log/seals/1.tsr', files.get('log/seals/2.tsr') ?? assert.fail()),
      }),
      'seals stamp-broken log/seals/1.tsr',
    );
  });
});

suite('claim timeline', () => {
  const withSeal = (number: number, change: Partial<EvidencePlan['seals'][number]>): EvidencePlan => ({
    ...plan,
    seals: plan.seals.map((seal) => (seal.number === number ? { ...seal, ...change } : seal)),
  });

  test('seals out of order, closed after their stamp, or before what they hold', async () => {
    const [first, second] = plan.seals;
    assert.ok(first && second);
    const order = (number: number) => `timeline order log/seals/${number}.p7m`;
    assert.equal(await forged({ plan: withSeal(2, { closedAt: first.closedAt - 1000 }) }), order(2));
    assert.equal(await forged({ plan: withSeal(1, { stampedAt: first.closedAt - 61_000 }) }), order(1));
    assert.equal(
      await forged({
        plan: withSeal(2, { closedAt: plan.index.createdAt + 1000, stampedAt: plan.index.createdAt + 2000 }),
      }),
      order(2),
    );
    const before = MORNING - 600_000;
    assert.match(
      await forged({ plan: withSeal(1, { closedAt: before, stampedAt: before + 1000 }) }),
      /^timeline order (?:messages|log)\//,
    );
  });

  test('a file made before what it holds, or after its own stamp', async () => {
    const early = {
      ...saying({ createdAt: MORNING - (MORNING % 1000) - 120_000 }),
      seals: [],
      stampedAt: MORNING,
    };
    assert.match(await forged({ plan: early }), /^timeline order messages\//);
    assert.equal(
      await forged({ plan: { ...plan, stampedAt: plan.index.createdAt - 61_000 } }),
      'timeline order index.xml',
    );
  });

  test('a delivery that its provider certified before the acceptance', async () => {
    const file = deliveryOf(CARLA);
    const early = await resealed(plan.contents[file], {
      by: made.world.beta,
      change: (entity) => inBase64(entity, { from: '<ora>10:15:02</ora>', to: '<ora>10:13:02</ora>' }),
    });
    const instant = MORNING - (MORNING % 1000) - 120_000;
    const told = wholly(file, early);
    const messages = told.index.messages.map((each) => (each.file === file ? { ...each, instant } : each));
    const recipients = told.index.recipients.map((each) =>
      each.source === file ? { ...each, instant } : each,
    );
    const lie = { ...told, index: { ...told.index, messages, recipients } };
    assert.equal(await forged({ plan: lie }), `timeline order ${file}`);
  });
});

suite('claim outcomes', () => {
  const withRecipient = (address: string, change: Partial<EvidenceIndex['recipients'][number]>) =>
    saying({
      recipients: plan.index.recipients.map((each) =>
        each.address === address ? { ...each, ...change } : each,
      ),
    });

  test('an outcome, an instant or a source that do not follow from the files', async () => {
    const failure = plan.index.recipients.find(({ address }) => address === UNKNOWN);
    assert.ok(failure?.source);
    const differs = `outcomes outcome-differs ${failure.source}`;
    assert.equal(await forged({ plan: withRecipient(UNKNOWN, { outcome: 'consegnato' }) }), differs);
    assert.equal(await forged({ plan: withRecipient(UNKNOWN, { instant: MORNING + DAY_MS }) }), differs);
    const { outcome: _, instant: __, source: ___, ...rest } = failure;
    const unknown = plan.index.recipients.map((each) =>
      each.address === UNKNOWN ? ({ ...rest, outcome: 'ignoto' } as const) : each,
    );
    assert.equal(await forged({ plan: saying({ recipients: unknown }) }), 'outcomes outcome-differs');
    assert.equal(
      await forged({ plan: withRecipient(CARLA, { source: deliveryOf(OFFICE) }) }),
      `outcomes outcome-differs ${deliveryOf(OFFICE)}`,
    );
    assert.match(
      await forged({ plan: withRecipient(OFFICE, { outcome: 'preso-in-carico' }) }),
      /^outcomes outcome-differs /,
    );
  });

  test("a receipt of a provider that is not the recipient's, as the log says of it", async () => {
    const digest =
      plan.index.messages.find(({ file }) => file === deliveryOf(CARLA))?.digest ?? assert.fail();
    const log = plan.log.map((text) =>
      text.includes(digest) ? text.replace('"detail":{', '"detail":{"tracking":"not-its-domain",') : text,
    );
    assert.notDeepEqual(log, plan.log);
    assert.equal(await forged({ plan: { ...plan, log } }), `outcomes outcome-differs ${deliveryOf(CARLA)}`);
  });

  test('recipients that the record of the acceptance does not list', async () => {
    const fewer = logging('acceptance', (text) => text.replace(`"${UNKNOWN}",`, ''));
    assert.equal(await forged({ plan: fewer }), `outcomes recipients-differ ${record('acceptance')}`);
  });

  test('a recipient listed twice', async () => {
    const twice = saying({ recipients: [...plan.index.recipients, ...plan.index.recipients.slice(0, 1)] });
    assert.equal(await forged({ plan: twice }), 'outcomes recipients-differ');
  });
});

suite('claim report', () => {
  test('the report of another index, or none of ours', async () => {
    const differs = 'report report-differs report.pdf';
    const put = (report: Buffer) => ({
      files: (files: Map<string, Buffer>) => void files.set('report.pdf', report),
    });
    assert.equal(await forged(put(reportOf(Buffer.from('altro')))), differs);
    assert.equal(await forged(put(Buffer.from('%PDF-1.4\n'))), differs);
  });
});
