// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { talkSecurely } from '../../src/cli/send/secure-connection.ts';
import { DEMO_PASSWORD } from '../../src/demo/roster.ts';
import { Fault } from '../../src/platform/faults.ts';
import { type SubmissionResult, submitMessage } from '../../src/wire/smtp/submission-client.ts';
import type { Ledger } from './ledger.ts';
import type { Letter } from './letters.ts';

/** Pause of a mail program before it tries again. */
const RETRY_MS = 150;

export interface SendingOptions {
  readonly port: number;
  readonly ca: string;
  readonly ledger: Ledger;
  /** Nobody waits for an answer any more. */
  readonly abandoned: () => boolean;
}

/** Submits a message as mail programs do: again and again until a 250 has been read. */
export async function submitUntilTaken(letter: Letter, options: SendingOptions): Promise<void> {
  const entry = options.ledger.begin(letter);
  while (entry.told.length === 0 && !options.abandoned()) {
    const attempt = await attemptTo(letter, options);
    if (attempt === 'unreachable') await pause(RETRY_MS);
    else if (attempt === 'unknown') {
      entry.unknown += 1;
      await pause(RETRY_MS);
    } else if (attempt.taken) entry.told.push(identifierIn(attempt.reply));
    else {
      assert.match(attempt.reply, /^4/, `${letter.messageId} was refused`);
      await pause(RETRY_MS);
    }
  }
}

/** What the client knows afterwards; `unknown` when the connection broke with the message under way. */
async function attemptTo(
  letter: Letter,
  { port, ca }: SendingOptions,
): Promise<SubmissionResult | 'unreachable' | 'unknown'> {
  let connected = false;
  try {
    return await talkSecurely({ door: { host: '127.0.0.1', port }, ca }, (socket) => {
      connected = true;
      return submitMessage(socket, {
        ownName: 'programma.test',
        username: letter.sender,
        password: DEMO_PASSWORD,
        reversePath: letter.sender,
        forwardPaths: letter.recipients.map(({ address }) => address),
        message: letter.octets,
      });
    });
  } catch (error) {
    assert.ok(error instanceof Fault && error.code === 'server-unreachable', String(error));
    return connected ? 'unknown' : 'unreachable';
  }
}

function identifierIn(reply: string): string {
  const identifier = /accepted as (\S+)/.exec(reply)?.[1];
  assert.ok(identifier, reply);
  return identifier;
}
