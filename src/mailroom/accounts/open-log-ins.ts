// SPDX-License-Identifier: EUPL-1.2
import type { Mailbox } from '../mailboxes/mailbox-store.ts';
import type { Committed, StepStore } from '../steps/step-store.ts';

interface LogIn {
  readonly passwordHash: string | undefined;
  readonly end: () => void;
}

/**
 * Sessions that live on a log-in made before. One ends as soon as that log-in would be refused: the mailbox is
 * disabled, or has another password.
 */
export class OpenLogIns implements Disposable {
  readonly #open = new Map<string, Set<LogIn>>();
  readonly #stop: () => void;

  constructor(store: Pick<StepStore, 'onCommitted'>) {
    this.#stop = store.onCommitted((committed) => this.#hear(committed));
  }

  /** `end` is called once at most, right after the commit that ends the log-in; returns how to leave before. */
  enter({ address, passwordHash }: Mailbox, end: () => void): () => void {
    const logIns = this.#open.get(address) ?? new Set();
    this.#open.set(address, logIns);
    const logIn = { passwordHash, end };
    logIns.add(logIn);
    return () => {
      logIns.delete(logIn);
      if (logIns.size === 0 && this.#open.get(address) === logIns) this.#open.delete(address);
    };
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #hear({ step, outcome }: Committed): void {
    step.parts.forEach(({ acts }, at) => {
      if (outcome.parts[at]?.done !== true) return;
      for (const act of acts) if (act.do === 'put-mailbox') this.#look(act.mailbox);
    });
  }

  #look({ address, status, passwordHash }: Omit<Mailbox, 'id'>): void {
    const logIns = this.#open.get(address.toLowerCase());
    for (const logIn of [...(logIns ?? [])]) {
      if (status === 'active' && passwordHash === logIn.passwordHash) continue;
      logIns?.delete(logIn);
      logIn.end();
    }
  }
}
