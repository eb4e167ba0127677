// SPDX-License-Identifier: EUPL-1.2

export interface MailDate {
  /** Milliseconds since the Unix epoch. */
  readonly instant: number;
  /** What the sender's clock was ahead of UTC, in minutes; 0 where the zone says nothing. */
  readonly offsetMinutes: number;
}

/** Reads an RFC 5322 date-time (section 3.3, and 4.3 for old forms); undefined when it is none. Never throws. */
export function parseDate(_text: string): MailDate | undefined {
  throw new Error('not written yet');
}

/** `Fri, 15 Nov 2024 10:04:05 +0100` (RFC 5322 section 3.3). */
export function formatDate(_instantMs: number, _offsetMinutes: number): string {
  throw new Error('not written yet');
}
