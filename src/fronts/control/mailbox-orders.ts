// SPDX-License-Identifier: EUPL-1.2
import type { MailboxTerms, NewMailbox } from '../../mailroom/provisioning/mailbox-decision.ts';
import { MAILBOXES_AT_ONCE, type Provisioning } from '../../mailroom/provisioning/provisioning.ts';
import type { ControlAnswer } from './control-socket.ts';

/**
 * What an operator may order of mailboxes. That a mailbox cannot be made or changed by the rules is no error but an
 * answer: `refused`, with a reason for each.
 */
export class MailboxOrders {
  readonly #provisioning: Provisioning;

  constructor(provisioning: Provisioning) {
    this.#provisioning = provisioning;
  }

  /** Whether it is an order about mailboxes. */
  static takes({ order }: Readonly<Record<string, unknown>>): boolean {
    return typeof order === 'string' && order.startsWith('mailbox-');
  }

  /** Rejects with the temporary Fault of a store that does not commit. */
  async obey(order: Readonly<Record<string, unknown>>): Promise<ControlAnswer> {
    switch (order.order) {
      case 'mailbox-add':
        return this.#add(order.mailboxes, order.look === true);
      case 'mailbox-change':
        return this.#change(order.address, order.terms);
      default:
        return { ok: false, error: 'there is no such order' };
    }
  }

  async #add(value: unknown, look: boolean): Promise<ControlAnswer> {
    const mailboxes = Array.isArray(value) ? value.map(readNewMailbox) : [];
    if (mailboxes.length === 0 || mailboxes.length > MAILBOXES_AT_ONCE)
      return { ok: false, error: `1 to ${MAILBOXES_AT_ONCE} mailboxes are made at once` };
    const known = mailboxes.filter((mailbox) => mailbox !== undefined);
    if (known.length < mailboxes.length)
      return { ok: false, error: 'what is said of a mailbox is malformed' };
    return { ok: true, refused: await this.#provisioning.add(known, { look }) };
  }

  async #change(address: unknown, value: unknown): Promise<ControlAnswer> {
    const terms = readTerms(value);
    if (typeof address !== 'string' || terms === undefined)
      return { ok: false, error: 'what is said of a mailbox is malformed' };
    const because = await this.#provisioning.change(address, terms);
    return { ok: true, refused: because === undefined ? [] : [{ at: 0, address, because }] };
  }
}

function readNewMailbox(value: unknown): NewMailbox | undefined {
  const terms = readTerms(value, ['address']);
  if (terms === undefined) return undefined;
  const { address } = value as Readonly<Record<string, unknown>>;
  return typeof address === 'string' ? { ...terms, address } : undefined;
}

const READERS = {
  holder: (value: unknown) => typeof value === 'string',
  quotaBytes: (value: unknown) => typeof value === 'number',
  filesReceipts: (value: unknown) => typeof value === 'boolean',
  ordinaryMail: (value: unknown) => ['refuse', 'deliver', 'discard', 'provider'].includes(String(value)),
  status: (value: unknown) => value === 'active' || value === 'disabled',
  passwordHash: (value: unknown) => typeof value === 'string',
} as const satisfies Record<keyof MailboxTerms, (value: unknown) => boolean>;

/** The terms, when all of them are such; a key that is not known is a mistake, not to be passed over. */
function readTerms(value: unknown, further: readonly string[] = []): MailboxTerms | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const terms: Record<string, unknown> = {};
  for (const [name, said] of Object.entries(value)) {
    if (further.includes(name)) continue;
    if (!Object.hasOwn(READERS, name) || !READERS[name as keyof typeof READERS](said)) return undefined;
    terms[name] = said;
  }
  return terms;
}
