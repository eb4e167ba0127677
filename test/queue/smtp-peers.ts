// SPDX-License-Identifier: EUPL-1.2

import type { QueueEntry } from '../../src/mailroom/queue/queue-store.ts';
import type { Route } from '../../src/mailroom/queue/routes.ts';
import { SmtpCourier, type SmtpCourierOptions } from '../../src/mailroom/queue/smtp-courier.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { systemTimers } from '../../src/platform/timers.ts';
import { DEFAULT_SMTP_DOOR_LIMITS, SmtpDoor } from '../../src/wire/smtp/smtp-door.ts';
import type { SmtpTransaction } from '../../src/wire/smtp/smtp-host.ts';
import type { SmtpReply } from '../../src/wire/smtp/smtp-reply.ts';
import { type Answer, ScriptedPeer } from '../smtp/scripted-peer.ts';
import { ENTRY, storedContent } from './queue-in-memory.ts';

export const SENT = storedContent(1, Buffer.from('Subject: busta\r\n\r\n.punto\r\n..\r\nciao\r\n'));

export function entryFor(change: Partial<QueueEntry> = {}): QueueEntry {
  return { ...ENTRY, id: 1, attempts: 0, notBefore: 0, history: [], held: false, ...change };
}

/** A courier that knows these routes and no DNS. */
export function courierTo(
  routes: Record<string, Route>,
  options: Partial<SmtpCourierOptions> & Pick<SmtpCourierOptions, 'certifiedCa'>,
): SmtpCourier {
  return new SmtpCourier({
    ownName: 'mx.alfa.test',
    routes,
    dns: {
      mailHosts: async () => ({ found: 'no-such-domain' }),
      addresses: async () => [],
      texts: async () => [],
    },
    clock: systemClock,
    timers: systemTimers,
    journal: silentJournal,
    ...options,
  });
}

/** An honest peer: our own door with a certificate. */
export async function openPeer(options: {
  readonly identity: { key: Buffer; cert: Buffer };
  readonly reply?: (octets: Buffer) => SmtpReply;
}) {
  const transactions: (SmtpTransaction<never> & { readonly octets: Buffer })[] = [];
  let connections = new Set<string>();
  const door = new SmtpDoor<never>({
    host: {
      checkSender: () => undefined,
      checkRecipient: (path) => {
        if (path.startsWith('nessuno')) return { code: 550, enhanced: '5.1.1', text: 'unknown' };
        if (path.startsWith('pieno')) return { code: 452, enhanced: '4.2.2', text: 'full' };
        return undefined;
      },
      takeMessage: async (chunks, transaction) => {
        const hash: Buffer[] = [];
        for await (const chunk of chunks) hash.push(chunk);
        connections = connections.add(transaction.peer.session);
        transactions.push({ ...transaction, octets: Buffer.concat(hash) });
        return options.reply?.(Buffer.concat(hash)) ?? { code: 250, enhanced: '2.0.0', text: 'taken' };
      },
      translate: () => ({ code: 451, enhanced: '4.3.0', text: 'fault' }),
      onDisturbance: () => undefined,
    },
    name: 'mx.beta.test',
    tls: options.identity,
    mode: 'starttls',
    limits: { ...DEFAULT_SMTP_DOOR_LIMITS, messageBytes: 50_000_000, recipients: 100, closeMs: 50 },
  });
  const { port } = await door.listen({ port: 0, host: '127.0.0.1' });
  const route = { 'beta.test': { host: '127.0.0.1', port, tlsName: 'mx.beta.test' } };
  return { door, port, route, transactions, connections: () => connections.size };
}

/** A courier to a peer that follows a script. */
export async function scripted(
  answer?: (line: string, peer: ScriptedPeer) => Answer,
  options: Partial<SmtpCourierOptions> = {},
) {
  const peer = await ScriptedPeer.open(answer);
  const routes = { 'beta.test': { host: '127.0.0.1', port: peer.port } };
  return { peer, courier: courierTo(routes, { certifiedCa: '', ...options }) };
}
