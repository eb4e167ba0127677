// SPDX-License-Identifier: EUPL-1.2
/**
 * What an SMTP transaction costs at the door and at the client, each alone in its process, beside the libraries smtp-server and
 * nodemailer: CPU (user and system), which other work on the machine moves least. TLS, connections kept open.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TestAuthority } from '../../test/smtp/certificates.ts';
import type { SideNews, SideOrder } from './smtp-side.ts';
import { median } from './statistics.ts';
import { figure, ratio, table } from './table.ts';

const HELP = `npm run bench -- smtp [options]
  --transactions N   in each measurement (2000; a tenth of it at 1 MB)
  --connections N    at the same time (4)
  --repeats N        of each measurement, of which the median counts (3)
  --sizes LIST       in KB (5,50,1024)
  --data             our client sends envelope and message apart, as it does to hosts that are no PEC providers
  --profile          CPU profiles of our sides into var/bench/profiles/smtp
`;

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '2000' },
    connections: { type: 'string', default: '4' },
    repeats: { type: 'string', default: '3' },
    sizes: { type: 'string', default: '5,50,1024' },
    data: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

type By = SideOrder['by'];

function start(order: SideOrder) {
  const folder = join(import.meta.dirname, '../../var/bench/profiles/smtp');
  const profiled = values.profile && order.by === 'ours';
  const execArgv = profiled ? ['--cpu-prof', `--cpu-prof-dir=${join(folder, order.side)}`] : [];
  return fork(join(import.meta.dirname, 'smtp-side.ts'), [JSON.stringify(order)], { execArgv });
}

async function news(side: ReturnType<typeof start>): Promise<SideNews> {
  for (;;) {
    const [said] = (await once(side, 'message')) as [SideNews | 'begin'];
    if (said !== 'begin') return said;
  }
}

/** CPU of each side in microseconds a transaction, when these two talk. */
async function measure(
  sides: { readonly door: By; readonly client: By; readonly sizeKb: number },
  identity: { readonly keyFile: string; readonly certFile: string },
): Promise<{ readonly doorUs: number; readonly clientUs: number }> {
  const transactions = Math.ceil(Number(values.transactions) / (sides.sizeKb >= 1024 ? 10 : 1));
  const { keyFile, certFile } = identity;
  const common = {
    keyFile,
    certFile,
    transactions,
    connections: Number(values.connections),
    atOnce: !values.data,
  };
  const order = { ...common, sizeBytes: sides.sizeKb * 1024 };
  const door = start({ ...order, side: 'door', by: sides.door, port: 0 });
  const opened = await news(door);
  const client = start({
    ...order,
    side: 'client',
    by: sides.client,
    port: 'port' in opened ? opened.port : 0,
  });
  client.on('message', (said) => said === 'begin' && door.send('begin'));
  const clientNews = await news(client);
  const doorNews = news(door);
  door.send('end');
  const used = await doorNews;
  for (const side of [client, door]) {
    const exited = once(side, 'exit');
    // SIGINT lets a profile be written.
    side.kill('SIGINT');
    await exited;
  }
  const each = (said: SideNews) => ('cpuUs' in said ? said.cpuUs / transactions : Number.NaN);
  return { doorUs: each(used), clientUs: each(clientNews) };
}

async function run(): Promise<void> {
  using authority = new TestAuthority();
  const identity = authority.issue('mx.bench.test');
  const rows: string[][] = [];
  for (const sizeKb of values.sizes.split(',').map(Number)) {
    const runs = { door: { ours: [], packaged: [] }, client: { ours: [], packaged: [] } } as Record<
      'door' | 'client',
      Record<By, number[]>
    >;
    for (let turn = 0; turn < Number(values.repeats); turn++) {
      // Whose turn it is does not depend on what else the machine does: ours and theirs take turns.
      for (const by of ['ours', 'packaged'] as const) {
        runs.door[by].push((await measure({ door: by, client: 'ours', sizeKb }, identity)).doorUs);
        runs.client[by].push((await measure({ door: 'ours', client: by, sizeKb }, identity)).clientUs);
      }
    }
    for (const [side, packageName] of [
      ['door', 'smtp-server'],
      ['client', 'nodemailer'],
    ] as const) {
      const [ours, theirs] = [median(runs[side].ours), median(runs[side].packaged)];
      rows.push([
        side,
        figure(sizeKb),
        figure(ours),
        `${packageName} ${figure(theirs)}`,
        ratio(theirs, ours),
      ]);
    }
  }
  process.stdout.write(table(['side', 'KB', 'CPU us each', 'package', 'times better'], rows));
}

if (values.help) process.stdout.write(HELP);
else await run();
