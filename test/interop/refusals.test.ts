// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type Letter, text, type Written, write } from './letter.ts';
import { assertUntouched } from './message.ts';
import { Outside, type Reply, type Session, type User } from './outside.ts';
import { assertEverything } from './verdicts.ts';

/** The reply to one command of a session. */
function replyTo({ replies }: Session, command: string): Reply {
  const found = replies.findLast(([name]) => name === command);
  assert.ok(found, JSON.stringify(replies));
  return found;
}

suite('what a provider does not accept, and how the user hears of it', { timeout: 300_000 }, () => {
  let outside: Outside;
  let alfa: User;
  let beta: User;

  before(async () => {
    outside = await Outside.open();
    alfa = outside.user('ufficio.tecnico@pec.comune.borgolirio.test');
    beta = outside.user('ragioneria@pec.comune.castelmora.test');
  });
  after(() => outside[Symbol.asyncDispose]());

  const letter = (terms: Partial<Letter> = {}) => write({ from: alfa.address, to: [beta.address], ...terms });

  suite('at the door', () => {
    test('SEC-2 AP-2 nobody logs in, or submits, before STARTTLS', async () => {
      const bare = { ...alfa.facts.starttls, tls: 'none' } as const;
      const session = await alfa.sends(letter(), bare);
      assert.equal(session.features.auth, undefined);
      assert.ok('starttls' in session.features);
      assert.deepEqual(session.replies.at(-1)?.[0], 'AUTH');
      const lines = ['AUTH PLAIN AGEAYg==', `MAIL FROM:<${alfa.address}>`];
      const answers = await outside.agent.ask<[string, number][]>({ do: 'dialogue', ...bare, lines });
      assert.deepEqual(
        answers.map(([, code]) => code),
        [538, 530],
      );
    });

    test('AP-2 what a door offers within TLS, and that it wants a login', async () => {
      for (const door of [alfa.facts.submission, alfa.facts.starttls]) {
        const { features } = await alfa.sends(letter({ to: [alfa.address] }), door);
        assert.match(features.auth ?? '', /PLAIN/);
        assert.match(features.auth ?? '', /LOGIN/);
        assert.ok(
          '8bitmime' in features && 'pipelining' in features && Number(features.size) >= 30 * 1024 * 1024,
        );
        assert.ok(!('smtputf8' in features) && !('starttls' in features) && !('binarymime' in features));
        const lines = [`MAIL FROM:<${alfa.address}>`];
        const [answer] = await outside.agent.ask<[string, number][]>({ do: 'dialogue', ...door, lines });
        assert.equal(answer?.[1], 530);
      }
    });

    test('SEC-1 a wrong password, an unknown user, the mailbox of somebody else', async () => {
      const wrong = [{ password: 'sbagliata' }, { user: 'nessuno@pec.alfa.test' }, { user: beta.address }];
      for (const terms of wrong) {
        const session = await alfa.sends({ ...letter(), ...terms });
        assert.deepEqual(
          session.replies.map(([name, code]) => [name, code]),
          [['AUTH', 535]],
        );
      }
      const pop = { do: 'login', port: alfa.facts.pop3s, user: alfa.address };
      assert.match(await outside.agent.ask<string>({ ...pop, password: 'sbagliata' }), /^b?'?-ERR \[AUTH\]/);
      assert.equal(await outside.agent.ask<string>({ ...pop, password: alfa.facts.password }), 'in');
    });

    test('AP-3 a foreign sender, a recipient without a domain, somebody who is suspended', async () => {
      const foreign = await alfa.sends({ ...letter(), from: 'sindaco@pec.comune.borgolirio.test' });
      assert.deepEqual(replyTo(foreign, 'MAIL').slice(0, 2), ['MAIL', 553]);
      const nobody = await alfa.sends({ ...letter(), from: '' });
      assert.deepEqual(replyTo(nobody, 'MAIL').slice(0, 2), ['MAIL', 553]);
      const local = await alfa.sends({ ...letter(), to: ['protocollo', 'postmaster'] });
      const codes = local.replies.filter(([name]) => name === 'RCPT').map(([, code]) => code);
      assert.deepEqual(codes, [501, 553]);
      const suspended = outside.user('sospesa@pec.alfa.test');
      const session = await suspended.sends({ ...letter(), from: suspended.address });
      assert.deepEqual(replyTo(session, 'AUTH').slice(0, 2), ['AUTH', 535]);
    });

    test('AP-13 five hundred recipients are taken, the next one is not', async () => {
      const to = Array.from({ length: 501 }, (_, at) => `casella${at}@pec.beta.test`);
      const message = Buffer.from('');
      // The client leaves before the end of DATA: nobody is served, and nothing stays.
      const order = {
        do: 'send',
        ...alfa.facts.submission,
        user: alfa.address,
        password: alfa.facts.password,
      };
      const session = await outside.agent.ask<Session>({
        ...order,
        from: alfa.address,
        to,
        message: message.toString('base64'),
        leave: true,
      });
      const codes = session.replies.filter(([name]) => name === 'RCPT').map(([, code]) => code);
      assert.deepEqual([...new Set(codes.slice(0, 500))], [250]);
      assert.equal(codes[500], 452);
    });

    test('RFC 5321 section 2.3.8 a bare LF or CR ends nothing and is refused, and so is a NUL', async () => {
      for (const body of [
        'una riga\ndue righe\r\n',
        'a\n.\nMAIL FROM:<x@pec.alfa.test>\r\n',
        'a\rb\r\n',
        'a\r\n.\rb\r\n',
      ]) {
        const session = await alfa.sends(letter({ body }));
        const [, code, words] = replyTo(session, 'END');
        assert.equal(code, 554, `${JSON.stringify(body)}: ${words}`);
      }
    });

    test('AP-15 what SIZE announces beyond the hard limit is refused before it comes', async () => {
      const { features } = await alfa.sends(letter({ to: [alfa.address] }));
      const limit = Number(features.size);
      const refused = await alfa.sends({ ...letter(), mailWords: [`SIZE=${limit + 1}`] });
      assert.deepEqual(refused.replies.at(-1)?.slice(0, 2), ['MAIL', 552]);
      const taken = await alfa.sends({ ...letter({ to: [alfa.address] }), mailWords: [`SIZE=${limit}`] });
      assert.deepEqual(taken.replies.at(-1)?.slice(0, 2), ['END', 250]);
    });

    test('IP-3 the exchange relays for nobody and knows no login; the submission serves no strangers', async () => {
      const message = letter().message;
      for (const tls of ['starttls', 'none'] as const) {
        const door = outside.exchange('alfa', tls);
        const session = await outside.transact(door, { from: 'x@posta.test', to: [beta.address], message });
        assert.deepEqual(replyTo(session, 'RCPT').slice(0, 2), ['RCPT', 550]);
        assert.equal(session.features.auth, undefined);
      }
    });
  });

  suite('in the message: a notice of non-acceptance', () => {
    /** Each is taken by SMTP (U-8) and then refused by M2, which nobody else hears of. */
    const refused = async (written: Written, why: RegExp, terms: { to?: readonly string[] } = {}) => {
      await alfa.submits({ ...written, ...terms });
      const { reference } = written;
      const notice = await alfa.receivesOne('non-accettazione', reference === '' ? {} : { reference });
      assert.match(notice.data.erroreEsteso ?? '', why);
      assert.ok(notice.pec.text.includes(notice.data.erroreEsteso ?? '?'), notice.pec.text);
      assert.equal(notice.data.errore, 'altro');
      assert.deepEqual(notice.pec.to, [alfa.address]);
      const records = await outside.trace(notice.data.identificativo);
      assert.deepEqual(
        records.map(({ event }) => event),
        ['non-acceptance-formal'],
      );
      assert.deepEqual(records[0]?.generated, [notice.pec.messageId]);
    };

    test('AP-7 no From', () => refused(letter({ without: ['From'] }), /From/));
    test('AP-7 a From that is no address', () => refused(letter({ from: 'chi sono <' }), /From/));
    test('AP-7 two authors', () =>
      refused(letter({ from: `${alfa.address}, b@pec.alfa.test` }), /più mittenti/));
    test('AP-9 somebody else in From', () =>
      refused(letter({ from: beta.address }), /diverso da quello della trasmissione/));
    test('AP-8 no To', () => refused(letter({ without: ['To'] }), /To/));
    test('AP-8 a To that is no address', () =>
      refused(letter({ to: ['il sindaco'] }), /To/, { to: [beta.address] }));
    test('AP-8 an empty group', () => refused(letter({ to: ['Uffici:;'] }), /To/, { to: [beta.address] }));
    test('AP-8 only Cc', () =>
      refused(letter({ without: ['To'], cc: [beta.address] }), /To/, { to: [beta.address] }));
    test('AP-10 a recipient that stands nowhere', () =>
      refused(letter(), /non indicato nei campi To o Cc/, {
        to: [beta.address, 'sindaco@pec.comune.castelmora.test'],
      }));
    test('AP-11 Bcc', () => refused(letter({ fields: ['Bcc: x@posta.test'] }), /Bcc/));
    test('AP-6 a field without a colon', () =>
      refused(letter({ fields: ['Questo non è un campo'] }), /non conforme/));
    test('AP-6 two Subjects', () => refused(letter({ fields: ['Subject: due'] }), /più volte/));
    test('AP-6 a date that is none', () => refused(letter({ date: 'domani' }), /data/));
    test('AP-6 a line of 999 octets', () => refused(letter({ body: `${'x'.repeat(999)}\r\n` }), /998/));

    test('AP-12 AP-15 size times recipients beyond the limit: M2; nobody is served', async () => {
      const to = outside
        .provider('beta')
        .mailboxes.slice(0, 20)
        .map(({ address }) => address);
      // 20 times 5.5 MB are more than 100 MB.
      const big = letter({ to, body: text(5_500_000) });
      await refused(big, /moltiplicata per il numero dei destinatari/);
      assert.deepEqual(
        (await beta.fetches()).filter(({ pec }) => pec.reference === big.reference),
        [],
      );
    });

    test('AP-11 an empty Bcc is none', async () => {
      const fine = letter({ fields: ['Bcc: '], to: [alfa.address] });
      await alfa.submits(fine);
      const envelope = await alfa.receivesOne('posta-certificata', { reference: fine.reference });
      assertUntouched(envelope.original, fine.message, envelope.data.identificativo);
    });
  });

  suite('at the other end: a notice of non-delivery', () => {
    const failed = async (address: string, expected: { errore: string; says: RegExp; gestore: RegExp }) => {
      const sent = letter({ to: [address] });
      await alfa.submits(sent);
      const { reference } = sent;
      const notice = await alfa.receivesOne('errore-consegna', { reference });
      const { data, pec } = notice;
      assert.deepEqual([data.errore, data.consegna], [expected.errore, address]);
      assert.match(data.erroreEsteso ?? '', expected.says);
      assert.match(data.gestore, expected.gestore);
      assert.equal(pec.original, null);
      assert.ok(pec.text.includes('è stato rilevato un errore'));
      const records = await outside.traceWith(data.identificativo, ['nondelivery-emitted']);
      const [emitted] = records.filter(({ event }) => event === 'nondelivery-emitted');
      assert.deepEqual([emitted?.recipient, emitted?.generated], [address, [pec.messageId]]);
      await alfa.receivesOne('accettazione', { reference });
    };

    test('DP-22 an unknown mailbox of the other provider', () =>
      failed('nessuno@pec.beta.test', {
        errore: 'no-dest',
        says: /^5\.1\.1 - Gestore Beta S\.r\.l\. - /,
        gestore: /Beta/,
      }));
    test('DP-22 an unknown mailbox of the same provider', () =>
      failed('nessuno@pec.alfa.test', {
        errore: 'no-dest',
        says: /^5\.1\.1 - Gestore Alfa S\.p\.A\. - /,
        gestore: /Alfa/,
      }));
    test('DP-21 a full mailbox', () =>
      failed('piena@pec.beta.test', {
        errore: 'altro',
        says: /^5\.2\.2 - .*casella piena/,
        gestore: /Beta/,
      }));
    test('DP-21 a suspended mailbox', () =>
      failed('sospesa@pec.beta.test', {
        errore: 'altro',
        says: /^5\.2\.1 - .*disabilitata/,
        gestore: /Beta/,
      }));

    test('DP-24 some are served, some are not: each has one end', async () => {
      const to = [beta.address, 'nessuno@pec.beta.test', 'piena@pec.beta.test', 'piena@pec.alfa.test'];
      const sent = letter({ to });
      await alfa.submits(sent);
      const { reference } = sent;
      const receipt = await alfa.receivesOne('avvenuta-consegna', { reference });
      const notices = await alfa.receives('errore-consegna', { reference, count: 3 });
      assert.equal(receipt.data.consegna, beta.address);
      assert.deepEqual(notices.map(({ data }) => data.consegna).sort(), to.slice(1).sort());
    });
  });

  test('AP-20 SIG-1 openssl and xmllint accept every notice', async () => {
    assert.ok(outside.collected.length > 40);
    await assertEverything(outside.collected, outside.demo.world);
  });
});
