// SPDX-License-Identifier: EUPL-1.2
import type { ImapFrontLimits } from '../../src/fronts/imap/front-limits.ts';
import type { ImapTexts } from '../../src/fronts/imap/front-texts.ts';
import type { Authenticate } from '../../src/fronts/imap/house/imap-house.ts';
import { ImapFront } from '../../src/fronts/imap/imap-front.ts';
import { type Clock, FixedClock } from '../../src/platform/clock.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { systemTimers, type Timers } from '../../src/platform/timers.ts';
import { type MailHouse, type MailHouseOptions, openMailHouse } from '../mail-house/mail-house.ts';

export { ADDRESS, PASSWORD, sha256 } from '../mail-house/mail-house.ts';

/** An IMAP front over a store, with mailboxes, on free ports of the loopback. */
export interface ImapHouse extends MailHouse {
  readonly front: ImapFront;
  /** Port of implicit TLS. */
  readonly imaps: number;
  /** Port of STARTTLS. */
  readonly imap: number;
}

export interface ImapHouseOptions extends MailHouseOptions {
  readonly limits?: Partial<ImapFrontLimits>;
  readonly texts?: Partial<ImapTexts>;
  readonly timers?: Timers;
  readonly clock?: Clock;
  readonly authenticate?: Authenticate;
  readonly compress?: boolean;
}

export async function openImapHouse(options: ImapHouseOptions = {}): Promise<ImapHouse> {
  return openImapDoors(await openMailHouse(options), options);
}

/** The doors of IMAP before a house that is there already, which ends with them. */
export async function openImapDoors(house: MailHouse, options: ImapHouseOptions = {}): Promise<ImapHouse> {
  const { store, search, openSpool } = house;
  const front = new ImapFront({
    authenticate: options.authenticate ?? house.authenticate,
    store,
    search,
    openSpool,
    tls: house.identity,
    clock: options.clock ?? new FixedClock(Date.UTC(2025, 2, 1, 12)),
    timers: options.timers ?? systemTimers,
    journal: options.journal ?? silentJournal,
    limits: options.limits ?? {},
    texts: options.texts ?? {},
    compress: options.compress ?? true,
  });
  const imaps = await front.listen({ host: '127.0.0.1', port: 0, tls: 'implicit' });
  const imap = await front.listen({ host: '127.0.0.1', port: 0, tls: 'starttls' });
  return {
    ...house,
    front,
    imaps: imaps.port,
    imap: imap.port,
    async [Symbol.asyncDispose]() {
      await front.close();
      await house[Symbol.asyncDispose]();
    },
  };
}
