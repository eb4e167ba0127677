// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderKey } from '../../src/demo/ports.ts';
import type { LogRecord } from '../../src/evidence/certification-log/log-store.ts';
import type { Inspection } from './inspection.ts';
import type { Ledger } from './ledger.ts';
import { type Sight, sightOf } from './sight.ts';
import { Tally } from './tally.ts';

const RECORDS_AT_ONCE = 1000;

/** What has been found so far in all mailboxes and logs; each message and record is read once. */
export class Chronicle {
  /** By PEC msgid: messages, as `OWNER KIND RECIPIENT`. */
  readonly mail = new Tally();
  /** By PEC msgid: log records, as `PROVIDER EVENT KIND RECIPIENT`. */
  readonly log = new Tally();
  /** By PEC msgid: hashes of the originals' bodies that envelopes hold. */
  readonly bodies = new Tally();
  /** PEC msgids under which a provider accepted a Message-ID. */
  readonly accepted = new Map<string, string[]>();
  /** By folder: everything that was ever there, by UID. */
  readonly #folders = new Map<string, Map<number, Sight>>();
  readonly #lastSequence = new Map<ProviderKey, number>();
  readonly #maildir = new Set<string>();
  /** Messages read. */
  messages = 0;

  /** Reads what is new at a provider that has come to rest, and sees that nothing that was there is gone. */
  async read(key: ProviderKey, inspection: Inspection, ledger: Ledger): Promise<void> {
    const { readers } = inspection;
    for (const mailbox of readers.listMailboxes()) {
      for (const folder of readers.listFolders(mailbox.id)) {
        const place = `${mailbox.address}/${folder.name}`;
        const known = this.#folders.get(place) ?? new Map<number, Sight>();
        this.#folders.set(place, known);
        const present = new Set<number>();
        for (const { uid, content } of readers.listMessages(folder.id)) {
          present.add(uid);
          if (known.has(uid)) continue;
          const found = readers.findContent(content);
          assert.ok(found, `${place}: UID ${uid} has no content`);
          const octets = await found.octets.read(0, found.size);
          this.#note(mailbox.address, { uid, sight: sightOf(octets), known });
        }
        const removals = folder.name === 'INBOX' ? ledger.removals.get(mailbox.address) : undefined;
        for (const { uid, sight } of removals?.values() ?? [])
          if (!known.has(uid)) this.#note(mailbox.address, { uid, sight, known });
        for (const [uid, sight] of known) {
          const removal = removals?.get(uid);
          const words = `${place}: UID ${uid} (${sight.kind} ${sight.messageId})`;
          if (removal === undefined) assert.ok(present.has(uid), `${words} is gone`);
          else assert.equal(sight.sha256, removal.sight.sha256, `${words} is another message now`);
          if (removal?.confirmed === true) assert.ok(!present.has(uid), `${words} is back`);
        }
      }
    }
    this.#readLog(key, inspection);
  }

  /** The mail that an ordinary host took. */
  readMaildir(owner: string, folder: string): void {
    for (const name of readdirSync(join(folder, 'new'))) {
      if (this.#maildir.has(name)) continue;
      this.#maildir.add(name);
      const sight = sightOf(readFileSync(join(folder, 'new', name)));
      this.mail.add(sight.identifier ?? '', `${owner} ${sight.kind}`);
    }
  }

  /** UIDs and Message-IDs of a folder, as they were last seen. */
  folder(place: string): ReadonlyMap<number, Sight> {
    return this.#folders.get(place) ?? new Map();
  }

  #note(
    owner: string,
    {
      uid,
      sight,
      known,
    }: { readonly uid: number; readonly sight: Sight; readonly known: Map<number, Sight> },
  ): void {
    known.set(uid, sight);
    this.messages += 1;
    const { kind, identifier, about, bodySha256 } = sight;
    if (identifier === undefined) return;
    if (about.length === 0) this.mail.add(identifier, `${owner} ${kind}`);
    for (const recipient of about) this.mail.add(identifier, `${owner} ${kind} ${recipient}`);
    if (bodySha256 !== undefined) this.bodies.add(identifier, bodySha256);
  }

  #readLog(key: ProviderKey, { readers }: Inspection): void {
    let last = this.#lastSequence.get(key) ?? 0;
    for (;;) {
      const records = readers.listRecords(last + 1, RECORDS_AT_ONCE);
      for (const record of records) {
        last += 1;
        assert.equal(record.sequence, last, `the log of ${key} has a gap`);
        this.#noteRecord(key, record);
      }
      if (records.length < RECORDS_AT_ONCE) break;
    }
    this.#lastSequence.set(key, last);
  }

  #noteRecord(key: ProviderKey, record: LogRecord): void {
    const { event, identifier, recipient, detail, messageId = '' } = record;
    const kind = detail?.kind?.replace(/^delivery-.*/, 'delivery');
    const words = [key, event, kind, recipient].filter((word) => word !== undefined);
    this.log.add(identifier, words.join(' '));
    if (event === 'acceptance')
      this.accepted.set(messageId, [...(this.accepted.get(messageId) ?? []), identifier]);
  }
}
