// SPDX-License-Identifier: EUPL-1.2
import { type AddressCommand, parseAddressCommand } from '../address-command.ts';
import type { SmtpReply } from '../smtp-reply.ts';
import { OWN } from './own-replies.ts';

/** Parameters of MAIL and RCPT that are understood, or tolerated because clients send them unasked. */
const MAIL_PARAMETERS = new Set(['SIZE', 'BODY', 'AUTH', 'RET', 'ENVID']);
const RCPT_PARAMETERS = new Set(['NOTIFY', 'ORCPT']);
/** Those that mean nothing without a value. */
const VALUED = new Set(['SIZE', 'BODY', 'RET', 'ENVID', 'NOTIFY', 'ORCPT']);

/** What MAIL and RCPT have said so far (RFC 5321 section 3.3). */
export class MailTransaction {
  readonly #limits: { readonly messageBytes: number; readonly recipients: number };
  #reversePath: string | undefined;
  #forwardPaths: string[] = [];
  /** Places in `#forwardPaths`, by address in lower case. */
  #places = new Map<string, number>();

  constructor(limits: { readonly messageBytes: number; readonly recipients: number }) {
    this.#limits = limits;
  }

  get hasSender(): boolean {
    return this.#reversePath !== undefined;
  }

  /** Empty for the null path. */
  get reversePath(): string {
    return this.#reversePath ?? '';
  }

  get forwardPaths(): readonly string[] {
    return this.#forwardPaths;
  }

  /** Reads MAIL; `check` is asked about a path that may be one. */
  mail(line: string, check: (reversePath: string) => SmtpReply | undefined): SmtpReply {
    const command = parseAddressCommand('MAIL FROM', line);
    if (command === undefined) return OWN.badSender;
    if (hasBadParameter(command)) return OWN.badParameter;
    if (this.hasSender) return OWN.mailTwice;
    const refusal =
      this.#refuseMailParameters(command.params) ??
      refuseOthers(command, MAIL_PARAMETERS) ??
      check(command.address);
    if (refusal !== undefined) return refusal;
    this.#reversePath = command.address;
    return OWN.senderOk;
  }

  /** Reads RCPT; `check` is asked about a path that may be one. */
  rcpt(line: string, check: (forwardPath: string) => SmtpReply | undefined): SmtpReply {
    const command = parseAddressCommand('RCPT TO', line);
    if (command === undefined || command.address === '') return OWN.badRecipient;
    if (hasBadParameter(command)) return OWN.badParameter;
    if (!this.hasSender) return OWN.mailFirst;
    const key = command.address.toLowerCase();
    const place = this.#places.get(key);
    if (place === undefined && this.#forwardPaths.length >= this.#limits.recipients)
      return OWN.tooManyRecipients;
    const refusal = refuseOthers(command, RCPT_PARAMETERS) ?? check(command.address);
    if (refusal !== undefined) return refusal;
    // The same mailbox again is no further one.
    if (place === undefined) this.#places.set(key, this.#forwardPaths.push(command.address) - 1);
    else this.#forwardPaths[place] = command.address;
    return OWN.recipientOk;
  }

  reset(): void {
    if (this.#reversePath === undefined) return;
    this.#reversePath = undefined;
    this.#forwardPaths = [];
    this.#places = new Map();
  }

  #refuseMailParameters({ SIZE, BODY }: AddressCommand['params']): SmtpReply | undefined {
    // RFC 1870 section 4, RFC 6152.
    if (typeof SIZE === 'string') {
      if (!/^\d{1,20}$/.test(SIZE)) return OWN.badParameter;
      if (Number(SIZE) > this.#limits.messageBytes) return OWN.tooLarge;
    }
    return typeof BODY === 'string' && !/^(?:7bit|8bitmime)$/i.test(BODY) ? OWN.badParameter : undefined;
  }
}

function hasBadParameter({ params, duplicate }: AddressCommand): boolean {
  if (duplicate !== undefined) return true;
  for (const keyword in params)
    if (VALUED.has(keyword) && (params[keyword] === true || params[keyword] === '')) return true;
  return false;
}

function refuseOthers({ params }: AddressCommand, known: ReadonlySet<string>): SmtpReply | undefined {
  for (const keyword in params) if (!known.has(keyword)) return OWN.unknownParameter;
  return undefined;
}
