// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Config } from '../platform/config/config.ts';
import type { Metrics } from '../platform/metrics.ts';
import { systemMonotonic } from '../platform/monotonic.ts';
import { askByUdp } from '../platform/udp.ts';
import type { CertificationGate } from '../points/certification-gate.ts';
import { type ClockReport, ClockWatch } from '../trust/time/clock-watch.ts';
import { SntpClient, type TimeServer } from '../trust/time/sntp-client.ts';
import { NTP_PORT } from '../wire/ntp/ntp-packet.ts';
import type { Around } from './surroundings.ts';

/** Never more often than RFC 4330 section 10 lets a client ask. */
const RETRY_MS = 15_000;
const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

/** The clock of a provider, watched or not. */
export interface ProviderClock extends CertificationGate, Disposable {
  /** Asks the servers now. */
  measure(): Promise<void>;
  start(): void;
  /** What is known of the clock; undefined: nobody watches it. */
  report(): ClockReport | undefined;
}

/** TIME-2: measures the clock, so that the doors open once it is known whether it is right. */
export async function openClockWatch(
  { time }: Config,
  { around, onResumed }: { readonly around: Around; readonly onResumed: () => void },
): Promise<ProviderClock> {
  const { metrics } = around;
  const servers = time.servers.map(readServer);
  if (servers.length === 0) {
    around.journal.warn(
      {},
      'no time servers are configured (time.servers): nobody watches whether the clock is right',
    );
    return unwatched();
  }
  const client = openClient(time, around);
  const measurements = metrics.counter({
    name: 'ceralacca_clock_measurements_total',
    sentence: 'Measurements of the clock against time servers, by verdict.',
    labels: { verdict: ['right', 'wrong', 'disagreeing', 'silent'] },
  });
  let started = false;
  const watch = new ClockWatch(
    {
      servers,
      toleranceMs: time.toleranceMs,
      intervalMs: time.intervalSeconds * SECOND_MS,
      retryMs: RETRY_MS,
      holdAfterMs: time.holdAfterHours === null ? null : time.holdAfterHours * HOUR_MS,
    },
    {
      ask: (server) => client.ask(server),
      ...around,
      monotonic: systemMonotonic,
      // Before the start there is nothing that could go on.
      onResumed: () => started && onResumed(),
      onMeasured: (verdict) => measurements.add({ verdict }),
    },
  );
  tellClock(watch, metrics);
  await watch.measure();
  return {
    held: () => watch.held(),
    measure: () => watch.measure(),
    start() {
      started = true;
      watch.start();
    },
    report: () => watch.report(),
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}

function openClient(time: Config['time'], { clock, timers, ids }: Around): SntpClient {
  const monotonic = systemMonotonic;
  return new SntpClient({
    ask: askByUdp({ timers, monotonic }),
    clock,
    monotonic,
    newCookie: () => hash('sha256', ids.token(), 'buffer').subarray(0, 8),
    timeoutMs: time.answerMs,
    mostDistanceMs: time.toleranceMs,
  });
}

function unwatched(): ProviderClock {
  return {
    held: () => undefined,
    measure: () => Promise.resolve(),
    start: () => undefined,
    report: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
}

function tellClock(watch: ClockWatch, metrics: Metrics): void {
  metrics.measured({
    name: 'ceralacca_clock_offset_seconds',
    sentence: 'How much the clock is behind the time servers.',
    measure: () => {
      const { offsetMs } = watch.report();
      return offsetMs === undefined ? [] : [{ labels: {}, value: offsetMs / SECOND_MS }];
    },
  });
  metrics.measured({
    name: 'ceralacca_certification_held',
    sentence: '1 while nothing is certified because of the clock.',
    measure: () => [{ labels: {}, value: watch.held() === undefined ? 0 : 1 }],
  });
}

/** `HOST`, `HOST:PORT` or `[IPv6]:PORT`, as the schema lets through. */
function readServer(text: string): TimeServer {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text);
  const [, host = text, port] = match ?? [];
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? NTP_PORT : Number(port) };
}
