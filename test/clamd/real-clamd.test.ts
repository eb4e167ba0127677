// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { send } from '../../src/cli/send.ts';
import { SubmissionFront } from '../../src/fronts/submission/submission.ts';
import { Accounts } from '../../src/mailroom/accounts/accounts.ts';
import { DelayingLoginGuard } from '../../src/mailroom/accounts/login-guard.ts';
import { hashPassword } from '../../src/mailroom/accounts/passwords.ts';
import { AlertBoard } from '../../src/platform/alerts.ts';
import { FixedClock, systemClock } from '../../src/platform/clock.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { systemTimers } from '../../src/platform/timers.ts';
import { ClamdScanner } from '../../src/trust/antivirus/clamd-scanner.ts';
import { noScanner } from '../../src/trust/antivirus/scanner.ts';
import { identityPem } from '../../src/trust/authority/key-pair.ts';
import { Captured } from '../cli/captured.ts';
import { RunningDemo } from '../cli/running-demo.ts';
import { Dialogue, plainToken } from '../smtp/dialogue.ts';
import { openSockets } from '../world/sockets.ts';
import { ALFA, BETA } from '../world/terms.ts';
import { World } from '../world/world.ts';
import type { WorldProvider } from '../world/world-provider.ts';
import { RealClamd } from './real-clamd.ts';
import { EICAR, TEST_VIRUS } from './signatures.ts';

const HOUR_MS = 3_600_000;
const CARLA = 'carla@pec.beta.test';
const PASSWORD = 'una parola segreta';

let clamd: RealClamd;
before(async () => {
  clamd = await new RealClamd(systemClock.now()).starts();
});
after(async () => {
  await clamd[Symbol.asyncDispose]();
});

/** A letter with an attachment, as a mail program writes it. */
function letter(attachment: string | Buffer, from = 'anna@pec.alfa.test'): string {
  const base64 = Buffer.from(attachment).toString('base64').replace(/.{76}/g, '$&\r\n');
  return [
    `From: ${from}`,
    `To: ${CARLA}`,
    'Subject: Allegato',
    'Date: Sun, 22 Nov 2026 10:00:00 +0100',
    `Message-ID: <${randomIds.token()}@client.test>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=xx',
    '',
    '--xx',
    '',
    'Si veda.',
    '--xx',
    'Content-Type: application/octet-stream; name=documento.bin',
    'Content-Transfer-Encoding: base64',
    '',
    base64,
    '--xx--',
    '',
  ].join('\r\n');
}

/** A world whose doors are open, with the real scanner behind those of one provider. */
async function openWorld(scanned: 'alfa' | 'beta') {
  await using stack = new AsyncDisposableStack();
  const clock = new FixedClock(systemClock.now());
  const world = stack.use(await World.open([ALFA, BETA], { clock, engine: 'sqlite' }));
  const alerts = new AlertBoard(silentJournal);
  const scanner = stack.use(
    await ClamdScanner.open({
      place: { path: clamd.path },
      connectMs: 2000,
      answerMs: 20_000,
      everyMs: 100,
      atOnce: 4,
      maximumAgeMs: 48 * HOUR_MS,
      clock,
      timers: systemTimers,
      alerts,
      journal: silentJournal,
    }),
  );
  for (const provider of world.providers) provider.scanner = provider.key === scanned ? scanner : noScanner;
  const sockets = stack.use(await openSockets(world));
  const submission = await openSubmission(world, stack);
  const open = stack.move();
  const raised = () => alerts.current().map(({ code }) => code);
  return {
    world,
    scanner,
    submission,
    exchange: sockets.ports.get('beta') ?? 0,
    raised,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Alfa's submission door; returns its port. */
async function openSubmission(world: World, stack: AsyncDisposableStack): Promise<number> {
  const { alfa } = world;
  await alfa.opens('anna', { passwordHash: await hashPassword(PASSWORD) });
  const hostName = 'smtps.pec.alfa.test';
  const { certificate, key } = identityPem(
    await world.authority.issueTlsServer({ organization: ALFA.name, dns: [hostName] }),
  );
  const front = stack.use(
    new SubmissionFront({
      accessPoint: {
        submit: (submission) => alfa.house.access.submit(submission),
        limits: { hardSizeBytes: 50_000_000, recipients: 50 },
      },
      accounts: new Accounts({ mailboxes: alfa.store, clock: alfa.clock, ids: randomIds }),
      guard: new DelayingLoginGuard({ clock: alfa.clock }),
      openSpool: () => alfa.newSpool(),
      hostName,
      identity: { cert: Buffer.from(certificate), key: Buffer.from(key) },
      mode: 'implicit',
      timers: systemTimers,
      journal: silentJournal,
    }),
  );
  return (await front.listen({ host: '127.0.0.1', port: 0 })).port;
}

/** Hands a message in at a door; the reply to its end. */
async function says(port: number, message: string, login: boolean): Promise<string> {
  using dialogue = await Dialogue.open(port, { tls: login });
  await dialogue.reply();
  await dialogue.say('EHLO client.test');
  if (login) {
    const welcome = await dialogue.say(`AUTH PLAIN ${plainToken('anna@pec.alfa.test', PASSWORD)}`);
    assert.match(welcome, /^235/);
  }
  await dialogue.say(`MAIL FROM:<${login ? 'anna@pec.alfa.test' : 'x@posta.test'}>`);
  await dialogue.say(`RCPT TO:<${CARLA}>`);
  assert.match(await dialogue.say('DATA'), /^354/);
  return await dialogue.say(`${message}.`);
}

const kept = ({ store }: WorldProvider) =>
  store.listQuarantined(0, 10).map(({ virus, kind }) => `${kind}: ${virus}`);

/** Looks until the scanner is as it should be. */
async function until(scanner: ClamdScanner, done: () => boolean): Promise<void> {
  for (let round = 0; round < 100 && !done(); round++) await scanner.look();
  assert.ok(done());
}

suite('clamd of Debian', () => {
  test('AP-17 LOG-9 behind the submission door: M3 for what it finds inside attachments', async () => {
    await using open = await openWorld('alfa');
    const { world, submission } = open;
    assert.match(await says(submission, letter('Buongiorno'), true), /^250 2\.0\.0 accepted as /);
    assert.match(
      await says(submission, letter(`... ${TEST_VIRUS} ...`), true),
      /^250 2\.0\.0 taken as .*see the notice/,
    );
    assert.match(await says(submission, letter(EICAR), true), /^250 2\.0\.0 taken as .*see the notice/);
    // Larger than what waits in memory: from a spool file into the store.
    const large = `${'riga di prova\r\n'.repeat(40_000)}${TEST_VIRUS}`;
    assert.match(await says(submission, letter(large), true), /^250 2\.0\.0 taken as /);
    const notices = (await world.alfa.user('anna').messages()).filter(
      ({ kind }) => kind === 'non-accettazione',
    );
    const names = ['Ceralacca.Test.Prova', 'Ceralacca.Test.Eicar', 'Ceralacca.Test.Prova'];
    assert.deepEqual(
      notices.map(({ data }) => data.extendedError),
      names.map((name) => `${name}.UNOFFICIAL`),
    );
    assert.deepEqual(
      kept(world.alfa),
      names.map((name) => `submission: ${name}.UNOFFICIAL`),
    );
  });

  test('IP-15 IP-16 IP-19 IP-21 behind the exchange door: M8 and M9, and 550 for ordinary mail', async () => {
    await using open = await openWorld('beta');
    const { world, submission, exchange } = open;
    await world.beta.opens('carla', { ordinaryMail: 'deliver' });
    assert.match(await says(submission, letter(EICAR), true), /^250 2\.0\.0 accepted as /);
    await world.settles({ hurry: true });
    const notice = await world.alfa.user('anna').sees('errore-consegna', CARLA);
    assert.deepEqual(
      [notice.data.error, notice.data.extendedError],
      ['virus', 'Ceralacca.Test.Eicar.UNOFFICIAL'],
    );
    assert.deepEqual(await world.alfa.service.kinds(), ['presa-in-carico', 'rilevazione-virus']);
    assert.deepEqual(kept(world.beta), ['envelope: Ceralacca.Test.Eicar.UNOFFICIAL']);
    await world.beta.user('carla').seesNothing();
    assert.match(
      await says(exchange, letter(TEST_VIRUS, 'x@posta.test'), false),
      /^550 5\.7\.1 the message carries a virus: Ceralacca\.Test\.Prova\.UNOFFICIAL/,
    );
    assert.match(await says(exchange, letter('Buongiorno', 'x@posta.test'), false), /^250/);
  });

  test('SEC-8 dead, and back; with old signatures, and with new ones: 451 meanwhile at both doors', async () => {
    await using open = await openWorld('alfa');
    const { world, scanner, submission, exchange, raised } = open;
    world.beta.scanner = scanner;
    await world.beta.opens('carla', { ordinaryMail: 'deliver' });
    const both = async () => [
      (await says(submission, letter('Buongiorno'), true)).slice(0, 3),
      (await says(exchange, letter('Buongiorno', 'x@posta.test'), false)).slice(0, 3),
    ];
    assert.deepEqual(await both(), ['250', '250']);
    await clamd.dies();
    assert.deepEqual(await both(), ['451', '451']);
    await until(scanner, () => raised().includes('scanner-down'));
    clamd.renew(systemClock.now() - 49 * HOUR_MS);
    await clamd.starts();
    await until(scanner, () => raised().join() === 'scanner-outdated');
    assert.deepEqual(await both(), ['451', '451']);
    clamd.renew(systemClock.now());
    assert.equal(await clamd.asks('RELOAD'), 'RELOADING\0');
    await until(scanner, () => raised().length === 0);
    assert.deepEqual(await both(), ['250', '250']);
  });

  test('AP-17 the demo uses the clamd that it is given', async () => {
    await using demo = await RunningDemo.start({ clamd: clamd.path });
    const [from, to] = ['tullia.serafini@cittadini.alfa.test', 'protocollo@pec.comune.castelmora.test'];
    const outcomes = [];
    for (const text of ['Buongiorno', TEST_VIRUS]) {
      const captured = new Captured({ ids: randomIds });
      await send({ from, to: [to], world: demo.worldFile, text, json: true }, captured);
      outcomes.push(captured.json.outcome);
    }
    assert.deepEqual(outcomes, ['delivered', 'refused']);
  });

  test('a message above StreamMaxLength is not accepted unscanned, and harms no other', async () => {
    await using open = await openWorld('alfa');
    const { submission, raised } = open;
    assert.match(await says(submission, letter(Buffer.alloc(3_000_000, 1)), true), /^451 4\.3\.0/);
    assert.deepEqual(raised(), ['scanner-limit']);
    assert.match(await says(submission, letter('Buongiorno'), true), /^250/);
  });
});
