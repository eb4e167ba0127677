// SPDX-License-Identifier: EUPL-1.2
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A mail client in Python, led over standard input: it knows nothing of the house. */
export class Agent implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(caFile: string) {
    const script = join(import.meta.dirname, 'python', 'agent.py');
    this.#child = spawn('python3', ['-B', script, caFile], { stdio: ['pipe', 'pipe', 'inherit'] }) as never;
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Gives an order and its answer; one at a time. */
  ask<Answer>(order: { readonly do: string } & Readonly<Record<string, unknown>>): Promise<Answer> {
    const asked = this.#last.then(() => this.#exchange<Answer>(order));
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }

  async #exchange<Answer>(order: Readonly<Record<string, unknown>>): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error('the Python client is gone');
    const reply = JSON.parse(value) as { answer?: Answer; error?: string };
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.answer as Answer;
  }
}
