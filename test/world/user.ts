// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { Mailbox } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type { SubmissionOutcome } from '../../src/points/access/access-point.ts';
import type { Home } from './home.ts';
import { forwardPathsOf, type Letter, writeLetter } from './letters.ts';
import { Seen } from './seen.ts';

/** Who writes and reads at one mailbox. */
export class User {
  readonly address: string;
  readonly #provider: Home;
  /** Contents never change, so each is opened once. */
  readonly #opened = new Map<number, Seen>();

  constructor(address: string, provider: Home) {
    this.address = address;
    this.#provider = provider;
  }

  get mailbox(): Mailbox {
    const mailbox = this.#provider.store.findMailbox(this.address);
    assert.ok(mailbox, `no mailbox ${this.address}`);
    return mailbox;
  }

  /** Hands a message to the access point, logged in as oneself. */
  async sends(letter: Letter): Promise<SubmissionOutcome> {
    const provider = this.#provider;
    const octets = writeLetter(letter, { address: this.address, instant: provider.clock.now() });
    const message = await provider.spool([octets]);
    try {
      return await provider.house.access.submit({
        mailbox: this.mailbox,
        reversePath: letter.reversePath ?? this.address,
        forwardPaths: forwardPathsOf(letter),
        message,
      });
    } finally {
      await message.discard();
    }
  }

  /** The same, when it must be accepted; gives the PEC msgid. */
  async certifies(letter: Letter): Promise<string> {
    const outcome = await this.sends(letter);
    assert.equal(outcome.outcome, 'accepted', JSON.stringify(outcome));
    return outcome.identifier;
  }

  /** Everything in the mailbox, in the order it came. */
  async messages(): Promise<Seen[]> {
    const { store } = this.#provider;
    const seen: Seen[] = [];
    for (const folder of store.listFolders(this.mailbox.id)) {
      for (const { content } of store.listMessages(folder.id)) {
        const found = store.findContent(content);
        assert.ok(found, `a message of ${this.address} has no content`);
        const known =
          this.#opened.get(content) ?? new Seen(await found.octets.read(0, found.size), folder.name);
        this.#opened.set(content, known);
        seen.push(known);
      }
    }
    return seen;
  }

  /** The kinds of all there is, sorted. */
  async kinds(): Promise<string[]> {
    return (await this.messages()).map((seen) => seen.kind).sort();
  }

  /** The one message of that kind, about that recipient where there are several. */
  async sees(kind: string, about?: string): Promise<Seen> {
    const all = await this.messages();
    const found = all.filter(
      (seen) => seen.kind === kind && (about === undefined || seen.data.deliveredTo === about),
    );
    const [one] = found;
    const there = all.map((seen) => seen.subject).join('\n  ');
    assert.ok(
      one !== undefined && found.length === 1,
      `${this.address} has ${found.length} of ${kind} ${about ?? ''}; there are\n  ${there}`,
    );
    return one;
  }

  async seesNothing(): Promise<void> {
    assert.deepEqual(await this.kinds(), []);
  }
}
