// SPDX-License-Identifier: EUPL-1.2
import type { ProfiledSpan } from './profiles.ts';

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
}

/** What V8 writes with --cpu-prof; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  /** Time before each sample since the one before it. */
  readonly timeDeltas: readonly number[];
}

interface HeapNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/** What V8 writes with --heap-prof; sizes in octets. */
export interface HeapProfile {
  readonly head: HeapNode;
}

/** Shares of one thread: microseconds, or octets. */
export interface Attribution {
  /** Without idling. */
  readonly total: number;
  readonly idle: number;
  /** File that the thread began with; of the main thread, and when it cannot be told, undefined. */
  readonly thread: string | undefined;
  /** Everything that the sources of the project asked for, by member of it; the rest under `(node)`. */
  readonly byMember: ReadonlyMap<string, number>;
  readonly byFile: ReadonlyMap<string, number>;
  readonly byFunction: ReadonlyMap<string, number>;
  /** Where it was spent itself: the sources, a package, Node.js, the garbage collector. */
  readonly byOrigin: ReadonlyMap<string, number>;
}

const IDLE = '(idle)';
const COLLECTOR = '(garbage collector)';
const OUTSIDE = '(node)';
const THREAD = /-thread\.[jt]s$/;

/** Attributes the self time of each sample to the nearest frame in `src`; of some spans only, when any are given. */
export function attributeTime(profile: CpuProfile, spans: readonly ProfiledSpan[] = []): Attribution {
  const parents = new Map<number, number>();
  for (const { id, children } of profile.nodes) for (const child of children ?? []) parents.set(child, id);
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const selfTimes = new Map<number, number>();
  let at = profile.startTime;
  for (const [place, node] of profile.samples.entries()) {
    const delta = profile.timeDeltas[place] ?? 0;
    at += delta;
    if (spans.length > 0 && !spans.some(({ from, to }) => at >= from && at <= to)) continue;
    selfTimes.set(node, (selfTimes.get(node) ?? 0) + delta);
  }
  const shares = new Shares();
  for (const [node, time] of selfTimes) {
    const stack: CallFrame[] = [];
    for (let id: number | undefined = node; id !== undefined; id = parents.get(id)) {
      const frame = frames.get(id);
      if (frame !== undefined) stack.push(frame);
    }
    shares.add(stack, time);
  }
  return shares;
}

/** Attributes what is held to the nearest frame in `src` of those that were running when it was allocated. */
export function attributeHeap(profile: HeapProfile): Attribution {
  const shares = new Shares();
  const walk = (node: HeapNode, above: readonly CallFrame[]): void => {
    const stack = [node.callFrame, ...above];
    if (node.selfSize > 0) shares.add(stack, node.selfSize);
    for (const child of node.children) walk(child, stack);
  };
  walk(profile.head, []);
  return shares;
}

class Shares implements Attribution {
  total = 0;
  idle = 0;
  thread: string | undefined;
  readonly byMember = new Map<string, number>();
  readonly byFile = new Map<string, number>();
  readonly byFunction = new Map<string, number>();
  readonly byOrigin = new Map<string, number>();

  /** The innermost frame comes first. */
  add(stack: readonly CallFrame[], amount: number): void {
    const [inner] = stack;
    if (inner === undefined) return;
    if (inner.functionName === IDLE) {
      this.idle += amount;
      return;
    }
    this.total += amount;
    for (const { url } of stack) if (THREAD.test(url)) this.thread ??= url.slice(url.lastIndexOf('/') + 1);
    const near = stack.find(({ url }) => sourceOf(url) !== undefined);
    const file = near && sourceOf(near.url);
    const outside = inner.functionName === COLLECTOR ? COLLECTOR : OUTSIDE;
    grow(this.byFile, file ?? outside, amount);
    grow(this.byMember, file === undefined ? outside : memberOf(file), amount);
    const name = near?.functionName || '(unnamed)';
    grow(
      this.byFunction,
      file === undefined ? `${outside} ${inner.functionName}` : `${file} ${name}`,
      amount,
    );
    grow(this.byOrigin, originOf(inner), amount);
  }
}

function grow(shares: Map<string, number>, key: string, amount: number): void {
  shares.set(key, (shares.get(key) ?? 0) + amount);
}

/** The path of a source of the project below `src` (or below `dist`, where it was built). */
function sourceOf(url: string): string | undefined {
  return /^file:(?!.*\/node_modules\/).*\/(?:src|dist)\/(.+)$/.exec(url)?.[1];
}

/** `engines/sqlite/driver.ts` is of `engines/sqlite`. */
function memberOf(file: string): string {
  const folders = file.split('/').slice(0, -1);
  return folders.length === 0 ? file : folders.slice(0, 2).join('/');
}

function originOf({ functionName, url }: CallFrame): string {
  if (functionName === COLLECTOR) return COLLECTOR;
  const found = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url)?.[1];
  if (found !== undefined) return `package ${found}`;
  if (sourceOf(url) !== undefined) return 'the sources';
  if (url.startsWith('node:')) return 'Node.js, its JavaScript';
  return url === '' ? 'native code' : 'other';
}
