// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInflateRaw } from 'node:zlib';
import { Deflation } from './deflation.ts';

const NOBODY = {
  deflated: () => undefined,
  inflated: () => undefined,
  hungry: () => undefined,
  broken: () => undefined,
};

test('RFC 4978 section 3: many answers go out, each complete, and leave nothing behind', async (t) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const inflate = createInflateRaw();
  let text = '';
  inflate.on('data', (octets: Buffer) => {
    text += octets.toString();
  });
  const deflation = new Deflation({ ...NOBODY, deflated: (octets) => void inflate.write(octets) });
  for (let count = 0; count < 50; count++) await deflation.deflate(Buffer.from(`${count} OK\r\n`));
  await new Promise((resolve) => inflate.write('', resolve));
  assert.equal(text, Array.from({ length: 50 }, (_, count) => `${count} OK\r\n`).join(''));
  assert.deepEqual(warnings, []);
  deflation.end();
});

test('who waits for octets to go out is let go when the connection ends', async () => {
  const deflation = new Deflation(NOBODY);
  const waiting = deflation.deflate(Buffer.alloc(1 << 20));
  deflation.end();
  await waiting;
  await deflation.deflate(Buffer.from('too late'));
});
