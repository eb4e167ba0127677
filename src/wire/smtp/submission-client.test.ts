// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { suite, test } from 'node:test';
import { type ClientSubmission, submitMessage } from './submission-client.ts';

/** A server that answers the first line that matches with what stands beside it. */
class ScriptedServer extends Duplex {
  readonly heard: string[] = [];
  #input = '';
  #inData = false;
  readonly #answers: readonly (readonly [RegExp, string])[];

  constructor(answers: readonly (readonly [RegExp, string])[], greeting = '220 here') {
    super();
    this.#answers = [...answers, ...POLITE];
    this.push(`${greeting}\r\n`);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#input += chunk.toString('latin1');
    for (;;) {
      const mark = this.#inData ? '\r\n.\r\n' : '\r\n';
      const end = this.#input.indexOf(mark);
      if (end < 0) break;
      const line = this.#input.slice(0, end);
      this.#input = this.#input.slice(end + mark.length);
      this.#hear(line);
    }
    done();
  }

  #hear(line: string): void {
    this.heard.push(line);
    const asked = this.#inData ? 'message' : line;
    this.#inData = false;
    const answer = this.#answers.find(([pattern]) => pattern.test(asked))?.[1] ?? '500 what?';
    this.#inData = answer.startsWith('354');
    if (answer === 'hang up') this.push(null);
    else this.push(`${answer}\r\n`);
  }
}

const POLITE = [
  [/^EHLO/, '250-here\r\n250-SIZE 1000\r\n250 AUTH PLAIN'],
  [/^AUTH/, '235 2.7.0 welcome'],
  [/^MAIL|^RCPT/, '250 2.1.0 fine'],
  [/^DATA/, '354 go on'],
  [/^message/, '250 2.0.0 taken'],
  [/^QUIT/, '221 bye'],
] as const;

const LETTER: ClientSubmission = {
  ownName: '[127.0.0.1]',
  username: 'anna@pec.alfa.test',
  password: 'segreto',
  reversePath: 'anna@pec.alfa.test',
  forwardPaths: ['carla@pec.beta.test', 'dario@pec.beta.test'],
  message: Buffer.from('.x\r\nSubject: y\r\n\r\n..\r\n.\r\nfine\r\n'),
};

suite('handing in a message', () => {
  test('the dialogue, with dots doubled (RFC 5321 section 4.5.2) and the size told (RFC 1870)', async () => {
    const server = new ScriptedServer([]);
    const result = await submitMessage(server, LETTER);
    assert.deepEqual(result, { taken: true, reply: '250 2.0.0 taken' });
    assert.deepEqual(server.heard, [
      'EHLO [127.0.0.1]',
      `AUTH PLAIN ${Buffer.from('\0anna@pec.alfa.test\0segreto').toString('base64')}`,
      `MAIL FROM:<anna@pec.alfa.test> SIZE=${LETTER.message.length}`,
      'RCPT TO:<carla@pec.beta.test>',
      'RCPT TO:<dario@pec.beta.test>',
      'DATA',
      '..x\r\nSubject: y\r\n\r\n...\r\n..\r\nfine',
      'QUIT',
    ]);
  });

  test('a message without a final line end gets one', async () => {
    const server = new ScriptedServer([]);
    await submitMessage(server, { ...LETTER, message: Buffer.from('a: b\r\n\r\nfine') });
    assert.equal(server.heard.at(-2), 'a: b\r\n\r\nfine');
  });

  test('what is refused, and with which words', async () => {
    const cases: readonly (readonly [RegExp, string, string])[] = [
      [/^EHLO/, '421 busy', 'connection'],
      [/^AUTH/, '535 5.7.8 wrong', 'login'],
      [/^MAIL/, '550 5.7.1 not yours', 'sender'],
      [/^DATA/, '451 later', 'message'],
      [/^message/, '552-too\r\n552 5.3.4 large', 'message'],
    ];
    for (const [pattern, reply, refused] of cases) {
      const result = await submitMessage(new ScriptedServer([[pattern, reply]]), LETTER);
      assert.deepEqual(result, { taken: false, refused, reply: reply.replace('\r\n', '\n') });
    }
    const recipient = await submitMessage(new ScriptedServer([[/^RCPT TO:<dario/, '550 no']]), LETTER);
    const expected = {
      taken: false,
      refused: 'recipient',
      reply: '550 no',
      recipient: 'dario@pec.beta.test',
    };
    assert.deepEqual(recipient, expected);
    const greeting = await submitMessage(new ScriptedServer([], '554 closed'), LETTER);
    assert.deepEqual(greeting, { taken: false, refused: 'connection', reply: '554 closed' });
  });

  test('a server that leaves, or speaks something else without end, is an error', async () => {
    const leaving = new ScriptedServer([[/^DATA/, 'hang up']]);
    await assert.rejects(() => submitMessage(leaving, LETTER), /closed the connection/);
    const chatter = new ScriptedServer([], 'x'.repeat(70_000));
    await assert.rejects(() => submitMessage(chatter, LETTER), /no SMTP/);
  });
});
