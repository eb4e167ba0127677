// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../src/platform/faults.ts';
import type { Scanner, ScanVerdict } from '../../src/trust/antivirus/scanner.ts';
import type { Octets } from '../../src/wire/mime/octets.ts';

/** A scanner to whom some words are viruses; knows none to begin with. */
export class WordScanner implements Scanner {
  /** What it calls a word. */
  readonly viruses = new Map<string, string>();
  /** Whether it gives verdicts. */
  works = true;
  /** Messages looked at. */
  scans = 0;

  begin(): undefined {
    this.#require();
  }

  async scan(octets: Octets): Promise<ScanVerdict> {
    this.#require();
    this.scans++;
    if (this.viruses.size === 0) return { verdict: 'clean' };
    const text = (await octets.read(0, octets.size)).toString('latin1');
    for (const [word, virus] of this.viruses) {
      if (text.includes(word)) return { verdict: 'infected', virus };
    }
    return { verdict: 'clean' };
  }

  #require(): void {
    if (!this.works) throw new Fault('scanner-unavailable', 'the scanner sleeps', { temporary: true });
  }
}
