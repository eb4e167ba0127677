// SPDX-License-Identifier: EUPL-1.2

/**
 * The first msg-id in a Message-ID value, without its angle brackets, otherwise verbatim (RFC 5322
 * section 3.6.4); undefined when there is none.
 */
export function parseMessageId(_text: string): string | undefined {
  throw new Error('not written yet');
}

/** Every msg-id of References or In-Reply-To, in order, without angle brackets, each once. */
export function parseMessageIds(_text: string): readonly string[] {
  throw new Error('not written yet');
}
