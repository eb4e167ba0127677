// SPDX-License-Identifier: EUPL-1.2

/** A kind of number that each server gives in its own way, and where it stands in an answer. */
const GIVEN: Readonly<Record<string, RegExp>> = {
  uidValidity: /(?<=UIDVALIDITY |APPENDUID |COPYUID )\d+/g,
  emailId: /(?<=EMAILID \()[^)]+/g,
  mailboxId: /(?<=MAILBOXID \()[^)]+/g,
};

/**
 * Makes answers of the server comparable with those of the reference. Where both tell the same thing, the numbers
 * they chose belong together, now and ever after.
 */
export class Answers {
  readonly #partners = new Map<string, string>();
  readonly #taken = new Map<string, string>();

  /** Both answers with what may differ taken out; throws where a number changed its partner. */
  compared(server: string, reference: string): readonly [string, string] {
    for (const [kind, pattern] of Object.entries(GIVEN)) {
      const theirs = reference.match(pattern) ?? [];
      (server.match(pattern) ?? []).forEach((own, at) => {
        this.#pair(kind, own, theirs[at] ?? '');
      });
    }
    return [comparable(server), comparable(reference)];
  }

  #pair(kind: string, own: string, other: string): void {
    const partner = this.#partners.get(`${kind} ${own}`) ?? other;
    const owner = this.#taken.get(`${kind} ${other}`) ?? own;
    if (partner !== other || owner !== own)
      throw new Error(`${kind} ${own} is ${partner} to the reference, not ${other}`);
    this.#partners.set(`${kind} ${own}`, other);
    this.#taken.set(`${kind} ${other}`, own);
  }
}

function comparable(answer: string): string {
  let text = answer;
  for (const pattern of Object.values(GIVEN)) text = text.replace(pattern, '#');
  return (
    text
      .replace(/MODSEQ \(\d+\)/g, 'MODSEQ (#)')
      .replace(/MODSEQ \d+/g, 'MODSEQ #')
      // Who is the first to be told of a message depends on who happens to be asked first.
      .replace(/^\* \d+ RECENT\r\n/gm, '')
      .replace(/^\* OK \[UNSEEN \d+\].*\r\n/gm, (line) => line)
      .replace(/ ?\\Recent/g, '')
      .replace(/FLAGS \( /g, 'FLAGS (')
      // In no particular order.
      .replace(/(?<=\* FLAGS \(|PERMANENTFLAGS \()[^)]*/g, (flags) => flags.split(' ').sort().join(' '))
  );
}

/** How many messages a client counts after it was told this. */
export function existsAfter(answer: string, before: number): number {
  let exists = before;
  for (const line of answer.split('\r\n')) {
    const arrived = /^\* (\d+) EXISTS$/.exec(line)?.[1];
    if (arrived !== undefined) exists = Number(arrived);
    else if (/^\* \d+ EXPUNGE$/.test(line)) exists--;
    else {
      const vanished = /^\* VANISHED ([\d:,]+)$/.exec(line)?.[1];
      for (const range of vanished?.split(',') ?? []) {
        const [first = 0, last = first] = range.split(':').map(Number);
        exists -= last - first + 1;
      }
    }
  }
  return exists;
}

export function highestModseq(answer: string): string {
  return /HIGHESTMODSEQ (\d+)/.exec(answer)?.[1] ?? '1';
}
