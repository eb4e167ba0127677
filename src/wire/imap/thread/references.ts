// SPDX-License-Identifier: EUPL-1.2
import type { OrderingFacts } from '../imap-backend.ts';
import { unicodeCasemap } from '../search/unicode-casemap.ts';
import { baseSubject } from './base-subject.ts';
import { sentDateOf } from './sort-messages.ts';
import type { ThreadNode } from './thread-node.ts';

/** A place in a thread; without a message it stands for one that others refer to. */
class Container implements ThreadNode {
  readonly message: OrderingFacts | undefined;
  children: Container[] = [];
  parent: Container | undefined;
  /** Towards the root of its tree, by the shortest way known: tells loops without walking each thread. */
  up: Container = this;

  constructor(message: OrderingFacts | undefined) {
    this.message = message;
  }

  get uid(): number | undefined {
    return this.message?.uid;
  }

  /** Of the message, or of the first one below. */
  get representative(): OrderingFacts | undefined {
    return this.message ?? this.children[0]?.message;
  }

  root(): Container {
    let at: Container = this;
    while (at.up !== at) {
      at.up = at.up.up;
      at = at.up;
    }
    return at;
  }

  adopt(child: Container): void {
    child.parent = this;
    child.up = this;
    this.children.push(child);
  }
}

/** THREAD REFERENCES (RFC 5256 section 3), step by step. */
export function threadReferences(messages: readonly OrderingFacts[]): readonly ThreadNode[] {
  const containers = link(messages);
  // (2) gather the root set
  const roots = containers.filter((container) => container.parent === undefined);
  // (3) prune
  const pruned = prune(roots);
  // (4) sort
  sortTree(pruned);
  // (5) gather by subject
  const gathered = gatherBySubject(pruned);
  // (6) sort again, what was gathered included
  sortTree(gathered);
  return gathered;
}

/**
 * (1) Links each message under the last message it refers to, then the references themselves one under
 * the other where nothing is known better. All of (1.B) goes first: so no link is ever broken again.
 */
function link(messages: readonly OrderingFacts[]): readonly Container[] {
  const byId = new Map<string, Container>();
  const all: Container[] = [];
  const own: Container[] = [];
  for (const message of messages) {
    const container = new Container(message);
    own.push(container);
    all.push(container);
    // A message id that is missing or taken gives a container of its own.
    if (message.messageId !== undefined && !byId.has(message.messageId))
      byId.set(message.messageId, container);
  }
  const containerOf = (id: string): Container => {
    const known = byId.get(id);
    if (known !== undefined) return known;
    const made = new Container(undefined);
    byId.set(id, made);
    all.push(made);
    return made;
  };
  messages.forEach((message, i) => {
    const last = message.references.at(-1);
    const container = own[i];
    if (last !== undefined && container !== undefined) linkUnder(containerOf(last), container);
  });
  for (const { references } of messages) {
    for (let i = 1; i < references.length; i++) {
      linkUnder(containerOf(references[i - 1] ?? ''), containerOf(references[i] ?? ''));
    }
  }
  return all;
}

/** Links unless the child has its parent, or would become its own ancestor: being a root, it would be this one's root. */
function linkUnder(parent: Container, child: Container): void {
  if (child.parent === undefined && parent.root() !== child) parent.adopt(child);
}

/** (3) Places without message go; their children move up, though not several of them to the top. */
function prune(roots: readonly Container[]): Container[] {
  const order: Container[] = [];
  const rest = [...roots];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    order.push(next);
    rest.push(...next.children);
  }
  // From the leaves up: each container's children are pruned before it is.
  for (const container of order.reverse()) container.children = container.children.flatMap(kept);
  return roots.flatMap((root) => (root.children.length > 1 ? [root] : kept(root)));
}

function kept(container: Container): readonly Container[] {
  return container.message === undefined ? container.children : [container];
}

/** (4), (6) Siblings by sent date, a place without message by its first child. */
function sortTree(roots: Container[]): void {
  const rest: Container[] = [...roots];
  const order: Container[] = [];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    order.push(next);
    rest.push(...next.children);
  }
  for (const container of order.reverse()) container.children.sort(byDate);
  roots.sort(byDate);
}

function byDate(a: Container, b: Container): number {
  const [one, other] = [a.representative, b.representative];
  if (one === undefined || other === undefined) return 0;
  return sentDateOf(one) - sentDateOf(other) || one.uid - other.uid;
}

interface Subject {
  readonly key: string;
  readonly isReplyOrForward: boolean;
}

function subjectOf(container: Container): Subject {
  const { base, isReplyOrForward } = baseSubject(container.representative?.subject ?? '');
  return { key: unicodeCasemap(base), isReplyOrForward };
}

/** (5) Threads with the same base subject become one. */
function gatherBySubject(roots: readonly Container[]): Container[] {
  const subjects = new Map(roots.map((root) => [root, subjectOf(root)]));
  const isReply = (root: Container): boolean => subjects.get(root)?.isReplyOrForward === true;
  // (5.B) the table: a place without message, else a message that is no reply, speaks for its subject
  const table = new Map<string, Container>();
  for (const [root, { key }] of subjects) {
    const first = table.get(key);
    if (key === '') continue;
    const better =
      first === undefined ||
      (root.message === undefined && first.message !== undefined) ||
      (isReply(first) && !isReply(root) && first.message !== undefined);
    if (better) table.set(key, root);
  }
  // (5.C) merge
  const gathered = new Set(roots);
  for (const [root, { key }] of subjects) {
    const first = table.get(key);
    if (first === undefined || first === root) continue;
    gathered.delete(root);
    if (first.message === undefined && root.message === undefined) {
      for (const child of root.children) first.adopt(child);
    } else if (first.message === undefined || (isReply(root) && !isReply(first))) first.adopt(root);
    else {
      const both = new Container(undefined);
      both.adopt(first);
      both.adopt(root);
      gathered.delete(first);
      gathered.add(both);
      table.set(key, both);
    }
  }
  return [...gathered];
}
