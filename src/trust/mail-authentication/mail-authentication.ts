// SPDX-License-Identifier: EUPL-1.2
import type { AuthenticationResult } from '../../wire/mime/authentication-results.ts';
import type { Octets } from '../../wire/mime/octets.ts';

/** A message that arrived, and who brought it. */
export interface ArrivedMail {
  readonly octets: Octets;
  /** The header with its empty line. */
  readonly header: Buffer;
  /** Empty for the null path. */
  readonly reversePath: string;
  /** IP address of the host that brought it. */
  readonly address: string;
  readonly helo: string;
}

/** What three ways to tell who sent ordinary mail say of a message. */
export interface MailVerdict {
  /** RFC 7208: whether the host may send for the domain of the reverse path, or of HELO when that is null. */
  readonly spf: { readonly result: AuthenticationResult; readonly domain: string };
  /** RFC 6376, a signature each; none when there is no signature. */
  readonly dkim: readonly {
    readonly result: AuthenticationResult;
    readonly domain: string;
    readonly selector: string;
  }[];
  /** RFC 9989: whether one of the two vouches for the domain in From; `policy` is what that domain asks for. */
  readonly dmarc: {
    readonly result: AuthenticationResult;
    readonly domain: string;
    readonly policy: 'none' | 'quarantine' | 'reject';
  };
}

/** Tells who sent ordinary mail. */
export interface MailAuthentication {
  /** Never rejects: what cannot be found out now is `temperror`. */
  check(mail: ArrivedMail): Promise<MailVerdict>;
}
