// SPDX-License-Identifier: EUPL-1.2
import type { ContentReader } from '../../../mailroom/contents/content-store.ts';
import type { Spool } from '../../../mailroom/contents/spool.ts';
import type { Folder, Mailbox, MailboxReader } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { SearchStore } from '../../../mailroom/search/search-store.ts';
import type { Step, StepOutcome, StepStore } from '../../../mailroom/steps/step-store.ts';
import type { Clock } from '../../../platform/clock.ts';
import { Fault } from '../../../platform/faults.ts';
import { type MessageContent, Refusal } from '../../../wire/imap/imap-backend.ts';
import { type Header, parseHeader } from '../../../wire/mime/header.ts';
import type { FolderImages } from '../folder/folder-images.ts';
import type { FolderWatch } from '../folder/folder-watch.ts';
import type { RecentMarks } from '../folder/recent-marks.ts';
import type { ImapFrontLimits } from '../front-limits.ts';
import type { ImapTexts } from '../front-texts.ts';

/** What IMAP needs of the store. */
export type ImapStore = MailboxReader & ContentReader & StepStore;

/**
 * Looks at a password: the mailbox it opens, or undefined without saying why. `peer` is the IP address
 * the attempt comes from. A rejection with a temporary `Fault` means that nobody could look.
 */
export type Authenticate = (address: string, password: string, peer: string) => Promise<Mailbox | undefined>;

/** What every session of the front shares. */
export interface ImapHouse {
  readonly store: ImapStore;
  readonly watch: FolderWatch;
  readonly images: FolderImages;
  readonly recent: RecentMarks;
  readonly search: SearchStore;
  /** A spool for a message of at most so many octets. */
  readonly openSpool: (maxSizeBytes: number) => Spool;
  readonly clock: Clock;
  readonly limits: ImapFrontLimits;
  readonly texts: ImapTexts;
}

/** Commits a step; what may pass by itself is refused for now, what others removed meanwhile is not there. */
export async function commit(house: ImapHouse, step: Step): Promise<StepOutcome | Refusal> {
  try {
    return await house.store.commit(step);
  } catch (error) {
    const refusal = refusalOf(house.texts, error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

function refusalOf(texts: ImapTexts, error: unknown): Refusal | undefined {
  if (!(error instanceof Fault)) return undefined;
  if (error.temporary) return new Refusal(texts.tryLater, 'UNAVAILABLE');
  if (error.code === 'no-such-folder') return new Refusal(texts.noSuchMailbox, 'NONEXISTENT');
  if (error.code === 'folder-exists') return new Refusal(texts.mailboxExists, 'ALREADYEXISTS');
  return undefined;
}

/** A message's own header with its empty line. */
export async function readHeader({ index, octets }: MessageContent): Promise<Header> {
  return parseHeader(await octets.read(index.root.headerStart, index.root.bodyStart));
}

/** RFC 8474: a folder's number is never used again. */
export function mailboxIdOf({ id }: Folder): string {
  return `F${id}`;
}
