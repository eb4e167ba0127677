// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { DemoProcess, type DemoWords, until } from '../demo/demo-process.ts';
import { Agent } from './agent.ts';
import { type Fetched, Message } from './message.ts';

/** One reply of a server: the command it answers, code and words. */
export type Reply = readonly [command: string, code: number, words: string];

/** What an SMTP session came to. */
export interface Session {
  readonly replies: readonly Reply[];
  /** Of EHLO, the words that follow each. */
  readonly features: Readonly<Record<string, string>>;
}

/** A door of a provider, and how to speak there. */
export interface Door {
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
}

/** One record as `ceralacca trace --json` shows it. */
export interface TraceRecord {
  readonly house: string;
  readonly event: string;
  readonly identifier: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly recipient: string | null;
  readonly generated: readonly string[];
  readonly detail: Readonly<Record<string, string>>;
}

type ProviderName = 'alfa' | 'beta';

/** A demo with a foreign mail client beside it; of the inside only `ceralacca trace` is asked. */
export class Outside implements AsyncDisposable {
  readonly demo: DemoProcess;
  readonly agent: Agent;
  readonly #users = new Map<string, User>();

  private constructor(demo: DemoProcess) {
    this.demo = demo;
    this.agent = new Agent(demo.world.caFile);
  }

  static async open(words: DemoWords = {}): Promise<Outside> {
    return new Outside(await DemoProcess.start(words));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
    await this.demo[Symbol.asyncDispose]();
  }

  provider(name: ProviderName) {
    const found = this.demo.world.providers.find(({ domain }) => domain === `pec.${name}.test`);
    assert.ok(found);
    return found;
  }

  /** Whoever has that mailbox of the demo. */
  user(address: string): User {
    const known = this.#users.get(address);
    if (known !== undefined) return known;
    for (const provider of this.demo.world.providers) {
      const mailbox = provider.mailboxes.find((one) => one.address === address);
      if (mailbox === undefined) continue;
      const user = new User(this, {
        ...mailbox,
        submission: { port: provider.submission.port, tls: 'implicit' },
        starttls: { port: provider.submissionStarttls.port, tls: 'starttls' },
        pop3s: provider.pop3s.port,
      });
      this.#users.set(address, user);
      return user;
    }
    return assert.fail(`no mailbox ${address} in the demo`);
  }

  /** SMTP without a login: what another host would do. */
  transact(door: Door, facts: { from: string; to: readonly string[]; message: Buffer }): Promise<Session> {
    const message = facts.message.toString('base64');
    return this.agent.ask<Session>({ do: 'send', ...door, ...facts, message });
  }

  exchange(name: ProviderName, tls: Door['tls'] = 'starttls'): Door {
    return { port: this.provider(name).exchange.port, tls };
  }

  get ordinaryDoor(): Door {
    return { port: this.demo.world.ordinary.smtp.port, tls: 'starttls' };
  }

  /** What all logs know of a message. */
  async trace(id: string): Promise<readonly TraceRecord[]> {
    let text = '';
    const stdout = {
      write: (more: string) => {
        text += more;
      },
    };
    // Within this process: starting another one each time costs more than all the rest.
    await runCommandLine(['trace', id, '--json', '--world', this.demo.worldFile], {
      stdout,
      stderr: process.stderr,
      clock: systemClock,
      ids: randomIds,
      pause: (delayMs) => setTimeout(delayMs),
      stopRequested: () => Promise.resolve(),
    });
    return (JSON.parse(text) as { records: TraceRecord[] }).records;
  }

  /** The same when it holds these events, in any order. */
  async traceWith(id: string, events: readonly string[]): Promise<readonly TraceRecord[]> {
    return until(`${events} in the logs about ${id}`, async () => {
      const records = await this.trace(id);
      const missing = events.filter((event) => records.every((record) => record.event !== event));
      return missing.length === 0 ? records : undefined;
    });
  }

  /** Everything that users of the tests have fetched. */
  get collected(): readonly Message[] {
    return [...this.#users.values()].flatMap(({ messages }) => messages);
  }
}

interface UserFacts {
  readonly address: string;
  readonly password: string;
  readonly submission: Door;
  readonly starttls: Door;
  readonly pop3s: number;
}

/** What a submission is; recipients are those of the header unless told. */
export interface Submission {
  readonly message: Buffer;
  readonly to: readonly string[];
  readonly from?: string;
  readonly user?: string;
  readonly password?: string;
  /** MAIL FROM parameters. */
  readonly mailWords?: readonly string[];
}

/** Who has a mailbox and a mail client. */
export class User {
  readonly address: string;
  readonly facts: UserFacts;
  /** Fetched so far, in the order they came. */
  readonly messages: Message[] = [];
  readonly #known: string[] = [];
  readonly #outside: Outside;

  constructor(outside: Outside, facts: UserFacts) {
    this.#outside = outside;
    this.facts = facts;
    this.address = facts.address;
  }

  /** Logs in and hands over a message; whatever comes of it. */
  sends(submission: Submission, door: Door = this.facts.submission): Promise<Session> {
    const { address: user, password } = this.facts;
    const message = submission.message.toString('base64');
    const order = { do: 'send', user, password, from: user, ...door, ...submission, message };
    return this.#outside.agent.ask<Session>(order);
  }

  /** The same, when it must be taken. */
  async submits(submission: Submission, door?: Door): Promise<void> {
    const { replies } = await this.sends(submission, door);
    const [command, code, words] = replies.at(-1) ?? [];
    assert.deepEqual([command, code], ['END', 250], words ?? '');
  }

  /** Several over one connection. */
  async submitsAll(submissions: readonly Submission[]): Promise<void> {
    const { address: user, password, submission } = this.facts;
    const messages = submissions.map((one) => ({
      from: user,
      to: one.to,
      message: one.message.toString('base64'),
    }));
    const answers = await this.#outside.agent.ask<Reply[]>({
      do: 'sendAll',
      user,
      password,
      ...submission,
      messages,
    });
    for (const [command, code, words] of answers) assert.deepEqual([command, code], ['END', 250], words);
  }

  /** Looks for new mail. */
  async fetches(): Promise<readonly Message[]> {
    const { address: user, password, pop3s: port } = this.facts;
    const known = this.#known;
    const fetched = await this.#outside.agent.ask<Fetched[]>({ do: 'fetch', port, user, password, known });
    for (const one of fetched) {
      this.#known.push(one.uid);
      this.messages.push(new Message(this.address, one));
    }
    return this.messages;
  }

  /** Waits for the messages that are of a kind and about a message, by its client's Message-ID. */
  async receives(
    kind: string,
    about: { reference?: string; count?: number; subject?: string } = {},
  ): Promise<Message[]> {
    const { reference, count = 1, subject } = about;
    const matching = () =>
      this.messages.filter(
        ({ pec }) =>
          pec.kind === kind &&
          (reference === undefined || pec.reference === reference) &&
          (subject === undefined || pec.subject.includes(subject)),
      );
    const found = await until(
      `${count} ${kind} of ${reference ?? subject ?? 'anything'} for ${this.address}`,
      async () => {
        await this.fetches();
        return matching().length >= count ? matching() : undefined;
      },
    );
    assert.equal(
      found.length,
      count,
      `${this.address} has ${found.length} ${kind} of ${reference ?? subject}`,
    );
    return found;
  }

  async receivesOne(kind: string, about?: { reference?: string; subject?: string }): Promise<Message> {
    const [one] = await this.receives(kind, about);
    assert.ok(one);
    return one;
  }
}
