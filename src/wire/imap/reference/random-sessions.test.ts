// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReferenceBackend } from './reference-backend.ts';
import { TestSession } from './test-session.ts';

/** What a client knows of its mailbox from the responses alone: sequence number to UID and flags. */
class BelievingClient {
  messages: { uid: number | undefined; flags: string | undefined }[] = [];
  readonly session: TestSession;
  readonly qresync: boolean;

  constructor(session: TestSession, qresync: boolean) {
    this.session = session;
    this.qresync = qresync;
  }

  async say(command: string): Promise<void> {
    for (const line of await this.session.command(command)) this.hear(line, command);
    // VANISHED names UIDs, so who enabled QRESYNC learns those of arrivals at once.
    const unknown = this.messages.findIndex(({ uid }) => uid === undefined);
    if (this.qresync && unknown >= 0) await this.say(`FETCH ${unknown + 1}:* UID`);
  }

  hear(line: string, command: string): void {
    // The octets of a literal, which all are the same here.
    if (line === 'x:y)') return;
    const numbered = /^\* (\d+) (EXISTS|EXPUNGE|FETCH)(?: \((.*))?$/.exec(line);
    if (numbered !== null) {
      const [, number, word = '', items = ''] = numbered;
      this.#hearNumber(Number(number), { word, items, command });
      return;
    }
    const vanished = /^\* VANISHED ([\d:,]+)$/.exec(line)?.[1];
    if (vanished === undefined) {
      assert.match(
        line,
        /^(\* (OK|SEARCH|ESEARCH|FLAGS|\d+ RECENT)|OK |NO \[(EXPUNGEISSUED|TRYCREATE)\])/,
        `${command}: ${line}`,
      );
      return;
    }
    for (const range of vanished.split(',')) {
      const [first = 0, last = first] = range.split(':').map(Number);
      this.messages = this.messages.filter(({ uid }) => uid === undefined || uid < first || uid > last);
    }
  }

  #hearNumber(number: number, told: { word: string; items: string; command: string }): void {
    if (told.word === 'EXISTS') {
      assert.ok(number >= this.messages.length, 'EXISTS never shrinks by itself');
      while (this.messages.length < number) this.messages.push({ uid: undefined, flags: undefined });
      return;
    }
    assert.ok(number >= 1 && number <= this.messages.length, `${told.command}: no message ${number}`);
    if (told.word === 'EXPUNGE') {
      assert.ok(!/^(FETCH|STORE|SEARCH)/.test(told.command), `EXPUNGE during ${told.command}`);
      this.messages.splice(number - 1, 1);
      return;
    }
    const message = this.messages[number - 1];
    assert.ok(message);
    const uid = /UID (\d+)/.exec(told.items)?.[1];
    if (uid !== undefined) {
      assert.equal(message.uid ?? Number(uid), Number(uid), `${told.command}: another UID at ${number}`);
      message.uid = Number(uid);
    }
    const flags = /FLAGS \(([^)]*)\)/.exec(told.items)?.[1];
    if (flags !== undefined) message.flags = flags.replace(/ ?\\Recent/, '');
  }
}

/** A small generator with a seed, so that a failure can be played again. */
function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function randomCommand(random: (limit: number) => number, exists: number): string {
  const one = exists === 0 ? '*' : String(1 + random(exists));
  const set = random(3) === 0 ? `${one}:*` : one;
  const uid = random(2) === 0 ? 'UID ' : '';
  const uids = `${1 + random(40)}:${1 + random(60)}`;
  const meant = uid === '' ? set : uids;
  const flag = ['\\Seen', '\\Deleted', '\\Flagged', 'lavoro'][random(4)];
  const mode = ['+', '-', ''][random(3)];
  const silent = random(2) === 0 ? '.SILENT' : '';
  const commands = [
    'NOOP',
    'APPEND INBOX {3+}\r\nx:y',
    'APPEND INBOX (\\Seen) {3+}\r\nx:y',
    `${uid}FETCH ${meant} (UID FLAGS)`,
    `${uid}FETCH ${meant} BODY[]`,
    `${uid}STORE ${meant} ${mode}FLAGS${silent} (${flag})`,
    `${uid}SEARCH ${flag === 'lavoro' ? 'KEYWORD lavoro' : 'SEEN'}`,
    `${uid}COPY ${meant} INBOX`,
    `${uid}MOVE ${meant} Altra`,
    'EXPUNGE',
    `UID EXPUNGE ${uids}`,
  ];
  return commands[random(commands.length)] ?? 'NOOP';
}

for (const seed of [1, 2, 3, 4]) {
  test(`clients that believe every response agree with the mailbox (seed ${seed})`, async () => {
    const backend = new ReferenceBackend();
    const account = backend.addAccount('u', 'p');
    account.createMailbox('Altra', []);
    const random = seeded(seed);
    const clients: BelievingClient[] = [];
    for (let i = 0; i < 4; i++) {
      const client = new BelievingClient(new TestSession(backend), i === 0);
      await client.session.command('LOGIN u p');
      if (client.qresync) await client.session.command('ENABLE QRESYNC');
      await client.say('SELECT INBOX');
      clients.push(client);
    }
    for (let step = 0; step < 250; step++) {
      const client = clients[random(clients.length)];
      await client?.say(randomCommand(random, client.messages.length));
    }
    const truth = account.find('INBOX')?.messages.map(({ uid, flags }) => ({ uid, flags: flags.join(' ') }));
    for (const client of clients) {
      await client.say('NOOP');
      const known = client.messages.map(({ flags }) => flags);
      await client.say('UID FETCH 1:* (FLAGS)');
      assert.deepEqual(client.messages, truth);
      // What was told before needed no correction.
      known.forEach((flags, i) => {
        if (flags !== undefined) assert.equal(flags, truth?.[i]?.flags);
      });
    }
  });
}
