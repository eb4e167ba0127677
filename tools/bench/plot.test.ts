// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barPlot } from './plot.ts';

test('the highest bar is as high as the plot, the others in proportion; what is missing has none', () => {
  const svg = barPlot({
    title: 'a < b',
    names: ['one', 'other'],
    groups: [
      { label: 'first', values: [50, 100] },
      { label: 'second', values: [25, Number.NaN] },
    ],
  });
  const heights = [...svg.matchAll(/width="30" height="(\d+)"/g)].map(([, height]) => Number(height));
  assert.deepEqual(heights, [110, 220, 55]);
  assert.ok(svg.includes('a &lt; b'));
});
