// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ImapAccount, type ImapBackend, Refusal } from './imap-backend.ts';
import { ReferenceBackend } from './reference/reference-backend.ts';
import { TestSession } from './reference/test-session.ts';

function backend(): ReferenceBackend {
  const made = new ReferenceBackend();
  made.addAccount('u', 'p');
  return made;
}

/** An account whose methods are replaced one by one. */
function oddBackend(odd: Partial<Record<keyof ImapAccount, unknown>>): ImapBackend {
  const account = new ReferenceBackend().addAccount('u', 'p');
  return { login: () => Object.assign(Object.create(account), odd) };
}

test('greets with its capabilities, and tells others after login', async () => {
  const session = new TestSession(backend(), { compress: true });
  const greeting = await session.silence();
  assert.match(greeting, /^\* OK \[CAPABILITY IMAP4rev1 IMAP4rev2 LITERAL\+ SASL-IR ID ENABLE AUTH=PLAIN\] /);
  const [login = ''] = await session.command('LOGIN u p');
  for (const name of ['IDLE', 'QRESYNC', 'APPENDLIMIT=10000000', 'COMPRESS=DEFLATE'])
    assert.ok(login.includes(name), name);
  assert.ok(!login.includes('AUTH='));
});

test('takes no password without encryption, and throws away what came before TLS (RFC 9051 section 6.2.1)', async () => {
  const session = new TestSession(backend(), { encrypted: false, startTls: true });
  assert.match(await session.silence(), / STARTTLS LOGINDISABLED\]/);
  assert.deepEqual(await session.command('LOGIN u p'), ['NO [PRIVACYREQUIRED] Use TLS first']);
  assert.deepEqual(await session.command('AUTHENTICATE PLAIN AHUAcA=='), [
    'NO [PRIVACYREQUIRED] Use TLS first',
  ]);
  assert.equal(
    await session.send('a STARTTLS\r\nb LOGIN u p\r\nc NOOP\r\n'),
    'a OK Begin TLS negotiation now\r\n',
  );
  assert.deepEqual(session.asked, ['startTls']);
  assert.match((await session.command('CAPABILITY'))[0] ?? '', /ENABLE AUTH=PLAIN$/);
  assert.match((await session.command('LOGIN u p'))[0] ?? '', /^OK /);
});

test('hands over what waits when compression begins (RFC 4978)', async () => {
  const session = new TestSession(backend(), { compress: true });
  await session.command('LOGIN u p');
  assert.equal(await session.send('a COMPRESS DEFLATE\r\n12345'), 'a OK DEFLATE active\r\n');
  assert.deepEqual(session.asked, ['compress 5']);
  assert.deepEqual(await session.command('COMPRESS DEFLATE'), [
    'NO [COMPRESSIONACTIVE] DEFLATE active already',
  ]);
  assert.deepEqual(await session.command('COMPRESS LZMA'), ['BAD Unknown compression mechanism']);
});

test('a fault becomes NO [SERVERBUG], is told to whoever listens, and takes nothing else down', async () => {
  const fault = new Error('disk');
  const broken = (): never => {
    throw fault;
  };
  const session = new TestSession(oddBackend({ status: broken, append: broken }));
  await session.command('LOGIN u p');
  const answer = ['NO [SERVERBUG] Something went wrong here; try again later'];
  assert.deepEqual(await session.command('STATUS INBOX (MESSAGES)'), answer);
  assert.deepEqual(await session.command('APPEND INBOX {3+}\r\nabc'), answer);
  assert.deepEqual(await session.command('NOOP'), ['OK Nothing done']);
  assert.deepEqual(session.faults, [fault, fault]);
});

test('a fault in the middle of a response ends the connection: nothing else could be understood', async () => {
  const reference = new ReferenceBackend();
  const account = reference.addAccount('u', 'p');
  const session = new TestSession(reference);
  await session.command('LOGIN u p');
  await session.command('APPEND INBOX {3+}\r\nabc');
  await session.command('SELECT INBOX');
  const message = account.find('INBOX')?.messages[0];
  assert.ok(message);
  Object.assign(message.content, { head: undefined });
  Object.assign(message.content.octets, { read: () => Promise.reject(new Error('disk')) });
  const said = await session.send('a FETCH 1 (UID BODY.PEEK[])\r\n');
  assert.equal(said, '* 1 FETCH (UID 1 ');
  assert.deepEqual(session.asked, ['close']);
});

test('asks the connection to wait while too many commands wait, and to go on after', async () => {
  const waiting: ((refusal: Refusal) => void)[] = [];
  const slow = (): Promise<Refusal> => new Promise((resolve) => waiting.push(resolve));
  const session = new TestSession(oddBackend({ status: slow }));
  await session.command('LOGIN u p');
  await session.send('a STATUS INBOX (MESSAGES)\r\n');
  await session.send('b NOOP\r\n'.repeat(20_000));
  assert.deepEqual(session.asked, ['pause']);
  waiting[0]?.(new Refusal('slow'));
  const said = await session.silence();
  assert.equal(said.split('b OK').length, 20_001);
  assert.deepEqual(session.asked, ['pause', 'resume']);
});

test('commands sent together are answered in their order (RFC 9051 section 5.5)', async () => {
  const session = new TestSession(backend());
  const said = await session.send(
    'a LOGIN u p\r\nb SELECT INBOX\r\nc APPEND INBOX {3+}\r\nx:y\r\nd FETCH 1 UID\r\ne LOGOUT\r\nf NOOP\r\n',
  );
  const lines = said.split('\r\n').filter((line) => /^(\w|\* (\d|BYE))/.test(line));
  assert.deepEqual(
    lines.map((line) => line.replace(/\[.*\] /, '')),
    [
      'a OK Logged in',
      '* 0 EXISTS',
      '* 0 RECENT',
      'b OK Mailbox opened',
      '* 1 EXISTS',
      '* 1 RECENT',
      'c OK Appended',
      '* 1 FETCH (UID 1)',
      'd OK Fetched',
      '* BYE Logging out',
      'e OK Logged out',
    ],
  );
  assert.deepEqual(session.asked, ['close']);
});

test('so many bad commands end the connection, and one fewer does not', async () => {
  const session = new TestSession(backend(), { limits: { badCommands: 3 } });
  await session.silence();
  for (const reset of [false, true]) {
    await session.command('X');
    await session.command('X');
    if (!reset) assert.deepEqual(await session.command('NOOP'), ['OK Nothing done']);
  }
  assert.deepEqual(await session.command('X'), ['BAD Unknown command', '* BYE Too many bad commands']);
  assert.deepEqual(session.asked, ['close']);
  assert.equal(session.session.state, 'logout');
});

test('a session can be ended from outside, in IDLE and in the middle of an APPEND', async () => {
  const reference = backend();
  const idle = new TestSession(reference);
  await idle.send('a LOGIN u p\r\nb SELECT INBOX\r\nc IDLE\r\n');
  assert.equal(idle.session.isIdling, true);
  idle.session.bye('Too long silent', 'UNAVAILABLE');
  assert.equal(await idle.silence(), '* BYE [UNAVAILABLE] Too long silent\r\n');
  const appending = new TestSession(reference);
  await appending.send('a LOGIN u p\r\nb APPEND INBOX {100+}\r\nhalf');
  appending.session.end();
  appending.session.receive(Buffer.from('more'));
  const other = new TestSession(reference);
  await other.command('LOGIN u p');
  assert.deepEqual((await other.command('STATUS INBOX (MESSAGES)'))[0], '* STATUS "INBOX" (MESSAGES 0)');
});

test('an APPEND goes to the backend in the chunks it comes in, one at a time', async () => {
  const chunks: number[] = [];
  let underWay = 0;
  const append = {
    begin: () => undefined,
    write: async (octets: Buffer) => {
      assert.equal(underWay++, 0);
      chunks.push(octets.length);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      underWay--;
    },
    commit: () => ({ uidValidity: 1, uids: [1] }),
    abort: () => undefined,
  };
  const session = new TestSession(oddBackend({ append: () => append, appendLimitBytes: 10_000_000 }));
  await session.command('LOGIN u p');
  const chunk = 'x'.repeat(65_536);
  await session.send(`a APPEND INBOX {${65_536 * 100}+}\r\n`);
  for (let i = 0; i < 100; i++) await session.send(chunk);
  assert.equal(await session.send('\r\n'), 'a OK [APPENDUID 1 1] Appended\r\n');
  assert.equal(chunks.length, 100);
});

test('a fault while a message comes refuses the APPEND, and the session goes on', async () => {
  const aborted: string[] = [];
  const append = {
    begin: () => undefined,
    write: () => Promise.reject(new Error('disk full')),
    commit: () => assert.fail('nothing to commit'),
    abort: () => aborted.push('abort'),
  };
  const session = new TestSession(oddBackend({ append: () => append }));
  await session.command('LOGIN u p');
  const said = await session.send('a APPEND INBOX {6+}\r\nabcdef {3+}\r\nabc\r\nb NOOP\r\n');
  assert.match(said, /^a NO \[SERVERBUG\] .*\r\nb OK Nothing done\r\n$/);
  assert.deepEqual(aborted, ['abort']);
  assert.equal(session.faults.length, 1);
});

test('a client that goes away leaves no account and no mailbox open behind it', async () => {
  const closed: string[] = [];
  const gate = Promise.withResolvers<void>();
  const account = oddBackend({ close: () => closed.push('account') });
  const slow = new TestSession({
    login: (user, password) => gate.promise.then(() => account.login(user, password)),
  });
  await slow.silence();
  slow.session.receive(Buffer.from('a LOGIN u p\r\n'));
  slow.session.end();
  gate.resolve();
  await slow.silence();
  assert.deepEqual(closed, ['account']);

  const opening = Promise.withResolvers<unknown>();
  const other = new TestSession(oddBackend({ openMailbox: () => opening.promise }));
  await other.command('LOGIN u p');
  other.session.receive(Buffer.from('a SELECT INBOX\r\n'));
  other.session.end();
  opening.resolve({ close: () => closed.push('mailbox') });
  await other.silence();
  assert.deepEqual(closed, ['account', 'mailbox']);
  assert.deepEqual(other.faults, []);
});
