// SPDX-License-Identifier: EUPL-1.2
import type { SubmissionResult } from '../../wire/smtp/submission-client.ts';
import type { TextSink } from '../command-surroundings.ts';
import { printable, printSize, printTimeOfDay, wrap } from '../text-layout.ts';
import type { SendWords } from '../wording/send-words.ts';
import type { Happening, RecipientState } from './happening.ts';
import type { Outgoing } from './outgoing.ts';
import type { Outcome } from './progress.ts';

export type Rejection = Extract<SubmissionResult, { taken: false }>;

/** What there is to say at the end. */
export interface Ending {
  /** `sent`: nobody waited. */
  readonly outcome: Outcome | 'sent';
  readonly recipients: readonly RecipientState[];
  readonly identifier: string | null;
  readonly timeoutSeconds: number;
}

/** Tells the story of a message while it happens. */
export interface Timeline {
  begin(): void;
  /** The server did not take it: the end. */
  rejected(rejection: Rejection): void;
  show(happening: Happening): void;
  end(ending: Ending): void;
}

/** Recipients named in one line; of more of them only the first are. */
const MOST_NAMED = 5;

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const SEND_FORMAT = 'ceralacca-send/1';

/** One JSON document at the end. */
export class JsonTimeline implements Timeline {
  readonly #outgoing: Outgoing;
  readonly #stdout: TextSink;
  readonly #happenings: Happening[] = [];

  constructor(outgoing: Outgoing, stdout: TextSink) {
    this.#outgoing = outgoing;
    this.#stdout = stdout;
  }

  begin(): void {}

  rejected({ refused, reply, recipient }: Rejection): void {
    const { recipients } = this.#outgoing;
    this.#write({
      outcome: 'rejected',
      identifier: null,
      recipients: recipients.map((address) => ({ address, certified: null, state: 'failed' })),
      rejection: { refused, reply, recipient: recipient ?? null },
    });
  }

  show(happening: Happening): void {
    this.#happenings.push(happening);
  }

  end({ outcome, identifier, recipients }: Ending): void {
    this.#write({ outcome, identifier, recipients, rejection: null });
  }

  #write(ending: Record<string, unknown>): void {
    const { sender, messageId, subject, octets } = this.#outgoing;
    const story = {
      format: SEND_FORMAT,
      messageId: `<${messageId}>`,
      sender,
      subject,
      sizeBytes: octets.length,
      ...ending,
      happenings: this.#happenings.map((happening) => ({
        ...happening,
        instant: new Date(happening.instant).toISOString(),
      })),
    };
    this.#stdout.write(`${JSON.stringify(story, null, 2)}\n`);
  }
}

/** Lines, each as it happens. */
export class TextTimeline implements Timeline {
  readonly #outgoing: Outgoing;
  readonly #stdout: TextSink;
  readonly #words: SendWords;
  #receivedMs = 0;

  constructor(outgoing: Outgoing, { stdout, words }: { stdout: TextSink; words: SendWords }) {
    this.#outgoing = outgoing;
    this.#stdout = stdout;
    this.#words = words;
  }

  begin(): void {
    const { sender, recipients, subject, octets } = this.#outgoing;
    const size = printSize(octets.length, this.#words.decimalMark);
    const title = subject === null ? this.#words.withoutSubject : `"${printable(subject)}"`;
    this.#say(this.#words.sending({ from: sender, to: this.#enumerate(recipients), subject: title, size }));
  }

  rejected({ refused, reply, recipient }: Rejection): void {
    const at = this.#words.doors[refused];
    this.#say(this.#words.rejected(recipient === undefined ? at : `${at} ${recipient}`, printable(reply)));
  }

  show({ kind, instant, sinceMs, recipients, house, detail }: Happening): void {
    if (kind === 'receipt') this.#receivedMs = Math.max(this.#receivedMs, sinceMs);
    const what = this.#words.happenings[kind](this.#enumerate(recipients));
    // The emitter of a receipt is the house that says so, or said already.
    const said = detail === 'local' ? this.#words.sameHouse : printable(detail);
    const why = kind === 'receipt' || said === '' ? '' : `: ${said}`;
    const by = house === null ? '' : ` (${printable(house)})`;
    this.#stdout.write(`${String(sinceMs).padStart(8)} ms  ${printTimeOfDay(instant)}  ${what}${why}${by}\n`);
  }

  end(ending: Ending): void {
    this.#say(this.#closing(ending));
  }

  #closing({ outcome, recipients, timeoutSeconds }: Ending): string {
    const words = this.#words;
    const those = (state: RecipientState['state']) =>
      recipients.flatMap((one) => (one.state === state && one.certified !== false ? [one.address] : []));
    switch (outcome) {
      case 'sent':
        return words.notWaiting(this.#outgoing.messageId);
      case 'refused':
        return words.refused;
      case 'failed': {
        const failed = recipients.filter(({ state }) => state === 'failed');
        return words.failed(this.#enumerate(failed.map(({ address }) => address)));
      }
      case 'timeout':
        return words.timedOut(timeoutSeconds, this.#enumerate(those('waiting')));
      case 'delivered': {
        const count = those('delivered').length;
        return count === 0 ? words.nothingToWaitFor : words.delivered(count, this.#receivedMs);
      }
    }
  }

  #enumerate(addresses: readonly string[]): string {
    const shown = addresses.map(printable);
    if (shown.length <= MOST_NAMED) return shown.join(', ');
    const first = shown.slice(0, MOST_NAMED - 2);
    return `${first.join(', ')} ${this.#words.others(shown.length - first.length)}`;
  }

  #say(sentence: string): void {
    this.#stdout.write(`${wrap(sentence).join('\n')}\n`);
  }
}
