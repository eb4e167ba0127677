// SPDX-License-Identifier: EUPL-1.2
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AvailabilityReader } from '../../evidence/availability/availability-store.ts';
import type { LogReader } from '../../evidence/certification-log/log-store.ts';
import type { SealedLogReader } from '../../evidence/certification-log/sealed-log-store.ts';
import type { MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { QueueReader } from '../../mailroom/queue/queue-store.ts';
import type { TrackingReader } from '../../mailroom/tracking/tracking-store.ts';
import { Fault } from '../../platform/faults.ts';
import type { RevocationArchiveReader } from '../../trust/signing/revocation-archive-store.ts';
import { type Database, openDatabase, storeFault } from './driver.ts';
import { SqliteAvailabilityReader } from './readers/availability-reader.ts';
import { SqliteLogReader } from './readers/log-reader.ts';
import { SqliteMailboxReader } from './readers/mailbox-reader.ts';
import { SqliteQueueReader } from './readers/queue-reader.ts';
import { SqliteRevocationReader } from './readers/revocation-reader.ts';
import { SqliteSealedLogReader } from './readers/sealed-log-reader.ts';
import { SqliteTrackingReader } from './readers/tracking-reader.ts';

const DATABASE = 'store.db';

/** What a store remembers of messages, without their contents. */
export interface StoredRecords extends Disposable {
  readonly log: LogReader;
  readonly sealedLog: SealedLogReader;
  readonly tracking: Pick<TrackingReader, 'listTrackings'>;
  readonly revocation: RevocationArchiveReader;
}

/** Whether a folder holds a store. */
export function holdsStore(folder: string): boolean {
  return existsSync(join(folder, DATABASE));
}

/** The queue of a store, with what is known of the recipients it is about. */
export interface StoredQueue extends Disposable {
  readonly queue: QueueReader;
  readonly tracking: Pick<TrackingReader, 'listTrackings'>;
}

/**
 * Opens the log and the trackings of a store for reading, beside the process that has the store: readers of
 * SQLite's write-ahead log see every commit and hold up nobody.
 *
 * @throws Fault `store-missing` when there is no store in the folder, `store-unavailable`
 */
export function openStoredRecords(folder: string): StoredRecords {
  return openReaders(folder, (database) => ({
    log: new SqliteLogReader(database),
    sealedLog: new SqliteSealedLogReader(database),
    tracking: new SqliteTrackingReader(database),
    revocation: new SqliteRevocationReader(database),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }));
}

/** Opens the queue of a store for reading, as above. @throws Fault */
export function openStoredQueue(folder: string): StoredQueue {
  return openReaders(folder, (database) => ({
    queue: new SqliteQueueReader(database),
    tracking: new SqliteTrackingReader(database),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }));
}

/** When the provider of a store served. */
export interface StoredAvailability extends Disposable {
  readonly availability: AvailabilityReader;
}

/** Opens the times of service of a store for reading, as above. @throws Fault */
export function openStoredAvailability(folder: string): StoredAvailability {
  return openReaders(folder, (database) => ({
    availability: new SqliteAvailabilityReader(database),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }));
}

/** The mailboxes of a store, with their folders and the room they take. */
export interface StoredMailboxes extends Disposable {
  readonly mailboxes: MailboxReader;
}

/** Opens the mailboxes of a store for reading, as above. @throws Fault */
export function openStoredMailboxes(folder: string): StoredMailboxes {
  return openReaders(folder, (database) => ({
    mailboxes: new SqliteMailboxReader(database),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }));
}

function openReaders<Readers>(folder: string, make: (database: Database) => Readers): Readers {
  if (!holdsStore(folder)) throw new Fault('store-missing', `no store in ${folder}`, { temporary: false });
  try {
    const database = openDatabase(join(folder, DATABASE), { readOnly: true });
    try {
      return make(database);
    } catch (error) {
      database[Symbol.dispose]();
      throw error;
    }
  } catch (error) {
    throw storeFault(error);
  }
}
