// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BenchFolder } from '../../tools/bench/bench-folder.ts';
import { BenchWorld, PASSWORD, type RunningProvider } from '../../tools/bench/bench-world.ts';
import { authPlain, RawPeer } from './raw-peer.ts';

/** A provider in a process of its own, as in production, to be attacked and measured. */
export class Target implements AsyncDisposable {
  readonly provider: RunningProvider;
  readonly #stack: AsyncDisposableStack;

  private constructor(provider: RunningProvider, stack: AsyncDisposableStack) {
    this.provider = provider;
    this.#stack = stack;
  }

  static async start(): Promise<Target> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(new BenchFolder());
    const world = await BenchWorld.start({ folder: folder.path, providers: ['alfa'], mailboxes: 3 });
    stack.use(world);
    return new Target(world.provider('alfa'), stack.move());
  }

  get ports() {
    return this.provider.ports;
  }

  address(number: number): string {
    return this.provider.address(number);
  }

  /** Anonymous memory of the process in octets: heap, buffers, and what the allocator keeps. */
  memoryBytes(): number {
    const status = readFileSync(`/proc/${this.provider.running.pid}/status`, 'latin1');
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  }

  /** The user logs in to submit; `from` another address than the attackers'. */
  async submitter(user = 0, from = '127.0.0.1'): Promise<RawPeer> {
    const peer = await RawPeer.tls(this.ports.submission, from);
    await peer.hears(/^220 .*\r\n/m);
    await peer.asks('EHLO client.test');
    const answer = await peer.asks(`AUTH PLAIN ${authPlain(this.address(user), PASSWORD)}`);
    assert.match(answer, /^235/);
    return peer;
  }

  /** Begins a message of one user to another: what is said next is its octets. */
  async begins(peer: RawPeer, { from = 0, to = 1 } = {}): Promise<void> {
    assert.match(await peer.asks(`MAIL FROM:<${this.address(from)}>`), /^250/);
    assert.match(await peer.asks(`RCPT TO:<${this.address(to)}>`), /^250/);
    assert.match(await peer.asks('DATA'), /^354/);
  }

  /** What everybody may expect all the time: a message is accepted, and the mailbox can be read. */
  async servesOthers(): Promise<void> {
    using peer = await this.submitter(2, '127.0.0.77');
    await this.begins(peer, { from: 2, to: 1 });
    const answer = await peer.asks(this.letter(2, 1, 'Tutto bene.'));
    assert.match(answer, /^250/);
    using reader = await RawPeer.tls(this.ports.imaps, '127.0.0.77');
    await reader.hears(/^\* OK .*\r\n/m);
    assert.match(await reader.asks(`a LOGIN ${this.address(2)} ${PASSWORD}`, /^a .*\r\n/m), /a OK/);
    assert.match(await reader.asks('b SELECT INBOX', /^b .*\r\n/m), /b OK/);
  }

  /** A letter with the dot that ends DATA, but for the last line end. */
  letter(from: number, to: number, text: string): string {
    return [
      `From: ${this.address(from)}`,
      `To: ${this.address(to)}`,
      'Subject: Prova',
      'Date: Mon, 2 Mar 2026 10:15:02 +0100',
      '',
      text,
      '.',
    ].join('\r\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
