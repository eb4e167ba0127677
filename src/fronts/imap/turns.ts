// SPDX-License-Identifier: EUPL-1.2

/** Lets other sessions have their turn: long work is made of many short pieces. */
export function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
