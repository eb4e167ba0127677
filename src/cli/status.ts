// SPDX-License-Identifier: EUPL-1.2
import { existsSync } from 'node:fs';
import { STATUS_FORMAT, type StatusReport } from '../composition/status-report.ts';
import { readConfig } from '../platform/config/config.ts';
import { Fault } from '../platform/faults.ts';
import type { CommandSurroundings, Language } from './command-surroundings.ts';
import { readDemoWorld } from './demo-world.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printStatus } from './status/status-text.ts';
import { englishStatus, italianStatus } from './wording/status-words.ts';

export interface StatusOptions {
  /** Where a provider shows how it is, as `http://HOST:PORT`. */
  readonly url?: string;
  /** The configuration of a provider of this machine. */
  readonly config?: string;
  /** `world.json` of a demo, all of whose providers are asked. */
  readonly world?: string;
  readonly json?: boolean;
  readonly lang?: Language;
}

/** The page has no more than a few kilobytes. */
const MOST_BYTES = 1024 * 1024;
const ANSWER_MS = 10_000;

/**
 * `ceralacca status`: how running providers are. Ends with 1 when one of them does not certify.
 * @throws Fault `status-unknown`
 */
export async function status(
  options: StatusOptions,
  { stdout, stderr }: Pick<CommandSurroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  const words = options.lang === 'en' ? englishStatus : italianStatus;
  const urls = await placesOf(options);
  const answers = await Promise.all(urls.map((url) => ask(url)));
  const reports = answers.filter((answer) => answer !== undefined);
  if (options.json === true) stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  else if (reports.length > 0) {
    const texts = reports.map((report) => `${printStatus(report, words).join('\n')}\n`);
    stdout.write(texts.join('\n'));
  }
  answers.forEach((answer, at) => {
    if (answer === undefined) stderr.write(`${words.nothingRuns(urls[at] ?? '')}\n`);
  });
  if (reports.length === 0) return EXIT.fault;
  return reports.length === urls.length && reports.every(({ ready }) => ready) ? EXIT.good : EXIT.bad;
}

async function placesOf({ url, config, world }: StatusOptions): Promise<string[]> {
  if (url !== undefined) return [url.replace(/\/(status)?$/, '')];
  if (config !== undefined) return [placeOfConfig(config)];
  if (world !== undefined && existsSync(world)) {
    const { providers } = await readDemoWorld(world);
    return providers.map(({ watch }) => watch);
  }
  const sentence =
    'which provider is not known: name its configuration with --config, or a demo with --world';
  throw new Fault('status-unknown', sentence, { temporary: false });
}

function placeOfConfig(file: string): string {
  const reading = readConfig(file);
  if (!reading.ok) {
    const [problem] = reading.problems;
    const sentence = `${file}: ${problem?.path ?? ''} ${problem?.sentence ?? ''}`;
    throw new Fault('status-unknown', sentence, { temporary: false });
  }
  const { listen } = reading.config.watch;
  if (listen === null) {
    throw new Fault('status-unknown', `${file}: watch.listen is null`, { temporary: false });
  }
  // Who listens everywhere listens here too.
  const host = listen.host === '0.0.0.0' ? '127.0.0.1' : listen.host === '::' ? '::1' : listen.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${listen.port}`;
}

/** Undefined when nobody answers. */
async function ask(url: string): Promise<StatusReport | undefined> {
  let text: string;
  try {
    const response = await fetch(`${url}/status`, {
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: 'error',
    });
    text = await boundedText(response);
  } catch {
    return undefined;
  }
  const report = readReport(text);
  if (report !== undefined) return report;
  throw new Fault('status-unknown', `${url} answers, but is no provider`, { temporary: false });
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Its format tells it from anything else. */
function readReport(text: string): StatusReport | undefined {
  try {
    const value = JSON.parse(text) as Partial<StatusReport> | null;
    return value?.format === STATUS_FORMAT ? (value as StatusReport) : undefined;
  } catch {
    return undefined;
  }
}
