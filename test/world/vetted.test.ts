// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { VETTED_AT_ONCE } from '../../src/points/incoming/ordinary-checks.ts';
import type { VettingRules } from '../../src/points/incoming/vetting.ts';
import type { MailVerdict } from '../../src/trust/mail-authentication/mail-authentication.ts';
import type { SpamVerdict } from '../../src/trust/spam/spam-filter.ts';
import { writeLetter } from './letters.ts';
import { ALFA, BETA } from './terms.ts';
import { MORNING, World } from './world.ts';

const FROM = 'info@posta.test';
const CARLA = 'carla@pec.beta.test';
const TELL: VettingRules = { dmarc: 'tell', spfFail: 'tell', spam: 'file' };

const GOOD: MailVerdict = {
  spf: { result: 'pass', domain: 'posta.test' },
  dkim: [{ result: 'pass', domain: 'posta.test', selector: 's1' }],
  dmarc: { result: 'pass', domain: 'posta.test', policy: 'reject' },
};
const BAD: MailVerdict = {
  spf: { result: 'fail', domain: 'posta.test' },
  dkim: [{ result: 'fail', domain: 'posta.test', selector: 's1' }],
  dmarc: { result: 'fail', domain: 'posta.test', policy: 'reject' },
};
const CLEAN: SpamVerdict = { advice: 'accept', action: 'no action', score: 0.5, required: 15 };
const SPAM: SpamVerdict = { advice: 'mark', action: 'add header', score: 7.25, required: 15 };
const WORST: SpamVerdict = { advice: 'reject', action: 'reject', score: 99, required: 15 };

/** A world in which Beta lets ordinary mail in and finds this out about it. */
async function open(finds: {
  readonly sender?: MailVerdict;
  readonly spam?: SpamVerdict;
  readonly rules?: Partial<VettingRules>;
}) {
  const asked: string[] = [];
  const answer = async <T>(who: string, found: T): Promise<T> => {
    asked.push(who);
    return found;
  };
  const { sender, spam, rules } = finds;
  const world = await World.open([
    ALFA,
    {
      ...BETA,
      ordinaryMail: 'deliver',
      ordinaryChecks: {
        rules: { ...TELL, ...rules },
        ...(sender && {
          authentication: { check: () => answer('sender', sender) },
        }),
        spam: { judge: () => answer('spam', spam) },
      },
    },
  ]);
  const receives = (fields: readonly string[] = [], from = FROM) =>
    world.beta.receives(
      writeLetter({ to: [CARLA], subject: 'Ciao', fields }, { address: FROM, instant: MORNING }),
      { from, to: [CARLA] },
    );
  return { world, receives, asked, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

suite('ordinary mail is looked at before it is let in', () => {
  test('IP-22 IP-23 the verdict stands in the text and above the message, signed parts as ever', async () => {
    await using house = await open({ sender: GOOD, spam: CLEAN });
    assert.deepEqual(await house.receives(), { outcome: 'taken' });
    const seen = await house.world.beta.user('carla').sees('anomalia');
    assert.equal(seen.folder, 'INBOX');
    assert.match(
      seen.text,
      /attendibile\r\nVerifiche sul mittente \(non sono una certificazione\): SPF superata per posta\.test; DKIM superata per posta\.test; DMARC superata per posta\.test\.\r\nIl messaggio/,
    );
    assert.deepEqual(
      seen.header.fields.slice(0, 5).map(({ name, value }) => `${name}: ${value}`),
      [
        `Return-Path: <${FROM}>`,
        'Authentication-Results: mx.pec.beta.test; spf=pass smtp.mailfrom=posta.test; dkim=pass header.d=posta.test header.s=s1; dmarc=pass header.from=posta.test',
        'X-Spam-Status: No, score=0.50 required=15.00',
        'X-Spam-Score: 0.50 / 15.00',
        'X-Spam-Action: no action',
      ],
    );
    assert.equal(seen.mixed.parts.length, 2);
    const [record] = house.world.beta.ordinaryLog();
    assert.deepEqual(
      { spf: record?.detail?.spf, dmarc: record?.detail?.dmarc, spam: record?.detail?.spam },
      { spf: 'pass', dmarc: 'pass reject', spam: 'no action 0.5' },
    );
  });

  test('a failure is told and, unless configured, refuses nothing', async () => {
    await using house = await open({ sender: BAD });
    assert.deepEqual(await house.receives(), { outcome: 'taken' });
    const seen = await house.world.beta.user('carla').sees('anomalia');
    assert.match(seen.text, /SPF NON superata per posta\.test; DKIM NON superata .* DMARC NON superata/);
    assert.equal(seen.folder, 'INBOX');
  });

  test('DMARC followed, SPF refused: by SMTP, with the codes of RFC 7372, and the log says why', async () => {
    const softened = { ...BAD, dmarc: { ...BAD.dmarc, policy: 'quarantine' } } as const;
    const forwarded = { ...BAD, dmarc: GOOD.dmarc };
    const rows = [
      [BAD, { dmarc: 'follow' }, '550 5.7.26'],
      [BAD, { spfFail: 'refuse' }, '550 5.7.23'],
      [softened, { dmarc: 'follow' }, 'Indesiderata'],
      [forwarded, { dmarc: 'follow', spfFail: 'refuse' }, 'INBOX'],
      [GOOD, { dmarc: 'follow', spfFail: 'refuse' }, 'INBOX'],
    ] as const;
    for (const [sender, rules, expected] of rows) {
      await using house = await open({ sender, rules });
      const outcome = await house.receives();
      const folder = (await house.world.beta.user('carla').messages())[0]?.folder;
      assert.equal(
        outcome.outcome === 'refused' ? `${outcome.code} ${outcome.enhanced}` : folder,
        expected,
        JSON.stringify(rules),
      );
      const [record] = house.world.beta.ordinaryLog();
      assert.equal(record?.event, outcome.outcome === 'refused' ? 'ordinary-refused' : 'anomaly-created');
      assert.equal(record?.detail?.spf, sender.spf.result);
    }
  });

  test('DNS out of order loses nothing, whatever is configured', async () => {
    const unknown = {
      spf: { result: 'temperror', domain: 'posta.test' },
      dkim: [],
      dmarc: { result: 'temperror', domain: 'posta.test', policy: 'reject' },
    } as const;
    await using house = await open({ sender: unknown, rules: { dmarc: 'follow', spfFail: 'refuse' } });
    assert.deepEqual(await house.receives(), { outcome: 'taken' });
    const seen = await house.world.beta.user('carla').sees('anomalia');
    assert.match(seen.text, /SPF non eseguibile al momento della ricezione per posta\.test/);
  });

  test('spam goes among the unwanted, wherever the holder has them; refused only where configured', async () => {
    const cases = [
      [SPAM, {}, 'Indesiderata'],
      [WORST, {}, 'Indesiderata'],
      [WORST, { spam: 'refuse' }, '550 5.7.1'],
      [SPAM, { spam: 'refuse' }, 'Indesiderata'],
      [undefined, { spam: 'refuse' }, 'INBOX'],
    ] as const;
    for (const [spam, rules, expected] of cases) {
      await using house = await open({ rules, ...(spam && { spam }) });
      const outcome = await house.receives();
      const [seen] = await house.world.beta.user('carla').messages();
      assert.equal(
        outcome.outcome === 'refused' ? `${outcome.code} ${outcome.enhanced}` : seen?.folder,
        expected,
      );
      if (spam === SPAM) assert.equal(seen?.field('X-Spam-Flag'), 'YES');
      if (spam === undefined) assert.equal(seen?.field('X-Spam-Status'), undefined, 'unscored');
    }
    await using house = await open({ spam: SPAM });
    const { store } = house.world.beta;
    const { id } = house.world.beta.user('carla').mailbox;
    const junk = store.listFolders(id).find(({ specialUse }) => specialUse === '\\Junk');
    assert.ok(junk);
    const acts = [{ do: 'rename-folder', folder: junk.id, name: 'Robaccia' }] as const;
    await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
    await house.receives();
    assert.equal((await house.world.beta.user('carla').messages())[0]?.folder, 'Robaccia');
  });

  test('DP-29 certified mail, damaged or not, is shown to nobody, nor is mail that stays out', async () => {
    await using house = await open({ sender: BAD, spam: WORST, rules: { dmarc: 'follow', spam: 'refuse' } });
    const { world, asked } = house;
    await world.alfa.user('anna').certifies({ to: [CARLA] });
    await world.settles();
    const odd = await world.alfa.seals(
      `From: ${world.alfa.serviceAddress}\r\nTo: ${CARLA}\r\nSubject: x\r\n`,
      'Content-Type: text/plain\r\n\r\nCiao',
    );
    assert.deepEqual(await world.beta.receives(odd, { from: FROM, to: [CARLA] }), { outcome: 'taken' });
    await world.beta.opens('carla', { ordinaryMail: 'refuse' });
    assert.equal((await house.receives()).outcome, 'refused');
    await world.beta.opens('carla', { ordinaryMail: 'discard' });
    assert.equal((await house.receives()).outcome, 'taken');
    assert.deepEqual(asked, []);
    assert.deepEqual(await world.beta.user('carla').kinds(), ['anomalia', 'posta-certificata']);
    assert.ok((await world.beta.user('carla').messages()).every(({ folder }) => folder === 'INBOX'));
  });

  test('SEC-13 one message above those looked at is put off, and certified mail is taken meanwhile', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
    await using world = await World.open([
      ALFA,
      {
        ...BETA,
        ordinaryMail: 'deliver',
        ordinaryChecks: { rules: TELL, spam: { judge: () => released } },
      },
    ]);
    const letter = writeLetter({ to: [CARLA] }, { address: FROM, instant: MORNING });
    const receives = () => world.beta.receives(letter, { from: FROM, to: [CARLA] });
    const slow = Array.from({ length: VETTED_AT_ONCE }, receives);
    const first = await Promise.race([receives(), ...slow]);
    assert.equal(first.outcome, 'try-later');
    await world.alfa.user('anna').certifies({ to: [CARLA] });
    await world.settles();
    assert.deepEqual(await world.beta.user('carla').kinds(), ['posta-certificata']);
    release(undefined);
    assert.deepEqual(await Promise.all(slow), Array(VETTED_AT_ONCE).fill({ outcome: 'taken' }));
    assert.deepEqual(await receives(), { outcome: 'taken' }, 'the places are free again');
  });
});

suite('results and answers that are not ours', () => {
  const FORGED = 'Authentication-Results: mx.pec.beta.test; dmarc=pass header.from=banca.test';

  test('RFC 8601 5: results under our name stay inside, and the text says so', async () => {
    await using house = await open({ sender: BAD });
    await house.receives([FORGED, 'X-Spam-Flag: NO']);
    const seen = await house.world.beta.user('carla').sees('anomalia');
    assert.equal(seen.header.all('Authentication-Results').length, 1);
    assert.match(seen.field('Authentication-Results') ?? '', /dmarc=fail/);
    assert.equal(seen.field('X-Spam-Flag'), undefined);
    assert.match(seen.text, /attribuiti a questo gestore, che non li ha apposti/);
    assert.match(seen.original?.toString() ?? '', /dmarc=pass header\.from=banca\.test/);
  });

  test('RFC 8601 5: above certified mail that brings such results stands that nothing was found out', async () => {
    await using house = await open({ sender: BAD });
    const { world } = house;
    world.network.tamper = (octets, entry) =>
      entry.kind === 'transport-envelope' ? Buffer.concat([Buffer.from(`${FORGED}\r\n`), octets]) : octets;
    await world.alfa.user('anna').certifies({ to: [CARLA] });
    await world.settles();
    const seen = await world.beta.user('carla').sees('posta-certificata');
    assert.deepEqual(
      seen.header.all('Authentication-Results').map(({ value }) => value),
      ['mx.pec.beta.test; none', FORGED.slice(FORGED.indexOf(':') + 2)],
    );
  });

  test('RFC 3834: mail that nobody may answer says so above the anomaly envelope', async () => {
    const rows: readonly (readonly [readonly string[], string, boolean])[] = [
      [[], FROM, false],
      [[], '', true],
      [['Auto-Submitted: auto-replied (vacation)'], FROM, true],
      [['Auto-Submitted: No'], FROM, false],
      [['Precedence: BULK'], FROM, true],
      [['Precedence: first-class'], FROM, false],
      [['List-Id: <soci.posta.test>'], FROM, true],
      [['List-Unsubscribe: <mailto:x@posta.test>'], FROM, true],
    ];
    for (const [fields, from, automatic] of rows) {
      await using house = await open({});
      await house.receives(fields, from);
      const seen = await house.world.beta.user('carla').sees('anomalia');
      assert.equal(seen.field('Auto-Submitted'), automatic ? 'auto-generated' : undefined, fields.join());
      assert.equal(seen.field('Return-Path'), `<${from}>`);
    }
  });

  test('IP-29 ordinary mail that was delivered to the mailbox before has come round', async () => {
    await using house = await open({});
    const outcome = await house.receives([`Delivered-To: ${CARLA.toUpperCase()}`]);
    assert.equal(outcome.outcome === 'refused' && `${outcome.code} ${outcome.enhanced}`, '554 5.4.6');
    assert.deepEqual(await house.receives(['Delivered-To: altri@posta.test']), { outcome: 'taken' });
  });
});
