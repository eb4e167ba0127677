// SPDX-License-Identifier: EUPL-1.2
import type { Pop3FrontLimits } from '../../src/fronts/pop3/front-limits.ts';
import type { Pop3Store } from '../../src/fronts/pop3/inbox.ts';
import type { Authenticate } from '../../src/fronts/pop3/pop3-connection.ts';
import { Pop3Front } from '../../src/fronts/pop3/pop3-front.ts';
import type { FolderId } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { systemTimers, type Timers } from '../../src/platform/timers.ts';
import { type MailHouse, type MailHouseOptions, openMailHouse } from '../mail-house/mail-house.ts';

export { ADDRESS, makeIdentity, PASSWORD, sha256 } from '../mail-house/mail-house.ts';

/** A POP3 front over a store, with one mailbox, on free ports of the loopback. */
export interface Pop3House extends MailHouse {
  readonly front: Pop3Front;
  readonly inbox: FolderId;
  /** Port of implicit TLS. */
  readonly pop3s: number;
  /** Port of STLS. */
  readonly pop3: number;
}

export interface Pop3HouseOptions extends Omit<MailHouseOptions, 'wrap'> {
  readonly limits?: Partial<Pop3FrontLimits>;
  readonly timers?: Timers;
  readonly authenticate?: Authenticate;
  /** Stands between the front and the store of the house. */
  readonly wrap?: (store: HouseStore) => Omit<Pop3Store, 'onCommitted'>;
}

export async function openPop3House(options: Pop3HouseOptions = {}): Promise<Pop3House> {
  const { wrap: _, ...house } = options;
  return openPop3Doors(await openMailHouse(house), options);
}

/** The doors of POP3 before a house that is there already, which ends with them. */
export async function openPop3Doors(house: MailHouse, options: Pop3HouseOptions = {}): Promise<Pop3House> {
  const wrapped = options.wrap?.(house.store);
  const onCommitted: Pop3Store['onCommitted'] = (listener) => house.store.onCommitted(listener);
  const front = new Pop3Front({
    authenticate: options.authenticate ?? house.authenticate,
    store: wrapped === undefined ? house.store : { ...wrapped, onCommitted },
    tls: house.identity,
    timers: options.timers ?? systemTimers,
    journal: options.journal ?? silentJournal,
    limits: options.limits ?? {},
  });
  const pop3s = await front.listen({ host: '127.0.0.1', port: 0, tls: 'implicit' });
  const pop3 = await front.listen({ host: '127.0.0.1', port: 0, tls: 'starttls' });
  return {
    ...house,
    front,
    inbox: house.store.findFolder(house.mailbox, 'INBOX')?.id ?? 0,
    pop3s: pop3s.port,
    pop3: pop3.port,
    async [Symbol.asyncDispose]() {
      await front.close();
      await house[Symbol.asyncDispose]();
    },
  };
}
