// SPDX-License-Identifier: EUPL-1.2

interface Extracted {
  readonly mailbox: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly count: number;
}

/** How `log extract` speaks. */
export interface ExtractWords {
  head(extracted: Extracted): string;
  nothing(mailbox: string): string;
  notOurs(mailbox: string): string;
  tooMany(limit: number): string;
}

export const italianExtract: ExtractWords = {
  head: ({ mailbox, from, to, count }) =>
    `Estratto del registro per ${mailbox}${from === undefined ? '' : ` dal ${from}`}${to === undefined ? '' : ` al ${to}`}: ${count} registrazioni.`,
  nothing: (mailbox) => `Il registro non ha nulla di ${mailbox} in questo periodo.`,
  notOurs: (mailbox) => `${mailbox} non è una casella di questo gestore.`,
  tooMany: (limit) => `Più di ${limit} registrazioni: occorre un periodo più breve (--from, --to).`,
};

export const englishExtract: ExtractWords = {
  head: ({ mailbox, from, to, count }) =>
    `Extract of the log for ${mailbox}${from === undefined ? '' : ` from ${from}`}${to === undefined ? '' : ` to ${to}`}: ${count} records.`,
  nothing: (mailbox) => `The log has nothing of ${mailbox} in this period.`,
  notOurs: (mailbox) => `${mailbox} is no mailbox of this provider.`,
  tooMany: (limit) => `More than ${limit} records: a shorter period is needed (--from, --to).`,
};
