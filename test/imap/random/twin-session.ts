// SPDX-License-Identifier: EUPL-1.2

import type { ReferenceBackend } from '../../../src/wire/imap/reference/reference-backend.ts';
import { TestSession } from '../../../src/wire/imap/reference/test-session.ts';
import { RawClient } from '../raw-client.ts';
import { type Answers, existsAfter, highestModseq } from './answers.ts';
import type { SessionFacts } from './random-commands.ts';

/** What both said in the same place. */
interface Pair {
  readonly server: string;
  readonly reference: string;
}

/** What is known of a folder since it was selected last. */
interface Known {
  readonly validity: Pair;
  /** HIGHESTMODSEQs: whatever changed before or after one did so with both. */
  readonly modseqs: Pair[];
}

const NOTHING_KNOWN: Known = { validity: { server: '1', reference: '1' }, modseqs: [] };
const MODSEQS_KEPT = 20;

/** One session with the server and one with the reference, which are told the same. */
export class TwinSession {
  readonly #client: RawClient;
  readonly #reference: TestSession;
  readonly #answers: Answers;
  readonly #name: string;
  readonly #folders = new Map<string, Known>();
  #known = NOTHING_KNOWN;
  #tag = 0;
  #state: SessionFacts['state'] = 'authenticated';
  #selected = '';
  #exists = 0;
  #qresync = false;
  #idling: { readonly tag: string; readonly said: string; readonly meant: string } | undefined;

  private constructor(parts: {
    readonly client: RawClient;
    readonly reference: TestSession;
    readonly answers: Answers;
    readonly name: string;
  }) {
    this.#client = parts.client;
    this.#reference = parts.reference;
    this.#answers = parts.answers;
    this.#name = parts.name;
  }

  static async open(options: {
    readonly server: { readonly imaps: number; readonly caFile: string };
    readonly backend: ReferenceBackend;
    readonly answers: Answers;
    readonly name: string;
    readonly user: string;
    readonly password: string;
    readonly now: number;
  }): Promise<TwinSession> {
    const { server, backend, answers, name, user, password, now } = options;
    const client = await RawClient.open({ port: server.imaps, caFile: server.caFile });
    const reference = new TestSession(backend, { now: () => now });
    await reference.silence();
    const session = new TwinSession({ client, reference, answers, name });
    const login = `LOGIN "${user}" "${password}"`;
    await client.command('login', login);
    await reference.send(`login ${login}\r\n`);
    return session;
  }

  get facts(): SessionFacts {
    return {
      state: this.#state,
      exists: this.#exists,
      qresync: this.#qresync,
      selected: this.#selected,
    };
  }

  get isIdling(): boolean {
    return this.#idling !== undefined;
  }

  /** Says a command to both, and compares; throws where they differ. */
  async say(command: string): Promise<void> {
    const tag = `${this.#name}.${++this.#tag}`;
    if (command === 'IDLE') return this.#idle(tag);
    const said = await this.#client.command(tag, this.#filled(command, 'server'));
    const meant = await this.#reference.send(`${tag} ${this.#filled(command, 'reference')}\r\n`);
    this.#compare(command, said, meant);
    this.#learn(command, { said, meant, ok: new RegExp(`^${tag} OK`, 'm').test(said) });
  }

  /** Ends IDLE. In which pieces news came is left to each; that the client counts the same in the end is not. */
  async done(): Promise<void> {
    const idling = this.#idling;
    if (idling === undefined) return;
    this.#idling = undefined;
    this.#client.send('DONE\r\n');
    const said = await this.#client.until(
      new RegExp(`(?:^|\\r\\n)${idling.tag} (?:OK|NO|BAD)[^\\r\\n]*\\r\\n`),
    );
    const meant = await this.#reference.send('DONE\r\n');
    const one = existsAfter(idling.said + said, this.#exists);
    const other = existsAfter(idling.meant + meant, this.#exists);
    if (one !== other)
      throw new Error(
        `${this.#name}: ${one} messages after IDLE, the reference has ${other}\n${said}\n${meant}`,
      );
    this.#exists = one;
    if (this.#exists > 0) await this.say('FETCH 1:* (UID FLAGS)');
  }

  end(): void {
    this.#client[Symbol.dispose]();
    this.#reference.session.end();
  }

  async #idle(tag: string): Promise<void> {
    this.#client.send(`${tag} IDLE\r\n`);
    const said = await this.#client.until(/(?:^|\r\n)\+ [^\r\n]*\r\n/);
    const meant = await this.#reference.send(`${tag} IDLE\r\n`);
    // What is told right away may come with it or after.
    this.#idling = { tag, said, meant };
    if (!meant.includes('+ ')) throw new Error(`${this.#name}: IDLE was refused\n${said}\n${meant}`);
  }

  #filled(command: string, side: keyof Pair): string {
    const { validity, modseqs } = this.#knownFor(command);
    const modseq = (number: string): number => Number(modseqs[Number(number) % modseqs.length]?.[side] ?? 1);
    return command
      .replace(/\{m(\d+)\}/g, (_, number: string) => String(modseq(number)))
      .replace(/\{n(\d+)\}/g, (_, number: string) => String(modseq(number) + 1))
      .replace('{v}', validity[side]);
  }

  #knownFor(command: string): Known {
    const selected = selectedBy(command);
    return selected === undefined ? this.#known : (this.#folders.get(selected) ?? NOTHING_KNOWN);
  }

  #compare(command: string, said: string, meant: string): void {
    const [one, other] = this.#answers.compared(said, meant);
    if (one === other) return;
    throw new Error(
      `${this.#name} in ${this.#selected} (${this.#exists}): ${command}\nserver:\n${said}\nreference:\n${meant}`,
    );
  }

  #learn(
    command: string,
    told: { readonly said: string; readonly meant: string; readonly ok: boolean },
  ): void {
    const { said, ok } = told;
    const word = command.split(' ', 1)[0] ?? '';
    if (word === 'ENABLE') this.#qresync ||= /ENABLED.*QRESYNC/.test(said);
    if (word === 'SELECT' || word === 'EXAMINE') this.#learnSelection(command, told);
    else if (ok && (word === 'CLOSE' || word === 'UNSELECT')) this.#leave();
    else if (ok && word === 'DELETE' && command === `DELETE ${this.#selected}`) this.#leave();
    else if (this.#state === 'selected') this.#exists = existsAfter(said, this.#exists);
  }

  #learnSelection(
    command: string,
    told: { readonly said: string; readonly meant: string; readonly ok: boolean },
  ): void {
    const { said, meant, ok } = told;
    // RFC 9051 section 6.3.2: BAD leaves things as they are, NO leaves nothing selected.
    if (!ok) {
      if (/^\S+ NO /m.test(said)) this.#leave();
      return;
    }
    const name = selectedBy(command) ?? '';
    this.#state = 'selected';
    this.#selected = name;
    this.#exists = existsAfter(said, 0);
    const validity = { server: uidValidity(said), reference: uidValidity(meant) };
    const known = this.#folders.get(name);
    const same = known?.validity.server === validity.server;
    this.#known = same && known !== undefined ? known : { validity, modseqs: [] };
    this.#folders.set(name, this.#known);
    const modseq = { server: highestModseq(said), reference: highestModseq(meant) };
    this.#known.modseqs.push(modseq);
    if (this.#known.modseqs.length > MODSEQS_KEPT) this.#known.modseqs.shift();
  }

  #leave(): void {
    this.#state = 'authenticated';
    this.#selected = '';
    this.#known = NOTHING_KNOWN;
    this.#exists = 0;
  }
}

/** The folder that a command selects. */
function selectedBy(command: string): string | undefined {
  const name = /^(?:SELECT|EXAMINE) ("[^"]*")/.exec(command)?.[1];
  return name?.toUpperCase() === '"INBOX"' ? '"INBOX"' : name;
}

function uidValidity(answer: string): string {
  return /UIDVALIDITY (\d+)/.exec(answer)?.[1] ?? '1';
}
