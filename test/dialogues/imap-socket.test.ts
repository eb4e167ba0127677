// SPDX-License-Identifier: EUPL-1.2
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parseDialogue } from './dialogue.ts';
import { runDialogue } from './run-dialogue.ts';
import { openSocketTarget } from './socket-target.ts';

/** Of what the real front does not keep. */
const FOR_OTHERS = ['metadata.txt'];
const FOLDER = join(import.meta.dirname, 'imap');

const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.txt') && !FOR_OTHERS.includes(name));

for (const engine of ['memory', 'sqlite'] as const) {
  suite(`dialogues over TLS and the ${engine} engine`, { concurrency: 4 }, () => {
    for (const file of FILES) {
      test(`${file} goes as written`, async () => {
        const steps = parseDialogue(readFileSync(join(FOLDER, file), 'utf8'));
        await using target = await openSocketTarget(engine);
        await runDialogue(steps, target);
      });
    }
  });
}
