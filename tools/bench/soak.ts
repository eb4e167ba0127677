// SPDX-License-Identifier: EUPL-1.2
/**
 * Two providers under load for as long as asked: at 80 % of the best rate measured just before, do memory,
 * open files and queue stay as they are? `npm run bench -- soak --help`
 */
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchFolder, circumstances, keepResult } from './bench-folder.ts';
import { BenchWorld, type RunningProvider } from './bench-world.ts';
import { carry, type LoadRow } from './load-row.ts';
import { circumstancesList, type Measurement } from './report-parts.ts';
import { type SoakResult, soakReport } from './soak-report.ts';
import { type Sample, Sampler } from './soak-samples.ts';
import { certifiedWay, jobOf, RECIPIENTS, type Way } from './ways.ts';

const HELP = `npm run bench -- soak [options]
  --minutes N      how long the load is kept up (10)
  --size KB        size of the messages (5)
  --senders N      accounts that submit at the same time, a connection each (8)
  --share N        share of the best rate, in per cent (80)
  --best SECONDS   how long the best rate is measured, twice (10)
Ends with 1 when something grows, and with an error when a message does not arrive.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    size: { type: 'string', default: '5' },
    senders: { type: 'string', default: '8' },
    share: { type: 'string', default: '80' },
    best: { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
});

const [minutes, sizeKb, senders, share, bestSeconds] = [
  values.minutes,
  values.size,
  values.senders,
  values.share,
  values.best,
].map(positive) as [number, number, number, number, number];
const SAMPLES = 120;
const tell = (line: string) => process.stderr.write(`${line}\n`);

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`a number above 0 is expected, not ${text}`);
  return number;
}

class Soak {
  readonly #way: Way;
  readonly #providers: readonly RunningProvider[];

  constructor(world: BenchWorld) {
    this.#way = certifiedWay(world);
    this.#providers = [world.provider('alfa'), world.provider('beta')];
  }

  async run(): Promise<Omit<SoakResult, keyof Measurement>> {
    tell('warming up');
    await this.#carry({ seconds: bestSeconds });
    const rows = [await this.#carry({ seconds: bestSeconds }), await this.#carry({ seconds: bestSeconds })];
    const best = Math.max(...rows.map(({ perSecond }) => perSecond));
    const rate = (best * share) / 100;
    tell(`best rate ${best.toFixed(1)} a second; ${rate.toFixed(1)} for ${minutes} minutes`);
    const { row, samples } = await this.#soak(rate);
    return { minutes, share, best, rate, sizeKb, senders, row, samples: Object.fromEntries(samples) };
  }

  async #soak(rate: number): Promise<{ row: LoadRow; samples: Map<string, Sample[]> }> {
    using stack = new DisposableStack();
    const samplers = this.#providers.map(({ key, running, storeFile }) => ({
      key,
      sampler: stack.use(new Sampler(running.pid, storeFile)),
    }));
    const samples = new Map<string, Sample[]>(samplers.map(({ key }) => [key, []]));
    const seconds = minutes * 60;
    const everyMs = Math.max((seconds * 1000) / SAMPLES, 500);
    const over = new AbortController();
    const start = performance.now();
    const sampling = (async () => {
      while (!over.signal.aborted && performance.now() - start < seconds * 1000) {
        const at = (performance.now() - start) / 1000;
        for (const { key, sampler } of samplers) samples.get(key)?.push(sampler.take(at));
        await setTimeout(everyMs, undefined, { signal: over.signal }).catch(() => undefined);
      }
    })();
    try {
      const row = await this.#carry({ seconds, rate });
      return { row, samples };
    } finally {
      over.abort();
      await sampling;
    }
  }

  async #carry(terms: { readonly seconds: number; readonly rate?: number }): Promise<LoadRow> {
    const load = { sizeBytes: sizeKb * 1024, senders, recipients: 1, ...terms };
    return await carry(jobOf(this.#way, load), this.#way.carriers);
  }
}

async function run(): Promise<void> {
  const around = circumstances();
  using folder = new BenchFolder();
  await using world = await BenchWorld.start({
    folder: folder.path,
    providers: ['alfa', 'beta'],
    mailboxes: Math.max(RECIPIENTS, senders),
  });
  const soaked = await new Soak(world).run();
  const result: SoakResult = { around, loadAfter: circumstances().load ?? '', ...soaked };
  const { text, flat } = soakReport(result);
  process.stdout.write(`${circumstancesList(result)}\n\n${text}`);
  tell(keepResult('soak.json', `${JSON.stringify(result, null, 2)}\n`));
  if (!flat) process.exitCode = 1;
}

if (values.help) process.stdout.write(HELP);
else await run();
