// SPDX-License-Identifier: EUPL-1.2
import {
  Captures,
  type DialogueConnection,
  type DialogueStep,
  type DialogueTarget,
  unescapeOctets,
} from './dialogue.ts';
import { type DialogueMessage, findFixture } from './fixtures.ts';

export interface DialogueOutcome {
  /** Lines sent as commands. */
  readonly exchanges: number;
}

/** Plays a dialogue against a server; throws where the server says something else, naming the line. */
export async function runDialogue(
  steps: readonly DialogueStep[],
  target: DialogueTarget,
): Promise<DialogueOutcome> {
  const runner = new Runner(target);
  try {
    for (const step of steps) await runner.perform(step);
    await runner.expectSilence();
  } finally {
    runner.close();
  }
  return { exchanges: runner.exchanges };
}

class Runner {
  exchanges = 0;
  readonly #target: DialogueTarget;
  readonly #peers = new Map<number, DialogueConnection>();
  readonly #captures = new Captures();
  /** The last lines said, for who reads a failure. */
  readonly #said: string[] = [];

  constructor(target: DialogueTarget) {
    this.#target = target;
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.close();
  }

  async perform(step: DialogueStep): Promise<void> {
    if (step.does === 'direct') return this.#direct(step.words);
    const peer = await this.#peer(step.peer);
    if (step.does === 'expect') return this.#expect(peer, step);
    const text = this.#captures.fill(step.text);
    this.#said.push(`C${step.peer}: ${text}`);
    this.exchanges++;
    peer.send(step.does === 'send' ? `${octetsOf(text)}\r\n` : unescapeOctets(text));
  }

  /** Nothing may be left unsaid: each connection still open answers its next command with that alone. */
  async expectSilence(): Promise<void> {
    for (const [number, peer] of this.#peers) {
      peer.send('end-of-dialogue NOOP\r\n');
      const line = await peer.receiveLine();
      if (line !== undefined && !/^end-of-dialogue (OK|BAD)/.test(line)) {
        throw new Error(`at the end connection ${number} still said: ${line}\n${this.#history()}`);
      }
    }
  }

  #history(): string {
    return this.#said.slice(-12).join('\n');
  }

  /** A connection is opened when it is first spoken to; its greeting is passed over. */
  async #peer(number: number): Promise<DialogueConnection> {
    const known = this.#peers.get(number);
    if (known !== undefined) return known;
    const peer = await this.#target.connect();
    this.#peers.set(number, peer);
    await peer.receiveLine();
    return peer;
  }

  async #expect(peer: DialogueConnection, step: DialogueStep & { does: 'expect' }): Promise<void> {
    const line = await peer.receiveLine();
    const shown = line ?? '<closed>';
    this.#said.push(`S${step.peer}: ${shown}`);
    if (!this.#captures.matches(octetsOf(step.text), shown)) {
      const wanted = this.#captures.fill(step.text);
      throw new Error(
        `line ${step.line}: wanted ${wanted}\n  but the server said ${shown}\n${this.#history()}`,
      );
    }
  }

  async #direct([word = '', ...rest]: readonly string[]): Promise<void> {
    const number = /^\d+$/.test(rest[0] ?? '') ? Number(rest.shift()) : 1;
    switch (word) {
      case 'messages':
        return this.#appendAll(findFixture(rest[0] ?? ''));
      case 'login':
        return this.#quietly(number, `LOGIN ${this.#target.user} ${this.#target.password}`);
      case 'do':
        return this.#quietly(number, rest.join(' '));
      default:
        throw new Error(`no such direction: @${word}`);
    }
  }

  /** A command whose answer is of no interest, but that it be OK. */
  async #quietly(number: number, command: string): Promise<void> {
    const peer = await this.#peer(number);
    peer.send(`quiet ${octetsOf(this.#captures.fill(command))}\r\n`);
    for (;;) {
      const line = await peer.receiveLine();
      if (line?.startsWith('quiet OK')) return;
      if (line === undefined || line.startsWith('quiet '))
        throw new Error(`@${command}: ${line ?? 'closed'}`);
    }
  }

  /** Messages are put in by the protocol itself, so that any server can be asked the same. */
  async #appendAll(messages: readonly DialogueMessage[]): Promise<void> {
    await this.#quietly(99, `LOGIN ${this.#target.user} ${this.#target.password}`);
    for (const { mailbox, flags, date, text } of messages) {
      await this.#quietly(
        99,
        `APPEND ${mailbox} (${flags}) "${date}" {${octetsOf(text).length}+}\r\n${text}`,
      );
    }
    await this.#quietly(99, 'LOGOUT');
    this.#peers.get(99)?.close();
    this.#peers.delete(99);
  }
}

/** Text of a file as the octets of UTF-8, one character each. */
function octetsOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
