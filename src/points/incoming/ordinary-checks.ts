// SPDX-License-Identifier: EUPL-1.2
import type { MailAuthentication } from '../../trust/mail-authentication/mail-authentication.ts';
import type { SpamFilter } from '../../trust/spam/spam-filter.ts';
import { claimsResultsOf } from '../../wire/mime/authentication-results.ts';
import { LOCAL_DESTINATION } from '../routing.ts';
import type { Reception } from './reception.ts';
import type { Vetting, VettingRules } from './vetting.ts';

/**
 * Messages looked at at the same time. These checks wait for others, DNS and the filter; one message more is put
 * off by 4xx, so that certified mail, which shares the door, never waits behind them.
 */
export const VETTED_AT_ONCE = 16;

/** Looks at ordinary mail that would be let in: who sent it, and whether it is wanted. */
export class OrdinaryChecks {
  readonly rules: VettingRules;
  readonly #authentication: MailAuthentication | undefined;
  readonly #spam: SpamFilter | undefined;
  readonly #hostname: string;
  #running = 0;

  constructor(options: {
    readonly rules: VettingRules;
    /** Absent when the operator wants none. */
    readonly authentication?: MailAuthentication;
    readonly spam?: SpamFilter;
    /** Under which our own results stand. */
    readonly hostname: string;
  }) {
    this.rules = options.rules;
    this.#authentication = options.authentication;
    this.#spam = options.spam;
    this.#hostname = options.hostname;
  }

  /** Never rejects; undefined when too many are looked at already. */
  async vet({ transaction, header }: Reception): Promise<Vetting | undefined> {
    const forged = claimsResultsOf(header, this.#hostname);
    const { message, peer, reversePath, forwardPaths } = transaction;
    // What our own queue brings comes from no host.
    if (peer.address === LOCAL_DESTINATION) return { forged };
    if (this.#running >= VETTED_AT_ONCE) return undefined;
    this.#running++;
    try {
      const mail = { octets: message.octets, header: message.header, reversePath, forwardPaths, ...peer };
      const [sender, spam] = await Promise.all([this.#authentication?.check(mail), this.#spam?.judge(mail)]);
      return { forged, ...(sender !== undefined && { sender }), ...(spam !== undefined && { spam }) };
    } finally {
      this.#running--;
    }
  }
}
