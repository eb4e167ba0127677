// SPDX-License-Identifier: EUPL-1.2

/**
 * Something that should have worked and did not: a full disk, a peer that is down, a broken key.
 * A refusal by the rules is never a fault: it is a returned reply or decision.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  /** Stable, kebab-case, e.g. `store-full`; listed in docs/operating/faults.md. */
  readonly code: string;
  /** Whether trying again later may work: SMTP 4xx rather than 5xx. */
  readonly temporary: boolean;

  constructor(code: string, message: string, options: { temporary: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.temporary = options.temporary;
  }
}
