// SPDX-License-Identifier: EUPL-1.2
import type { Decoder } from '../grammar/decoder.ts';
import { mailboxArgument } from './mailboxes.ts';

/** RFC 9208. */
export type QuotaCommand =
  | { readonly name: 'GETQUOTA'; readonly root: string }
  | { readonly name: 'GETQUOTAROOT'; readonly mailbox: string }
  | {
      readonly name: 'SETQUOTA';
      readonly root: string;
      readonly limits: readonly { readonly resource: string; readonly limit: number }[];
    };

export function getQuota(decoder: Decoder): QuotaCommand {
  decoder.sp();
  return { name: 'GETQUOTA', root: decoder.astring() };
}

export function getQuotaRoot(decoder: Decoder): QuotaCommand {
  return { name: 'GETQUOTAROOT', mailbox: mailboxArgument(decoder) };
}

/** setquota = "SETQUOTA" SP quota-root-name SP setquota-list */
export function setQuota(decoder: Decoder): QuotaCommand {
  decoder.sp();
  const root = decoder.astring();
  decoder.sp();
  const limits = decoder.list(
    () => {
      const resource = decoder.word();
      decoder.sp();
      return { resource, limit: decoder.number64() };
    },
    { atMost: 16 },
  );
  return { name: 'SETQUOTA', root, limits };
}
