// SPDX-License-Identifier: EUPL-1.2
import type { EmittingProvider } from '../../evidence/draft.ts';
import { newIdentifier } from '../../evidence/identifiers.ts';
import { localTime } from '../../evidence/local-time.ts';
import { type QuotaFacts, quotaWarningSubject, quotaWarningText } from '../../evidence/wording/quota.ts';
import { compose } from '../../mailroom/contents/composition.ts';
import type { Mailbox, MailboxId, MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Committed, StepStore } from '../../mailroom/steps/step-store.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Journal } from '../../platform/journal.ts';
import { buildMessage } from '../../wire/mime/message-builder.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { placeHouseMail } from '../placement.ts';

/** Percents of the room at which the holder is warned. */
export const WARNING_LEVELS = [80, 95] as const;

export interface QuotaWarningsOptions {
  readonly store: StepStore & MailboxReader;
  readonly provider: EmittingProvider;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly journal: Journal;
}

/** Mailboxes that grew last. */
const LEVELS_REMEMBERED = 100_000;

/**
 * Warns the holder of a mailbox that fills up, by a message in its INBOX that takes no room itself. It follows
 * the commits, whoever made them: delivery, IMAP, whatever comes.
 */
export class QuotaWarnings implements AsyncDisposable {
  readonly #options: QuotaWarningsOptions;
  readonly #stop: () => void;
  /** The level that holders were told; who is not in it was told what the mailbox had before it grew. */
  readonly #levels = new BoundedMap<MailboxId, number>(LEVELS_REMEMBERED);
  /** Octets added by the commits of this moment. */
  readonly #grown = new Map<MailboxId, number>();
  readonly #work = new Set<Promise<void>>();

  constructor(options: QuotaWarningsOptions) {
    this.#options = options;
    this.#stop = options.store.onCommitted((committed) => this.#hear(committed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await Promise.all(this.#work);
  }

  /** Steps committed together are told together: what they add is reckoned in one. */
  #hear({ step, outcome }: Committed): void {
    const sizes = new Map(step.contents.map(({ id, size }) => [id, size]));
    step.parts.forEach(({ acts }, at) => {
      if (outcome.parts[at]?.done !== true) return;
      for (const act of acts) {
        if (act.do !== 'append' || !act.counted) continue;
        if (this.#grown.size === 0) queueMicrotask(() => this.#lookAtGrown());
        this.#grown.set(act.mailbox, (this.#grown.get(act.mailbox) ?? 0) + (sizes.get(act.content) ?? 0));
      }
    });
  }

  #lookAtGrown(): void {
    const grown = [...this.#grown];
    this.#grown.clear();
    for (const [mailbox, bytes] of grown) this.#look(mailbox, bytes);
  }

  #look(id: MailboxId, grownBytes: number): void {
    const { store } = this.#options;
    const mailbox = store.getMailbox(id);
    const usedBytes = store.usage(id).countedBytes;
    const now = levelOf(usedBytes, mailbox.quotaBytes);
    // What was removed meanwhile lowers the level, so that filling up once more warns once more.
    const before = levelOf(usedBytes - grownBytes, mailbox.quotaBytes);
    const told = Math.min(this.#levels.get(id) ?? before, before);
    this.#levels.set(id, now);
    if (now <= told || mailbox.role === 'service') return;
    const facts = { address: mailbox.address, percent: now, usedBytes, quotaBytes: mailbox.quotaBytes };
    const work = this.#warn(mailbox, facts);
    this.#work.add(work);
    work.finally(() => this.#work.delete(work));
  }

  /** Never rejects: a warning that cannot be put there now is given at the next level, and the operator is told. */
  async #warn(mailbox: Mailbox, facts: QuotaFacts): Promise<void> {
    const { store, journal } = this.#options;
    try {
      // RFC 5321 section 4.4; the null path, since nobody answers it.
      const message = Buffer.concat([Buffer.from('Return-Path: <>\r\n'), ...this.#message(facts)]);
      const composition = compose([message], { numbers: store, index: indexMessage(message) });
      const now = this.#options.clock.now();
      const step = new StepDraft().keep(composition);
      step.part([placeHouseMail({ mailbox, content: composition.content.id, instant: now })]);
      await store.commit(step.build());
      journal.info({ mailbox: mailbox.address, percent: facts.percent }, 'the mailbox fills up');
    } catch (error) {
      journal.error(
        { mailbox: mailbox.address, error },
        'a holder could not be warned of a mailbox filling up',
      );
    }
  }

  #message(facts: QuotaFacts): Buffer[] {
    const { provider, clock, ids } = this.#options;
    const instantMs = clock.now();
    return buildMessage({
      // Not the service address: what comes from there is always signed (GEN-1).
      from: { name: provider.name, address: `postmaster@${provider.domain}` },
      to: [{ address: facts.address }],
      subject: quotaWarningSubject(facts),
      messageId: newIdentifier(ids, provider),
      date: { instantMs, offsetMinutes: localTime(instantMs).offsetMinutes },
      // RFC 3834 section 5: nobody's program answers it.
      fields: [['Auto-Submitted', 'auto-generated']],
      text: quotaWarningText(facts),
      attachments: [],
      boundary: ids.token(),
    });
  }
}

/** The highest level reached, 0 below the first. */
function levelOf(usedBytes: number, quotaBytes: number): number {
  let reached = 0;
  for (const level of WARNING_LEVELS) if (usedBytes * 100 >= quotaBytes * level) reached = level;
  return reached;
}
