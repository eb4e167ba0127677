// SPDX-License-Identifier: EUPL-1.2

/** Letters that the index takes together. */
const TOGETHER = 3;
/** Trigrams asked for at most: more of them narrow the answer little, and each costs a look. */
const ASKED_FOR = 12;

/**
 * What to ask the index for to find texts that may hold this one; undefined when it is no text for that, too short for one.
 * Each text found has to be looked at, since the index does not know where in it the letters stand.
 */
export function trigramQuery(text: string): string | undefined {
  const letters = [...text];
  const last = letters.length - TOGETHER;
  // A NUL would end the question.
  if (last < 0 || text.includes('\0')) return undefined;
  const step = Math.max(Math.ceil(last / (ASKED_FOR - 1)), 1);
  const places = new Set<number>([last]);
  for (let place = 0; place < last; place += step) places.add(place);
  const asked = [...places].map((place) => letters.slice(place, place + TOGETHER).join(''));
  return [...new Set(asked)].map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
}
