// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import { readCertificationData } from '../../evidence/certification-data/reader.ts';
import { findNamedPart } from '../../evidence/recognition.ts';
import { isSecondTimeout } from '../../evidence/wording/errors.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { decodeTransferred } from '../../wire/mime/transfer-encoding.ts';
import { type ListedMessage, Pop3Client } from '../../wire/pop3/pop3-client.ts';
import type { Account } from './account.ts';
import type { Happening, Sight, Watcher } from './happening.ts';
import { talkSecurely } from './secure-connection.ts';

export interface MailboxWatcherOptions {
  readonly account: Account;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly startedAt: Instant;
  readonly clock: Clock;
}

/**
 * Sees what becomes of a message in the receipts and notices that come into the sender's mailbox. They are
 * read, not verified, and left where they are.
 */
export class MailboxWatcher implements Watcher {
  readonly intervalMs = 500;
  readonly #options: MailboxWatcherOptions;
  readonly #known: Set<string>;
  #certified: readonly string[] | null = null;
  #identifier: string | null = null;

  private constructor(options: MailboxWatcherOptions, known: readonly ListedMessage[]) {
    this.#options = options;
    this.#known = new Set(known.map(({ uid }) => uid));
  }

  /** Notes what is in the mailbox already; to be called before the message is handed in. */
  static async open(account: Account): Promise<(options: Omit<MailboxWatcherOptions, 'account'>) => Watcher> {
    const known = await enter(account, (maildrop) => maildrop.list());
    return (options) => new MailboxWatcher({ ...options, account }, known);
  }

  async look(): Promise<Sight> {
    const happenings = await enter(this.#options.account, async (maildrop) => {
      const found: Happening[] = [];
      for (const listed of await maildrop.list()) {
        if (this.#known.has(listed.uid)) continue;
        found.push(...this.#read(await maildrop.retrieve(listed)));
        this.#known.add(listed.uid);
      }
      return found;
    });
    return { happenings, certified: this.#certified, identifier: this.#identifier, seesRelay: false };
  }

  #read(message: Buffer): Happening[] {
    const { messageId, clock, startedAt } = this.#options;
    const data = certificationOf(message);
    if (data?.messageId !== `<${messageId}>`) return [];
    const found = readNotification(data);
    if (found === undefined) return [];
    this.#identifier = data.identifier;
    if (data.kind === 'accettazione') {
      this.#certified = data.recipients.flatMap(({ address, certified }) => (certified ? [address] : []));
    }
    const sinceMs = Math.max(0, Math.round(clock.now() - startedAt));
    return [{ ...found, instant: data.instant, sinceMs, house: data.provider }];
  }
}

function enter<Result>(
  { username, password, pop3s, ca }: Account,
  work: (maildrop: Pop3Client) => Promise<Result>,
): Promise<Result> {
  return talkSecurely({ door: pop3s, ...(ca !== undefined && { ca }) }, async (socket) => {
    const maildrop = await Pop3Client.open(socket, { username, password });
    const result = await work(maildrop);
    await maildrop.quit();
    return result;
  });
}

function certificationOf(message: Buffer): CertificationData | undefined {
  const part = findNamedPart(indexMessage(message), 'daticert.xml');
  if (part === undefined) return undefined;
  const body = message.subarray(part.bodyStart, part.bodyEnd);
  const reading = readCertificationData(decodeTransferred(part.encoding, body));
  return reading.ok ? reading.data : undefined;
}

function readNotification(
  data: CertificationData,
): Pick<Happening, 'kind' | 'recipients' | 'detail'> | undefined {
  const recipients = data.deliveredTo === undefined ? [] : [data.deliveredTo];
  const detail = data.extendedError ?? '';
  switch (data.kind) {
    case 'accettazione':
      return { kind: 'accepted', recipients: [], detail };
    case 'non-accettazione':
      return { kind: 'refused', recipients: [], detail };
    case 'avvenuta-consegna':
      return { kind: 'receipt', recipients, detail };
    case 'errore-consegna':
      return { kind: 'failed', recipients, detail };
    case 'preavviso-errore-consegna':
      return { kind: isSecondTimeout(detail) ? 'failed' : 'late', recipients, detail };
    default:
      return undefined;
  }
}
