// SPDX-License-Identifier: EUPL-1.2

import type { SqliteStore } from '../engines/sqlite/sqlite-store.ts';
import { Health, type HealthCheck } from '../fronts/watch/health.ts';
import { WatchFront } from '../fronts/watch/watch-front.ts';
import type { SearchStore } from '../mailroom/search/search-store.ts';
import { plainFacts } from '../platform/alert-webhook.ts';
import type { Config } from '../platform/config/config.ts';
import type { DirectoryRefresh } from '../trust/provider-directory/directory-refresh.ts';
import type { ProviderDirectory } from '../trust/provider-directory/provider-directory.ts';
import type { Signer } from '../trust/signing/signer.ts';
import type { ProviderClock } from './clock-watching.ts';
import { type DoorPorts, listening } from './doors.ts';
import { lookAtDisk, QueueFigures, tellHouse } from './house-figures.ts';
import { amissInIndex } from './index-standing.ts';
import { Lookout } from './lookout.ts';
import { tellProcess } from './process-figures.ts';
import { openServingWatch } from './serving.ts';
import { STATUS_FORMAT, type StatusReport } from './status-report.ts';
import type { Around } from './surroundings.ts';

export interface WatchFacts {
  readonly config: Config;
  readonly storeFolder: string;
  readonly store: SqliteStore;
  readonly search: SearchStore;
  readonly directory: ProviderDirectory;
  readonly refresh: DirectoryRefresh;
  readonly signer: Signer;
  readonly clock: ProviderClock;
  /** The doors as they listen. */
  readonly doors: () => DoorPorts;
  readonly around: Around;
}

const HOUR_MS = 3_600_000;
const JSON_TYPE = 'application/json; charset=utf-8';
/** Signed to see whether the key signs; nobody ever gets it. */
const PROBE = Buffer.alloc(32, 0x50);

/**
 * Opens what is watched: figures, health, status, the lookout for what runs out slowly, and the times of service,
 * which `start` begins. The stack closes it. Throws the Fault `port-unavailable`.
 */
export async function openWatch(
  facts: WatchFacts,
  stack: AsyncDisposableStack,
): Promise<{ readonly port: number | undefined; readonly start: () => void }> {
  const { config, around, store, signer, directory } = facts;
  const { metrics, clock, journal } = around;
  const startedAt = clock.now();
  const indexAgeMs = () => Math.max(clock.now() - (facts.refresh.lastRefreshAt ?? startedAt), 0);
  const queue = new QueueFigures({ store, clock });
  tellHouse(metrics, { queue, waitingSteps: () => store.waitingSteps, indexAgeMs });
  const { certificate } = signer;
  const amiss = () => amissInIndex(directory.current, { provider: config.provider, certificate });
  const writerAnswers = () => answers(store);
  const lookout = stack.use(new Lookout({ ...facts, queue, writerAnswers, amissInIndex: amiss }));
  const health = new Health({ checks: checksOf(facts, { indexAgeMs }), ...around });
  // Opened after the doors, it stops before them: while they close, that it ends is written down.
  const serving = stack.use(openServingWatch({ health, store, around }));
  const start = () => {
    lookout.start();
    serving.start();
  };
  const where = config.watch.listen;
  if (where === null) return { port: undefined, start };
  stack.defer(tellProcess(metrics));
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const pages = {
    '/metrics': async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
    '/health/live': async () => ({ contentType: JSON_TYPE, text: json({ live: true }) }),
    '/health/ready': async () => {
      const report = await health.report();
      return { contentType: JSON_TYPE, text: json(report), status: report.ready ? 200 : 503 } as const;
    },
    '/status': async () => ({
      contentType: JSON_TYPE,
      text: json(await statusOf(facts, { health, queue, startedAt, indexAgeMs })),
    }),
  };
  const front = stack.use(new WatchFront({ pages, journal }));
  const port = await listening('watch.listen', where, () => front.listen(where));
  return { port, start };
}

/** An empty step goes to the writer and back. */
async function answers(store: SqliteStore): Promise<void> {
  await store.commit({ blobs: [], contents: [], parts: [] });
}

function checksOf(facts: WatchFacts, { indexAgeMs }: { readonly indexAgeMs: () => number }): HealthCheck[] {
  const { config, store, signer, clock, doors, around, storeFolder } = facts;
  const raised = (...codes: string[]) => around.alerts.current().find(({ code }) => codes.includes(code));
  return [
    {
      name: 'doors',
      look: () => {
        const open = doors();
        const shut = Object.entries(config.listen).filter(
          ([name, door]) => door !== null && !Object.hasOwn(open, name),
        );
        return shut.length === 0 ? undefined : `not open yet: ${shut.map(([name]) => name).join(', ')}`;
      },
    },
    {
      name: 'store',
      look: async () => {
        await answers(store);
        const { freeBytes } = await lookAtDisk(storeFolder);
        return freeBytes === 0 ? 'its disk is full' : undefined;
      },
    },
    {
      name: 'signer',
      look: async () => {
        await signer.sign(PROBE, around.clock.now());
        return undefined;
      },
    },
    {
      name: 'index',
      look: () => {
        const hours = Math.floor(indexAgeMs() / HOUR_MS);
        return hours < config.watch.indexStaleHours ? undefined : `not read for ${hours} hours`;
      },
    },
    { name: 'clock', look: () => clock.held() },
    {
      name: 'scanner',
      look: () => raised('scanner-down', 'scanner-outdated')?.sentence,
    },
  ];
}

async function statusOf(
  facts: WatchFacts,
  parts: {
    readonly health: Health;
    readonly queue: QueueFigures;
    readonly startedAt: number;
    readonly indexAgeMs: () => number;
  },
): Promise<StatusReport> {
  const { config, store, directory, clock, doors, around, storeFolder } = facts;
  const { health, queue, startedAt, indexAgeMs } = parts;
  const report = clock.report();
  return {
    format: STATUS_FORMAT,
    provider: config.provider.name,
    at: instantText(around.clock.now()),
    startedAt: instantText(startedAt),
    ...(await health.report()),
    alerts: around.alerts.current().map((alert) => ({ ...alert, facts: plainFacts(alert.facts) })),
    doors: doors(),
    queue: queue.current().map((figure) => ({
      state: figure.state,
      entries: figure.entries,
      oldestSeconds: Math.round(queue.ageMs(figure) / 1000),
    })),
    clock:
      report === undefined
        ? null
        : {
            servers: report.servers,
            ...(report.hold !== undefined && { hold: report.hold }),
            ...(report.offsetMs !== undefined && { offsetMs: report.offsetMs }),
            lastRightAt: report.lastRightAt === undefined ? null : instantText(report.lastRightAt),
          },
    index: {
      version: directory.current.version,
      providers: directory.current.records.length,
      ageSeconds: Math.round(indexAgeMs() / 1000),
    },
    scanner: config.antivirus.scanner,
    store: { ...(await lookAtDisk(storeFolder)), records: store.lastSequence() },
  };
}

function instantText(instant: number): string {
  return new Date(instant).toISOString();
}
