// SPDX-License-Identifier: EUPL-1.2

/** Lets other sessions have their turn: a long answer is made of many short pieces of work. */
export function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
