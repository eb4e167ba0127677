// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVIDENCE_LIMITS } from '../../evidence/evidence-file/index-model.ts';
import { requireRoom } from './evidence-package.ts';

function files(count: number, sizeBytes: number) {
  return Array.from({ length: count }, (_, number) => {
    const entry = {
      name: `log/records/${number}.json`,
      role: 'registrazione',
      sizeBytes,
      sha256: '',
    } as const;
    return { entry, content: Buffer.alloc(0) };
  });
}

test('an evidence file has limits, and what is above them is not begun', () => {
  const { entries, wholeBytes } = EVIDENCE_LIMITS;
  // Report, index, its signature and stamp come on top.
  requireRoom(files(entries - 5, 1));
  assert.throws(() => requireRoom(files(entries - 4, 1)), { code: 'evidence-too-large' });
  requireRoom(files(1, wholeBytes - 50_000_000));
  assert.throws(() => requireRoom(files(1, wholeBytes - 49_999_999)), { code: 'evidence-too-large' });
});
