// SPDX-License-Identifier: EUPL-1.2

/** A message, or a place held for one that is not there, with the messages that answer it. */
export interface ThreadNode {
  /** Undefined for a place held. */
  readonly uid: number | undefined;
  readonly children: readonly ThreadNode[];
}

/**
 * thread-list of RFC 5256 section 5: `(2)(3 6 (4 23)(44 7 96))`. `number` gives what stands for a
 * message. Without recursion, since a thread may be as deep as a mailbox is long.
 */
export function threadText(roots: readonly ThreadNode[], number: (uid: number) => number): string {
  const parts: string[] = [];
  /** Nodes and texts still to write, the next one last. */
  const rest: (ThreadNode | string)[] = [];
  const push = (nodes: readonly ThreadNode[]): void => {
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i];
      if (node !== undefined) rest.push(')', node, '(');
    }
  };
  push(roots);
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (typeof next === 'string') {
      parts.push(next);
      continue;
    }
    if (next.uid !== undefined) parts.push(String(number(next.uid)));
    const [only] = next.children;
    if (next.children.length === 1 && only !== undefined) {
      if (next.uid !== undefined) parts.push(' ');
      rest.push(only);
    } else if (next.children.length > 1) {
      if (next.uid !== undefined) parts.push(' ');
      push(next.children);
    }
  }
  return parts.join('');
}
