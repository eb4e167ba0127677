// SPDX-License-Identifier: EUPL-1.2
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Alerts } from '../../platform/alerts.ts';
import type { Timers } from '../../platform/timers.ts';
import type { SpamFilter, SpamVerdict, SuspectMail } from './spam-filter.ts';

/** Larger messages are not shown to the filter: spam is small, and it reads no more either. */
export const SCORED_BYTES = 20 * 1024 * 1024;
/** Octets of an answer. */
export const ANSWER_BYTES = 1024 * 1024;
/** How long an answer may take, and how long once one has been missed. */
const PATIENCE_MS = 10_000;
const SHORT_PATIENCE_MS = 1_000;

export interface RspamdOptions {
  /** Where its normal worker listens, e.g. `http://127.0.0.1:11333`. */
  readonly url: string;
  readonly timers: Timers;
  readonly alerts: Alerts;
}

/** rspamd over HTTP (`POST /checkv2`). When it does not answer mail goes on without it, and the operator is told. */
export class Rspamd implements SpamFilter {
  readonly #options: RspamdOptions;
  #missed = false;

  constructor(options: RspamdOptions) {
    this.#options = options;
  }

  async judge(mail: SuspectMail): Promise<SpamVerdict | undefined> {
    if (mail.octets.size > SCORED_BYTES) return undefined;
    const { alerts, url } = this.#options;
    try {
      const verdict = readAnswer(await this.#ask(mail));
      this.#missed = false;
      alerts.clear('spam-filter-down');
      return verdict;
    } catch (error) {
      this.#missed = true;
      alerts.raise({
        code: 'spam-filter-down',
        sentence: 'the spam filter does not answer: ordinary mail is let in unscored',
        facts: { url, error },
      });
      return undefined;
    }
  }

  async #ask(mail: SuspectMail): Promise<string> {
    const { url, timers } = this.#options;
    const asking = request(new URL('/checkv2', url), {
      method: 'POST',
      headers: { ...headersOf(mail), 'Content-Length': mail.octets.size },
    });
    const cancel = timers.after(this.#missed ? SHORT_PATIENCE_MS : PATIENCE_MS, () =>
      asking.destroy(new Error('no answer in time')),
    );
    try {
      const answered = answerTo(asking);
      // Where the filter answers before it has read everything, what is left is of no use.
      pipeline(Readable.from(mail.octets.stream(), { objectMode: false }), asking).catch((error: Error) =>
        asking.destroy(error),
      );
      return await readAll(await answered);
    } finally {
      cancel();
      asking.destroy();
    }
  }
}

function answerTo(asking: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asking.once('response', resolve);
    // Errors that come after the answer concern nobody.
    asking.on('error', reject);
  });
}

/** The text of an answer that is one. */
async function readAll(answer: IncomingMessage): Promise<string> {
  if (answer.statusCode !== 200) throw new Error(`the filter answers ${answer.statusCode}`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_BYTES) throw new Error('the answer of the filter is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Who brought the message; nothing of a stranger's that could end a line. */
function headersOf({ reversePath, forwardPaths, address, helo }: SuspectMail) {
  const plain = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 512);
  return {
    From: plain(reversePath === '' ? '<>' : reversePath),
    Rcpt: forwardPaths.map(plain),
    // An IPv4 peer at an IPv6 socket.
    IP: address.replace(/^::ffff:(?=\d+\.)/i, ''),
    ...(helo !== '' && { Helo: plain(helo) }),
  };
}

/** Throws on what is no verdict. Putting off (`greylist`, `soft reject`) is not used: such mail is accepted. */
function readAnswer(text: string): SpamVerdict {
  const { action, score, required_score: required } = JSON.parse(text) as Record<string, unknown>;
  if (typeof action !== 'string' || typeof score !== 'number' || typeof required !== 'number')
    throw new Error('the answer of the filter is no verdict');
  return { advice: ADVICE[action] ?? 'accept', action: action.slice(0, 40), score, required };
}

const ADVICE: Readonly<Record<string, SpamVerdict['advice']>> = {
  'add header': 'mark',
  'rewrite subject': 'mark',
  reject: 'reject',
};
