// SPDX-License-Identifier: EUPL-1.2
import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from '../platform/metrics.ts';

/** How finely the delay of the event loop is measured. */
const RESOLUTION_MS = 20;

/** Tells memory, files, CPU time and the delay of the event loop of this process; returns how to stop. */
export function tellProcess(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  metrics.measured({
    name: 'ceralacca_process_memory_bytes',
    sentence:
      'Memory of the process: all that is resident, of that the heap of JavaScript, and buffers outside it.',
    labels: { part: ['resident', 'heap', 'external'] },
    measure: () => {
      const { rss, heapUsed, external } = process.memoryUsage();
      return [
        { labels: { part: 'resident' }, value: rss },
        { labels: { part: 'heap' }, value: heapUsed },
        { labels: { part: 'external' }, value: external },
      ];
    },
  });
  metrics.measured({
    name: 'ceralacca_process_cpu_seconds',
    sentence: 'CPU time that the process has used since it started, all threads.',
    measure: () => {
      const { user, system } = process.cpuUsage();
      return [{ labels: {}, value: (user + system) / 1e6 }];
    },
  });
  metrics.measured({
    name: 'ceralacca_process_open_files',
    sentence: 'File descriptors in use, sockets included, and how many the system allows.',
    labels: { what: ['open', 'limit'] },
    measure: measureFiles,
  });
  metrics.measured({
    name: 'ceralacca_event_loop_delay_seconds',
    sentence: 'How late the event loop was since somebody last looked: 99 of 100 times at most so much.',
    measure: () => {
      const value = Math.max(delay.percentile(99) / 1e9 - RESOLUTION_MS / 1000, 0);
      delay.reset();
      return Number.isFinite(value) ? [{ labels: {}, value }] : [];
    },
  });
  return () => void delay.disable();
}

/** From Linux; nothing elsewhere. */
function measureFiles() {
  const open = readdirSync('/proc/self/fd').length;
  const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return [
    { labels: { what: 'open' as const }, value: open },
    ...(limit === undefined ? [] : [{ labels: { what: 'limit' as const }, value: Number(limit) }]),
  ];
}
