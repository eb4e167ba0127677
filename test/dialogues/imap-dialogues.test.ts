// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDialogue } from './dialogue.ts';
import { referenceTarget } from './reference-target.ts';
import { runDialogue } from './run-dialogue.ts';

const FOLDER = join(import.meta.dirname, 'imap');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

for (const file of FILES) {
  test(`dialogue ${file} goes as written with the reference backend`, async () => {
    const steps = parseDialogue(readFileSync(join(FOLDER, file), 'utf8'));
    await runDialogue(steps, referenceTarget());
  });
}

test('the dialogues hold at least 300 exchanges', () => {
  const sends = FILES.flatMap((file) => parseDialogue(readFileSync(join(FOLDER, file), 'utf8'))).filter(
    ({ does }) => does === 'send' || does === 'send-raw',
  );
  assert.ok(sends.length >= 300, `only ${sends.length}`);
});
