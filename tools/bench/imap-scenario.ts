// SPDX-License-Identifier: EUPL-1.2
import { type Endpoint, RawImap } from './imap-client.ts';
import { benchMessage, RARE_EVERY, RARE_WORD } from './messages.ts';
import { type Running, usedSince } from './processes.ts';
import { median, percentile } from './statistics.ts';

/** An IMAP server to be measured, and its processes. */
export interface ImapServer {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly password: string;
  readonly running: Running;
  account(number: number): string;
  /** Resolves when the server has done what it does in the background with new messages. */
  settled?(): Promise<void>;
}

/** What is measured, in this order. */
export const IMAP_PARTS = ['log-ins', 'idlers', 'reading', 'flags', 'appends', 'notices'] as const;
export type ImapPart = (typeof IMAP_PARTS)[number];

export interface ImapTerms {
  readonly parts: readonly ImapPart[];
  /** Messages of the large mailbox. */
  readonly messages: number;
  /** Messages of 50 KB in another one. */
  readonly large: number;
  /** Connections in IDLE whose memory is measured. */
  readonly idle: number;
  /** Accounts that exist. */
  readonly accounts: number;
  readonly seconds: number;
  readonly repeats: number;
}

export interface ImapRow {
  readonly what: string;
  /** What the value counts. */
  readonly unit: string;
  readonly value: number;
  /** Server's CPU for one of them, in microseconds. */
  readonly cpuUs?: number;
  /** Whether a larger value is better. */
  readonly more: boolean;
}

const SMALL_BYTES = 5 * 1024;
const LARGE_BYTES = 50 * 1024;
const CALLERS = 8;
const BATCH = 100;
const STORED = 50;
const NOTICES = 20;
const WATCHERS = 10;

/** Measures one server; `tell` hears each row as it is known. */
export class ImapScenario {
  readonly rows: ImapRow[] = [];
  readonly #server: ImapServer;
  readonly #terms: ImapTerms;
  readonly #tell: (line: string) => void;

  constructor(server: ImapServer, terms: ImapTerms, tell: (line: string) => void) {
    this.#server = server;
    this.#terms = terms;
    this.#tell = tell;
  }

  async run(): Promise<readonly ImapRow[]> {
    const { parts } = this.#terms;
    if (parts.includes('log-ins')) await this.#logins();
    if (parts.includes('idlers')) await this.#idlers();
    if (parts.includes('reading')) await this.#reading();
    // Flags before messages: what an APPEND leaves to the index would be counted with them.
    if (parts.includes('flags')) await this.#flags();
    if (parts.includes('appends')) for (const callerCount of [1, CALLERS]) await this.#appends(callerCount);
    if (parts.includes('notices')) await this.#notices();
    return this.rows;
  }

  async #reading(): Promise<void> {
    const { messages, large } = this.#terms;
    await this.#fill({ account: 0, count: messages, sizeBytes: SMALL_BYTES });
    await this.#fill({ account: 1, count: large, sizeBytes: LARGE_BYTES });
    // Who reads at once has work done that is done in the background else.
    const start = performance.now();
    await this.#server.settled?.();
    const seconds = (performance.now() - start) / 1000;
    this.#tell(`${this.#server.name}: settled after ${seconds.toFixed(1)} s`);
    await this.#selects();
    await this.#fetches();
  }

  async #logins(): Promise<void> {
    const { accounts, seconds } = this.#terms;
    let at = 0;
    const first = await this.#span(async () => {
      await callers(async () => {
        while (at < accounts) await (await this.#login(at++)).logout();
      });
      return accounts;
    });
    this.#add({ what: 'log-in over TLS, password not seen before', unit: 'a second', ...first, more: true });
    const again = await this.#span(() =>
      this.#until(seconds, async (turn) => (await this.#login(turn % accounts)).logout()),
    );
    this.#add({ what: 'log-in over TLS, again', unit: 'a second', ...again, more: true });
  }

  /** Puts messages into an INBOX, many with each APPEND (RFC 3502). */
  async #fill(into: {
    readonly account: number;
    readonly count: number;
    readonly sizeBytes: number;
  }): Promise<void> {
    const { count, sizeBytes } = into;
    const to = this.#server.account(into.account);
    let next = 0;
    const start = performance.now();
    const filling = Array.from({ length: 4 }, async () => {
      const client = await this.#login(into.account);
      while (next < count) {
        const numbers = Array.from({ length: Math.min(BATCH, count - next) }, () => next++);
        const messages = numbers.map((number) =>
          benchMessage({ number, sizeBytes, from: 'bench@posta.test', to }),
        );
        const literals = messages.map((octets, at) => {
          const announced = messages[at + 1];
          return Buffer.concat([octets, Buffer.from(announced ? ` {${announced.length}+}\r\n` : '\r\n')]);
        });
        await client.command(`APPEND INBOX {${messages[0]?.length ?? 0}+}`, ...literals);
      }
      await client.logout();
    });
    await Promise.all(filling);
    const seconds = (performance.now() - start) / 1000;
    this.#tell(
      `${this.#server.name}: ${count} messages of ${sizeBytes / 1024} KB put in place in ${seconds.toFixed(0)} s`,
    );
  }

  async #selects(): Promise<void> {
    const { messages } = this.#terms;
    const client = await this.#login(0);
    const first = await client.command('SELECT INBOX');
    if (!first.text.includes(`* ${messages} EXISTS`))
      throw new Error(`not all messages are there: ${first.text}`);
    this.#add({ what: `first SELECT of ${messages} messages`, unit: 'ms', value: first.ms, more: false });
    const once = () => client.command('SELECT INBOX');
    const again = await this.#repeat(() => this.#until(this.#terms.seconds, once, 1));
    this.#add({ what: `SELECT of ${messages} messages, again`, unit: 'a second', ...again, more: true });
    await client.logout();
  }

  async #fetches(): Promise<void> {
    const { messages, large } = this.#terms;
    const client = await this.#login(0);
    await client.command('SELECT INBOX');
    const fetch = (what: string, command: string) =>
      this.#command(client, { what, command, count: messages });
    await fetch('FETCH 1:* (FLAGS)', 'FETCH 1:* (FLAGS)');
    await fetch('FETCH 1:* (ENVELOPE)', 'FETCH 1:* (ENVELOPE)');
    await fetch('SEARCH BODY', `SEARCH BODY ${RARE_WORD}`);
    const { text } = await client.command(`SEARCH BODY ${RARE_WORD}`);
    const found = /\* SEARCH([ \d]*)/.exec(text)?.[1]?.trim().split(' ').length;
    if (found !== Math.ceil(messages / RARE_EVERY))
      throw new Error(`SEARCH found ${found}: ${text.slice(0, 200)}`);
    await client.logout();
    const whole = await this.#login(1);
    await whole.command('SELECT INBOX');
    const command = 'FETCH 1:* (BODY.PEEK[])';
    await this.#command(whole, { what: 'FETCH of whole 50 KB messages', command, count: large });
    await whole.logout();
  }

  async #command(
    client: RawImap,
    { what, command, count }: { readonly what: string; readonly command: string; readonly count: number },
  ): Promise<void> {
    const measured = await this.#repeat(async () => {
      await client.command(command);
      return count;
    });
    this.#add({ what, unit: 'messages a second', ...measured, more: true });
  }

  async #flags(): Promise<void> {
    for (let account = 2; account < 2 + CALLERS; account++)
      await this.#fill({ account, count: STORED, sizeBytes: SMALL_BYTES });
    for (const callerCount of [1, CALLERS]) await this.#stores(callerCount);
  }

  async #stores(callerCount: number): Promise<void> {
    const clients = await Promise.all(Array.from({ length: callerCount }, (_, at) => this.#login(2 + at)));
    await Promise.all(clients.map((client) => client.command('SELECT INBOX')));
    const turns = clients.map(() => 0);
    const once = async (_: number, caller: number) => {
      const turn = turns[caller] ?? 0;
      turns[caller] = turn + 1;
      // Each one changes something: a flag that is there already costs nobody a write.
      const sign = Math.floor(turn / STORED) % 2 === 0 ? '+' : '-';
      await clients[caller]?.command(`STORE ${1 + (turn % STORED)} ${sign}FLAGS.SILENT (\\Flagged)`);
    };
    const measured = await this.#repeat(() => this.#until(this.#terms.seconds, once, callerCount));
    const what = `STORE of one message, ${callerCount} sessions`;
    this.#add({ what, unit: 'a second', ...measured, more: true });
    await Promise.all(clients.map((client) => client.logout()));
  }

  async #appends(callerCount: number): Promise<void> {
    const clients = await Promise.all(Array.from({ length: callerCount }, (_, at) => this.#login(2 + at)));
    const once = async (number: number, caller: number) => {
      const octets = benchMessage({
        number,
        sizeBytes: SMALL_BYTES,
        from: 'bench@posta.test',
        to: 'x@posta.test',
      });
      await clients[caller]?.command(`APPEND INBOX {${octets.length}+}`, Buffer.concat([octets, CRLF]));
    };
    const measured = await this.#repeat(() => this.#until(this.#terms.seconds, once, callerCount));
    const what = `APPEND of 5 KB, ${callerCount} sessions`;
    this.#add({ what, unit: 'a second', ...measured, more: true });
    await Promise.all(clients.map((client) => client.logout()));
  }

  async #idlers(): Promise<void> {
    const { idle, accounts } = this.#terms;
    const before = this.#server.running.memoryBytes();
    const clients: RawImap[] = [];
    let started = 0;
    await callers(async () => {
      while (started < idle) {
        const client = await this.#login(2 + (started++ % (accounts - 2)));
        clients.push(client);
        await client.command('SELECT INBOX');
        await client.idle();
      }
    });
    const bytes = this.#server.running.memoryBytes() - before;
    const value = bytes / 1024 / clients.length;
    this.#add({
      what: `memory of a connection in IDLE, of ${clients.length}`,
      unit: 'KB',
      value,
      more: false,
    });
    for (const client of clients) client.destroy();
  }

  /** How long after an APPEND was sent others are told of its message. */
  async #notices(): Promise<void> {
    const account = 2;
    const delays: number[] = [];
    const watchers = await Promise.all(Array.from({ length: WATCHERS }, () => this.#login(account)));
    for (const watcher of watchers) {
      await watcher.command('SELECT INBOX');
      await watcher.idle();
    }
    const writer = await this.#login(account);
    for (let turn = 0; turn < NOTICES; turn++) {
      const told = watchers.map(
        (watcher) =>
          new Promise<number>((resolve) => {
            watcher.onChunk = (chunk) => {
              if (chunk.includes(' EXISTS')) resolve(performance.now());
            };
          }),
      );
      const octets = benchMessage({
        number: turn,
        sizeBytes: SMALL_BYTES,
        from: 'bench@posta.test',
        to: 'x@posta.test',
      });
      const sentAt = performance.now();
      await writer.command(`APPEND INBOX {${octets.length}+}`, Buffer.concat([octets, CRLF]));
      for (const at of await Promise.all(told)) delays.push(at - sentAt);
    }
    this.#add({
      what: 'from APPEND to clients in IDLE, median',
      unit: 'ms',
      value: median(delays),
      more: false,
    });
    this.#add({
      what: 'from APPEND to clients in IDLE, p99',
      unit: 'ms',
      value: percentile(delays, 0.99),
      more: false,
    });
    for (const client of [...watchers, writer]) client.destroy();
  }

  #credentials(account: number): { readonly user: string; readonly password: string } {
    return { user: this.#server.account(account), password: this.#server.password };
  }

  #login(account: number): Promise<RawImap> {
    return RawImap.login(this.#server.endpoint, this.#credentials(account));
  }

  /** Does something again and again, by several callers, until the time is up; returns how often. */
  async #until(
    seconds: number,
    once: (turn: number, caller: number) => Promise<unknown>,
    count = CALLERS,
  ): Promise<number> {
    const end = performance.now() + seconds * 1000;
    let turns = 0;
    await callers(async (caller) => {
      while (performance.now() < end) await once(turns++, caller);
    }, count);
    return turns;
  }

  async #repeat(work: () => Promise<number>): Promise<{ value: number; cpuUs: number }> {
    const spans: { value: number; cpuUs: number }[] = [];
    for (let turn = 0; turn < this.#terms.repeats; turn++) spans.push(await this.#span(work));
    return { value: median(spans.map((span) => span.value)), cpuUs: median(spans.map((span) => span.cpuUs)) };
  }

  async #span(work: () => Promise<number>): Promise<{ value: number; cpuUs: number }> {
    const before = this.#server.running.used();
    const start = performance.now();
    const count = await work();
    const seconds = (performance.now() - start) / 1000;
    const { userMs, systemMs } = usedSince(before, this.#server.running.used());
    return { value: count / seconds, cpuUs: ((userMs + systemMs) * 1000) / count };
  }

  #add(row: ImapRow): void {
    this.rows.push(row);
    this.#tell(`${this.#server.name}: ${row.what}: ${row.value.toFixed(1)} ${row.unit}`);
  }
}

const CRLF = Buffer.from('\r\n');

async function callers(work: (caller: number) => Promise<void>, count = CALLERS): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, caller) => work(caller)));
}
