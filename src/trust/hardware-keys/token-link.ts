// SPDX-License-Identifier: EUPL-1.2
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Fault } from '../../platform/faults.ts';
import { startOwnProcess } from '../../platform/own-process.ts';
import type { FaultMessage, FileStamp, FromToken, ToToken } from './token-messages.ts';
import type { TokenPlace } from './token-place.ts';
import type { PublicNumbers } from './token-search.ts';

/** What happens on a link. */
export interface LinkEvents {
  onSigned(number: number, signature: Buffer): void;
  /** Once, and nothing after it: the process is gone, or of no more use. */
  onLost(fault: Fault, refusedPin: FileStamp | undefined): void;
}

/** One life of the process that holds the module. */
export class TokenLink {
  /** Settles when the token is open, or cannot be; then the link is lost already. */
  readonly opened: Promise<PublicNumbers>;
  readonly #child: ChildProcess;
  readonly #events: LinkEvents;
  /** Settles when the process has ended. */
  readonly gone: Promise<unknown>;
  readonly #open = Promise.withResolvers<PublicNumbers>();
  #lost = false;

  constructor(place: TokenPlace, refusedPin: FileStamp | undefined, events: LinkEvents) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const module = new URL(`./token-process.${extension}`, import.meta.url);
    // One thread for each session, and one to open files with.
    this.#child = startOwnProcess(module, { threads: place.sessions + 1 });
    this.#events = events;
    this.opened = this.#open.promise;
    // Whoever waits hears of it by `onLost` as well.
    this.opened.catch(() => undefined);
    this.gone = once(this.#child, 'exit').catch(() => undefined);
    this.#child.on('message', (message: FromToken) => this.#hear(message));
    this.#child.on('error', (error) => this.lose(unusable(`the process of the module: ${error.message}`)));
    this.#child.on('exit', (code, signal) => {
      this.lose(unusable(`the process of the module ended (${signal ?? code})`));
    });
    this.#tell({ do: 'open', place, refusedPin });
  }

  sign(number: number, bytes: Buffer): void {
    this.#tell({ do: 'sign', number, bytes });
  }

  /** Ends the process at once, whatever it is in the middle of. */
  lose(fault: Fault, refusedPin?: FileStamp): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#child.kill('SIGKILL');
    this.#open.reject(fault);
    this.#events.onLost(fault, refusedPin);
  }

  /** Ends a process that does not end by itself. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Lets the module say goodbye; resolves when the process is gone. */
  async close(): Promise<void> {
    this.#lost = true;
    this.#tell({ do: 'close' });
    await this.gone;
  }

  #hear(message: FromToken): void {
    // What was on its way when the process was given up counts no more: others do that work.
    if (this.#lost) return;
    switch (message.say) {
      case 'opened': {
        const { modulus, exponent } = message;
        this.#open.resolve({ modulus: Buffer.from(modulus), exponent: Buffer.from(exponent) });
        break;
      }
      case 'signed':
        this.#events.onSigned(message.number, Buffer.from(message.signature));
        break;
      default:
        this.lose(faultOf(message.fault), message.refusedPin);
    }
  }

  #tell(message: ToToken): void {
    // A process that has ended tells so by itself.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

function faultOf({ code, message }: FaultMessage): Fault {
  return new Fault(code, message, { temporary: true });
}

function unusable(sentence: string): Fault {
  return new Fault('hardware-module-unusable', sentence, { temporary: true });
}
