// SPDX-License-Identifier: EUPL-1.2
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CardDerivation } from '../../../src/mailroom/search/search-store.ts';
import { deriveCard as derivePlainCard } from '../../contract/plain-card.ts';

/** Where it is noted that a message did its harm: once is enough. */
export function noteOfDeath(word: string): string {
  return join(tmpdir(), `ceralacca-${word}-${process.pid}`);
}

/** Cards as plain as can be, but a text may end the thread (`DIE`, once) or the process (`KILL`). */
export const deriveCard: CardDerivation = async (content) => {
  const { octets } = content;
  const text = (await octets.read(0, octets.size)).toString();
  if (text.includes('KILL')) process.kill(process.pid, 'SIGKILL');
  if (text.includes('DIE') && !existsSync(noteOfDeath('DIE'))) {
    writeFileSync(noteOfDeath('DIE'), '');
    process.exit(1);
  }
  return derivePlainCard(content);
};
