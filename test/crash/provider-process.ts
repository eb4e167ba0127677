// SPDX-License-Identifier: EUPL-1.2
// One provider in a process of its own, as `ceralacca serve` runs it, but for the time, which is faster:
// node provider-process.ts CONFIG ERA
import { flushCompileCache } from 'node:module';
import { demoDns } from '../../src/demo/demo-dns.ts';
import { readConfig } from '../../src/platform/config/config.ts';
import { openJournal } from '../../src/platform/journal.ts';
import { Provider } from '../../src/provider.ts';
import { FastClock, type FastEra, fastTimers } from './fast-time.ts';

const [file = '', era = ''] = process.argv.slice(2);
// Whoever is left alone has nobody to be killed by.
process.on('disconnect', () => process.exit(1));

const reading = readConfig(file);
if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
// No time server goes as fast as the clock does here.
const config = { ...reading.config, time: { ...reading.config.time, servers: [] } };
const provider = await Provider.start(config, {
  journal: openJournal(config.journal),
  clock: new FastClock(JSON.parse(era) as FastEra),
  timers: fastTimers,
  dns: demoDns,
});
process.send?.('open');
// Before the first kill, so that later lives begin with code that is compiled already.
flushCompileCache();
process.once('message', async () => {
  await provider[Symbol.asyncDispose]();
  process.exit(0);
});
