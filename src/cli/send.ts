// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../platform/faults.ts';
import { submitMessage } from '../wire/smtp/submission-client.ts';
import type { CommandSurroundings, Language } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Account, type AccountOptions, findAccount } from './send/account.ts';
import type { Happening, Watcher } from './send/happening.ts';
import { LogWatcher, type SubmissionTimes } from './send/log-watcher.ts';
import { MailboxWatcher } from './send/mailbox-watcher.ts';
import {
  type Correspondents,
  composeOutgoing,
  type Outgoing,
  type OutgoingOptions,
  readCorrespondents,
} from './send/outgoing.ts';
import { type Outcome, Progress } from './send/progress.ts';
import { talkSecurely } from './send/secure-connection.ts';
import { JsonTimeline, TextTimeline, type Timeline } from './send/timeline.ts';
import { openWorldHouses } from './trace/houses.ts';
import { englishSend, italianSend } from './wording/send-words.ts';

export interface SendOptions extends OutgoingOptions, AccountOptions {
  readonly json?: boolean;
  readonly lang?: Language;
  /** Whether to wait for receipts; yes unless told otherwise. */
  readonly wait?: boolean;
  /** How long the receipts are waited for, in seconds; 60 unless told otherwise. */
  readonly timeoutSeconds?: number;
  /** Where what happens is seen: the logs of a demo where there is one, else the sender's mailbox. */
  readonly watch?: 'log' | 'mailbox';
}

const DEFAULT_TIMEOUT_SECONDS = 60;
/** How the client calls itself in EHLO (RFC 5321 section 4.1.3). */
const OWN_NAME = '[127.0.0.1]';

const EXIT_CODES: Readonly<Record<Outcome, ExitCode>> = {
  delivered: EXIT.good,
  refused: EXIT.bad,
  failed: EXIT.bad,
  timeout: EXIT.timeout,
};

/** What follows a message, once it is known when it was handed in. */
type OpenWatcher = (times: SubmissionTimes) => Watcher;

/**
 * `ceralacca send`: writes a message, hands it in and shows what becomes of it.
 * @throws Fault when the message cannot be written, or the server cannot be reached
 */
export async function send(options: SendOptions, surroundings: CommandSurroundings): Promise<ExitCode> {
  const { clock } = surroundings;
  const correspondents = readCorrespondents(options);
  const account = await findAccount(correspondents.from.address, options);
  const outgoing = await composeOutgoing(signedByHolder(correspondents, account), options, surroundings);
  const timeline = openTimeline(outgoing, { options, surroundings });
  timeline.begin();
  using stack = new DisposableStack();
  const openWatcher = await prepareWatch({ account, outgoing, options, surroundings, stack });
  const startedAt = clock.now();
  const result = await submit(account, outgoing);
  const times = { startedAt, answeredAt: clock.now() };
  if (!result.taken) {
    timeline.rejected(result);
    return EXIT.bad;
  }
  timeline.show(submitted(times, result.reply));
  const timeoutSeconds = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const progress = new Progress(outgoing.recipients);
  if (openWatcher === undefined) {
    timeline.end({ outcome: 'sent', identifier: null, recipients: progress.recipients, timeoutSeconds });
    return EXIT.good;
  }
  const until = times.answeredAt + timeoutSeconds * 1000;
  const identifier = await follow({ watcher: openWatcher(times), progress, timeline, until }, surroundings);
  const { outcome, recipients } = progress;
  timeline.end({ outcome, identifier, recipients, timeoutSeconds });
  return EXIT_CODES[outcome];
}

/** The holder's name stands in From unless another is given. */
function signedByHolder(correspondents: Correspondents, { holder }: Account): Correspondents {
  const { from } = correspondents;
  if (from.name !== undefined || holder === undefined) return correspondents;
  return { ...correspondents, from: { name: holder, address: from.address } };
}

function openTimeline(
  outgoing: Outgoing,
  { options, surroundings }: { readonly options: SendOptions; readonly surroundings: CommandSurroundings },
): Timeline {
  const { stdout } = surroundings;
  if (options.json === true) return new JsonTimeline(outgoing, stdout);
  return new TextTimeline(outgoing, { stdout, words: options.lang === 'en' ? englishSend : italianSend });
}

async function prepareWatch(facts: {
  readonly account: Account;
  readonly outgoing: Outgoing;
  readonly options: SendOptions;
  readonly surroundings: CommandSurroundings;
  /** Closes what is opened for watching. */
  readonly stack: DisposableStack;
}): Promise<OpenWatcher | undefined> {
  const { account, outgoing, options, surroundings, stack } = facts;
  if (options.wait === false) return undefined;
  const { messageId } = outgoing;
  const { world } = account;
  if (options.watch === 'mailbox' || world === undefined) {
    if (options.watch === 'log') {
      throw new Fault('log-unknown', 'only the logs of a demo can be watched', { temporary: false });
    }
    const openMailbox = await MailboxWatcher.open(account);
    return ({ startedAt }) => openMailbox({ messageId, startedAt, clock: surroundings.clock });
  }
  const houses = openWorldHouses(world);
  for (const house of houses) stack.use(house);
  return (times) => new LogWatcher({ houses, messageId, times });
}

function submit({ submission, username, password, ca }: Account, outgoing: Outgoing) {
  return talkSecurely({ door: submission, ...(ca !== undefined && { ca }) }, (socket) =>
    submitMessage(socket, {
      ownName: OWN_NAME,
      username,
      password,
      reversePath: outgoing.sender,
      forwardPaths: outgoing.recipients,
      message: outgoing.octets,
    }),
  );
}

/** The start of the story: everything is counted from here. */
function submitted({ startedAt }: SubmissionTimes, reply: string): Happening {
  return { kind: 'submitted', instant: startedAt, sinceMs: 0, recipients: [], house: null, detail: reply };
}

/** Shows what happens until nothing more can or the time is over; returns the PEC msgid, when it is known. */
async function follow(
  story: {
    readonly watcher: Watcher;
    readonly progress: Progress;
    readonly timeline: Timeline;
    readonly until: number;
  },
  { clock, pause }: CommandSurroundings,
): Promise<string | null> {
  const { watcher, progress, timeline, until } = story;
  for (;;) {
    const sight = await watcher.look();
    progress.take(sight);
    for (const happening of sight.happenings) timeline.show(happening);
    if (progress.settled || clock.now() >= until) return sight.identifier;
    await pause(Math.min(watcher.intervalMs, Math.max(1, until - clock.now())));
  }
}
