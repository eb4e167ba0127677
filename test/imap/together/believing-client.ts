// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { RawClient } from '../raw-client.ts';
import type { Ledger } from './ledger.ts';

/** RFC 9051 section 7.5.1: while these run no message may change its number. */
const NUMBERED = /^(FETCH|STORE|SEARCH|COPY)\b/;

/** An IMAP client that keeps its list of messages by what it is told alone, and never asks twice. */
export class BelievingClient {
  readonly #client: RawClient;
  readonly #ledger: Ledger;
  readonly #name: string;
  /** UIDs by sequence number; undefined: counted, and not looked at yet. */
  #uids: (number | undefined)[] = [];
  #tag = 0;

  constructor(client: RawClient, options: { readonly ledger: Ledger; readonly name: string }) {
    this.#client = client;
    this.#ledger = options.ledger;
    this.#name = options.name;
  }

  /** How many messages it counts. */
  get exists(): number {
    return this.#uids.length;
  }

  uidOf(number: number): number | undefined {
    return this.#uids[number - 1];
  }

  /** Says a command and believes the answer, which is given back. */
  async say(command: string): Promise<string> {
    const tag = `${this.#name}.${++this.#tag}`;
    const answer = await this.#client.command(tag, command);
    this.#believe(answer, { command, numbered: NUMBERED.test(command) });
    assert.match(answer, new RegExp(`^${tag} (OK|NO \\[EXPUNGEISSUED\\])`, 'm'), `${command}: ${answer}`);
    return answer;
  }

  /** Waits in IDLE until `over`, then ends it. */
  async idle(over: () => Promise<unknown>): Promise<void> {
    const tag = `${this.#name}.${++this.#tag}`;
    this.#client.send(`${tag} IDLE\r\n`);
    const opening = await this.#client.until(/^\+ [^\r\n]*\r\n/m);
    await over();
    this.#client.send('DONE\r\n');
    const answer = opening + (await this.#client.until(new RegExp(`^${tag} OK[^\\r\\n]*\\r\\n`, 'm')));
    this.#believe(answer, { command: 'IDLE', numbered: false });
  }

  /** After NOOP all that was acknowledged before must be known; what came since may be a number without a UID. */
  async look(): Promise<void> {
    const before = this.#ledger.before();
    await this.say('NOOP');
    if (this.exists > 0) await this.say('FETCH 1:* (UID)');
    const known = this.#uids.filter((uid) => uid !== undefined);
    this.#ledger.check(known, before);
  }

  #believe(answer: string, what: { readonly command: string; readonly numbered: boolean }): void {
    const about = () => `${this.#name}: ${what.command}\n${answer}\n${this.#uids}`;
    for (const line of answer.split('\r\n')) {
      const [, number, word = '', rest = ''] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH)(.*)/.exec(line) ?? [];
      const vanished = /^\* VANISHED ([\d:,]+)/.exec(line)?.[1];
      if (vanished !== undefined || word === 'EXPUNGE') assert.ok(!what.numbered, about());
      if (vanished !== undefined) for (const uid of uidsOf(vanished)) this.#lose(uid);
      if (word === 'EXISTS') this.#count(Number(number), about);
      if (word === 'EXPUNGE') {
        assert.ok(Number(number) >= 1 && Number(number) <= this.exists, about());
        const [uid] = this.#uids.splice(Number(number) - 1, 1);
        if (uid !== undefined) this.#ledger.gone.add(uid);
      }
      const uid = /\bUID (\d+)/.exec(rest)?.[1];
      if (word === 'FETCH' && uid !== undefined) this.#learn(Number(number), Number(uid), about);
    }
  }

  #count(exists: number, about: () => string): void {
    assert.ok(exists >= this.exists, about());
    while (this.#uids.length < exists) this.#uids.push(undefined);
  }

  #learn(number: number, uid: number, about: () => string): void {
    assert.ok(number >= 1 && number <= this.exists, about());
    const known = this.#uids[number - 1];
    assert.ok(known === undefined || known === uid, about());
    this.#uids[number - 1] = uid;
  }

  /** RFC 7162 section 3.2.10: told by UID; one that is not known yet comes after those known below it. */
  #lose(uid: number): void {
    const at = this.#uids.indexOf(uid);
    this.#ledger.gone.add(uid);
    const below = this.#uids.findLastIndex((known) => known !== undefined && known < uid);
    const [lost] = this.#uids.splice(at >= 0 ? at : below + 1, 1);
    assert.ok(at >= 0 || lost === undefined, `${this.#name}: ${uid} vanished, not ${lost}`);
  }
}

/** `2:4,7` as numbers. */
export function uidsOf(set: string): number[] {
  return set.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split(':').map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}
