// SPDX-License-Identifier: EUPL-1.2
import { parseArgs } from 'node:util';
import { simulate } from './simulation.ts';

/** `npm run simulate -- --seed 1 --days 30 --messages 50000`: the long run, told day by day. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '30' },
    messages: { type: 'string', default: '50000' },
  },
});

const [seed, days, messages] = [values.seed, values.days, values.messages].map(Number);
if (seed === undefined || days === undefined || messages === undefined)
  throw new Error('numbers are expected');

const began = performance.now();
const seconds = () => ((performance.now() - began) / 1000).toFixed(0);
const report = await simulate({
  seed,
  days,
  messages,
  onDay: (day, certified) =>
    console.log(`day ${day}: ${certified} messages certified, ${seconds()} s, ${memory()} MB`),
});

const { seen, troubles, mishaps, rows, ...totals } = report;
console.log(`\nseed ${seed}: every invariant held for ${days} days, in ${seconds()} s`);
for (const [title, counts] of [
  ['totals', Object.entries(totals)],
  ['seen in mailboxes', seen],
  ['troubles', troubles],
  ['mishaps on the wires', mishaps],
  ['rows of lifecycle.ts', rows],
] as const) {
  console.log(`\n${title}`);
  for (const [name, number] of counts) console.log(`  ${name.padEnd(30)} ${number}`);
}

function memory(): string {
  return (process.memoryUsage().rss / 1e6).toFixed(0);
}
