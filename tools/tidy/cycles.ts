// SPDX-License-Identifier: EUPL-1.2
import type { Finding } from './finding.ts';
import { resolveImport } from './members.ts';
import type { Source, SourceTree } from './source-tree.ts';

/** No file reaches itself through its imports, not even through types. */
export function checkCycles(tree: SourceTree): Finding[] {
  const sources = new Map(tree.sources.map((source) => [source.path, source]));
  const findings: Finding[] = [];
  for (const knot of strongComponents(sources)) {
    const path = [...knot].sort()[0] ?? '';
    const cycle = cycleFrom(path, new Set(knot), sources);
    findings.push({
      path,
      rule: 'cycles',
      problem: `imports itself: ${[...cycle, path].join(' -> ')}`,
      instead: 'move what both need into a third file that imports neither',
      level: 'error',
    });
  }
  return findings;
}

function targetsOf(source: Source | undefined, sources: ReadonlyMap<string, Source>): string[] {
  if (!source) return [];
  const targets = source.imports.map((found) => resolveImport(source.path, found.specifier) ?? '');
  return [...new Set(targets)].filter((path) => sources.has(path));
}

/** Shortest way from a file back to itself inside its knot. */
function cycleFrom(start: string, knot: ReadonlySet<string>, sources: ReadonlyMap<string, Source>): string[] {
  const cameFrom = new Map<string, string>();
  const waiting = [start];
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    for (const next of targetsOf(sources.get(at), sources)) {
      if (next === start) return wayTo(at, cameFrom);
      if (!knot.has(next) || cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      waiting.push(next);
    }
  }
  return [start];
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  for (let at: string | undefined = end; at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}

interface Visit {
  readonly path: string;
  readonly targets: readonly string[];
  next: number;
}

/** Tarjan's strongly connected components with more than one file, or one that imports itself. */
function strongComponents(sources: ReadonlyMap<string, Source>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const knots: string[][] = [];
  const enter = (path: string): Visit => {
    order.set(path, order.size);
    lowest.set(path, order.size - 1);
    open.push(path);
    isOpen.add(path);
    return { path, targets: targetsOf(sources.get(path), sources), next: 0 };
  };
  const lower = (path: string, to: number) => lowest.set(path, Math.min(lowest.get(path) ?? 0, to));
  const close = (visit: Visit) => {
    if (lowest.get(visit.path) !== order.get(visit.path)) return;
    const knot = open.splice(open.indexOf(visit.path));
    for (const path of knot) isOpen.delete(path);
    if (knot.length > 1 || visit.targets.includes(visit.path)) knots.push(knot);
  };
  for (const path of sources.keys()) {
    if (order.has(path)) continue;
    const visits = [enter(path)];
    for (let visit = visits.at(-1); visit; visit = visits.at(-1)) {
      const target = visit.targets[visit.next++];
      if (target === undefined) {
        close(visit);
        visits.pop();
        const above = visits.at(-1);
        if (above) lower(above.path, lowest.get(visit.path) ?? 0);
      } else if (!order.has(target)) visits.push(enter(target));
      else if (isOpen.has(target)) lower(visit.path, order.get(target) ?? 0);
    }
  }
  return knots;
}
