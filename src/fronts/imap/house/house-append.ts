// SPDX-License-Identifier: EUPL-1.2
import type { Spool, SpooledMessage } from '../../../mailroom/contents/spool.ts';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { Act, Step } from '../../../mailroom/steps/step-store.ts';
import type { Instant } from '../../../platform/clock.ts';
import { passCommitPoint } from '../../../platform/commit-points.ts';
import { Fault } from '../../../platform/faults.ts';
import { type ImapAppend, Refusal } from '../../../wire/imap/imap-backend.ts';
import { commit, type ImapHouse } from './imap-house.ts';

interface Announced {
  readonly flags: readonly string[];
  readonly internalDate: Instant;
  readonly spool: Spool;
}

/** One APPEND: its messages go through spools, however large they are, into one commit. */
export class HouseAppend implements ImapAppend {
  readonly #house: ImapHouse;
  readonly #place: { readonly mailbox: MailboxId; readonly folder: string };
  readonly #messages: Announced[] = [];
  #announcedBytes = 0;

  constructor(house: ImapHouse, place: { readonly mailbox: MailboxId; readonly folder: string }) {
    this.#house = house;
    this.#place = place;
  }

  begin(message: {
    readonly flags: readonly string[];
    readonly internalDate?: number;
    readonly sizeBytes: number;
  }): Refusal | undefined {
    const { store, clock, texts } = this.#house;
    const { mailbox } = this.#place;
    this.#announcedBytes += message.sizeBytes;
    // What cannot be kept need not come; whether it still fits is decided by the commit.
    if (store.usage(mailbox).countedBytes + this.#announcedBytes > store.getMailbox(mailbox).quotaBytes)
      return new Refusal(texts.full, 'OVERQUOTA');
    const { flags, internalDate = clock.now() } = message;
    this.#messages.push({ flags, internalDate, spool: this.#house.openSpool(message.sizeBytes) });
    return undefined;
  }

  write(octets: Buffer): Promise<void> | undefined {
    return this.#messages.at(-1)?.spool.write(octets);
  }

  async commit(): Promise<{ readonly uidValidity: number; readonly uids: readonly number[] } | Refusal> {
    const spooled: SpooledMessage[] = [];
    try {
      for (const { spool } of this.#messages) spooled.push(await spool.finish());
      return await this.#keep(spooled);
    } catch (error) {
      if (error instanceof Fault && error.temporary)
        return new Refusal(this.#house.texts.tryLater, 'UNAVAILABLE');
      throw error;
    } finally {
      await Promise.all(
        [...spooled, ...this.#messages.map(({ spool }) => spool)].map((one) => one.discard()),
      );
    }
  }

  async #keep(spooled: readonly SpooledMessage[]) {
    const { texts } = this.#house;
    const outcome = await commit(this.#house, this.#step(spooled));
    passCommitPoint('append-committed');
    if (outcome instanceof Refusal) return outcome;
    const [part] = outcome.parts;
    if (part?.done !== true) {
      return part?.failed.is === 'room'
        ? new Refusal(texts.full, 'OVERQUOTA')
        : new Refusal(texts.noSuchMailbox, 'TRYCREATE');
    }
    const given = part.results.flatMap((result) => (result?.gave === 'message' ? [result] : []));
    return { uidValidity: given[0]?.uidValidity ?? 0, uids: given.map(({ uid }) => uid) };
  }

  #step(spooled: readonly SpooledMessage[]): Step {
    const { store, clock } = this.#house;
    const { mailbox, folder } = this.#place;
    const contents = spooled.map(({ octets, size, index }) => {
      return { id: store.nextContentId(), size, slices: octets.slices(0, size), index };
    });
    const savedAt = clock.now();
    const acts = this.#messages.map(({ flags, internalDate: receivedAt }, at): Act => {
      const content = contents[at]?.id ?? 0;
      return { do: 'append', mailbox, folder, content, flags, receivedAt, savedAt, counted: true };
    });
    const sizeBytes = spooled.reduce((sum, { size }) => sum + size, 0);
    return {
      blobs: spooled.map(({ blob }) => blob),
      contents,
      parts: [
        {
          // APPEND makes no folders (RFC 9051 section 6.3.12).
          onlyIf: [
            { is: 'folder', mailbox, name: folder, wanted: true },
            { is: 'room', mailbox, sizeBytes },
          ],
          acts,
        },
      ],
    };
  }

  abort(): void {
    for (const { spool } of this.#messages.splice(0)) spool.discard().catch(() => undefined);
  }
}
