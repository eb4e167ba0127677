// SPDX-License-Identifier: EUPL-1.2
import { isAddress } from '../../wire/mime/addresses.ts';
import type { Mailbox, OrdinaryMailPolicy } from '../mailboxes/mailbox-store.ts';

/** Characters of a holder's name. */
export const HOLDER_LIMIT_CHARACTERS = 200;

/** What an operator may say of a mailbox; what is left out stays, or is as the provider's configuration has it. */
export interface MailboxTerms {
  readonly holder?: string;
  readonly quotaBytes?: number;
  readonly filesReceipts?: boolean;
  /** `provider`: whatever the provider's policy is (IP-22). */
  readonly ordinaryMail?: OrdinaryMailPolicy | 'provider';
  readonly status?: Mailbox['status'];
  /** PHC string of argon2id. */
  readonly passwordHash?: string;
}

/** A mailbox to be made. */
export interface NewMailbox extends MailboxTerms {
  readonly address: string;
}

/** Why a mailbox is not made or not changed. */
export type MailboxRefusal =
  | 'address-malformed'
  | 'foreign-domain'
  | 'reserved-address'
  | 'exists'
  | 'named-twice'
  | 'unknown'
  | 'holder'
  | 'quota'
  | 'password-hash'
  | 'nothing-to-change';

/** What is known when one decides. */
export interface MailboxFacts {
  /** PEC domains of the provider, in lower case. */
  readonly ownDomains: ReadonlySet<string>;
  /** Addresses that are nobody's: the service mailbox (SRV-1) and the service address (SRV-2), in lower case. */
  readonly reserved: ReadonlySet<string>;
  /** Room of a mailbox of which nothing else is said. */
  readonly quotaBytes: number;
}

/** A mailbox as the store takes it. */
export type MailboxToPut = Omit<Mailbox, 'id'>;

export type MailboxDecision =
  | { readonly decided: 'put'; readonly mailbox: MailboxToPut }
  | { readonly decided: 'refuse'; readonly because: MailboxRefusal };

/** Whether a mailbox may be made; `existing` is the one of that address. What exists is never written over. */
export function decideNew(
  wanted: NewMailbox,
  { facts, existing }: { readonly facts: MailboxFacts; readonly existing: Mailbox | undefined },
): MailboxDecision {
  const address = wanted.address.toLowerCase();
  // Quoted local parts are lawful, and no program of users takes them.
  if (!isAddress(address) || address.includes('"')) return refuse('address-malformed');
  if (!facts.ownDomains.has(address.slice(address.lastIndexOf('@') + 1))) return refuse('foreign-domain');
  // Whoever had the service address as a mailbox could write in the name of the provider (AP-3).
  if (facts.reserved.has(address)) return refuse('reserved-address');
  if (existing !== undefined) return refuse('exists');
  if (wanted.holder === undefined) return refuse('holder');
  const { holder } = wanted;
  const fresh = {
    address,
    holder,
    status: 'active',
    role: 'user',
    quotaBytes: facts.quotaBytes,
    filesReceipts: false,
  } as const;
  return withTerms(fresh, wanted);
}

/** Whether a mailbox may be changed. Nobody has a say in the service mailbox (DP-26). */
export function decideChange(
  terms: MailboxTerms,
  { facts, existing }: { readonly facts: MailboxFacts; readonly existing: Mailbox | undefined },
): MailboxDecision {
  if (existing === undefined) return refuse('unknown');
  if (existing.role === 'service' || facts.reserved.has(existing.address)) return refuse('reserved-address');
  if (changedTerms(terms).length === 0) return refuse('nothing-to-change');
  const { id: _, ...known } = existing;
  return withTerms(known, terms);
}

/** The terms that say something, by name. */
export function changedTerms(terms: MailboxTerms): readonly (keyof MailboxTerms)[] {
  const { holder, quotaBytes, filesReceipts, ordinaryMail, status, passwordHash } = terms;
  const given = { holder, quotaBytes, filesReceipts, ordinaryMail, status, passwordHash };
  return (Object.keys(given) as (keyof typeof given)[]).filter((name) => given[name] !== undefined);
}

function withTerms(known: MailboxToPut, terms: MailboxTerms): MailboxDecision {
  const { quotaBytes = known.quotaBytes, passwordHash = known.passwordHash } = terms;
  const holder = (terms.holder ?? known.holder).trim();
  if (holder === '' || holder.length > HOLDER_LIMIT_CHARACTERS || /\p{Cc}/u.test(holder))
    return refuse('holder');
  if (!Number.isSafeInteger(quotaBytes) || quotaBytes < 1) return refuse('quota');
  if (terms.passwordHash !== undefined && !isOurHash(terms.passwordHash)) return refuse('password-hash');
  const { ordinaryMail: before, ...others } = known;
  const ordinaryMail = terms.ordinaryMail ?? before ?? 'provider';
  return {
    decided: 'put',
    mailbox: {
      ...others,
      holder,
      quotaBytes,
      status: terms.status ?? known.status,
      filesReceipts: terms.filesReceipts ?? known.filesReceipts,
      ...(ordinaryMail !== 'provider' && { ordinaryMail }),
      ...(passwordHash !== undefined && { passwordHash }),
    },
  };
}

/** Parameters of another making would be taken as they are, and make each log-in as slow as they please. */
function isOurHash(text: string): boolean {
  return /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{16,64}\$[A-Za-z0-9+/]{32,96}$/.test(text);
}

function refuse(because: MailboxRefusal): MailboxDecision {
  return { decided: 'refuse', because };
}
