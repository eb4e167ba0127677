// SPDX-License-Identifier: EUPL-1.2
import type { AppendCommand, AppendMessage } from '../commands/append.ts';
import { type ImapAppend, Refusal } from '../imap-backend.ts';
import { no, ok, type StatusResponse } from '../responses/statuses.ts';
import { refused } from './mailbox-commands.ts';
import { orderedSet } from './message-sets.ts';
import { accountOf, type SessionContext } from './session-context.ts';

/** An APPEND under way (RFC 9051 section 6.3.12, RFC 3502): messages go to the backend as they come. */
export class Appending {
  readonly tag: string;
  readonly #context: SessionContext;
  readonly #append: ImapAppend;

  private constructor(context: SessionContext, tag: string, append: ImapAppend) {
    this.#context = context;
    this.tag = tag;
    this.#append = append;
  }

  /** Asks the backend whether the first message may come; refused, nothing of it is read. */
  static async begin(
    context: SessionContext,
    command: AppendCommand & { readonly tag: string },
  ): Promise<Appending | StatusResponse> {
    const unfit = unfitMessage(context, command.message);
    if (unfit !== undefined) return unfit;
    const append = await accountOf(context).append(command.mailbox);
    if (append instanceof Refusal) return refused(append);
    const appending = new Appending(context, command.tag, append);
    return (await appending.message(command.message)) ?? appending;
  }

  /** The next message is announced; a refusal ends the whole APPEND. */
  async message(message: AppendMessage): Promise<StatusResponse | undefined> {
    const { flags, internalDate, literal } = message;
    const refusal =
      unfitMessage(this.#context, message) ??
      (await this.#append.begin({
        flags,
        sizeBytes: literal.sizeBytes,
        ...(internalDate === undefined ? {} : { internalDate }),
      }));
    if (refusal === undefined) return undefined;
    this.abort();
    return refusal instanceof Refusal ? refused(refusal) : refusal;
  }

  write(octets: Buffer): Promise<void> | undefined {
    const written = this.#append.write(octets);
    return written instanceof Promise ? written : undefined;
  }

  async end(): Promise<StatusResponse> {
    const outcome = await this.#append.commit();
    if (outcome instanceof Refusal) return refused(outcome);
    // RFC 4315 section 3
    return ok('Appended', `APPENDUID ${outcome.uidValidity} ${orderedSet(outcome.uids)}`);
  }

  abort(): void {
    this.#append.abort();
  }
}

function unfitMessage(context: SessionContext, message: AppendMessage): StatusResponse | undefined {
  if (message.literal.sizeBytes === 0) return no('A message without octets cannot be kept');
  // RFC 7889 section 4
  if (message.literal.sizeBytes > accountOf(context).appendLimitBytes) {
    return no('Message too large', 'TOOBIG');
  }
  // RFC 6855 section 4: only who enabled UTF-8 may send headers in it.
  return message.utf8 && !context.utf8 ? no('Enable UTF8=ACCEPT first', 'CANNOT') : undefined;
}
