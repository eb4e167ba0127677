// SPDX-License-Identifier: EUPL-1.2
/**
 * Joins the requirements of spec/pec.md with the code and the tests that name them, and writes
 * docs/conformance.md. With `--check` it writes nothing and exits with 1 when the page is not what
 * it would write.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderPage } from './conformance/page.ts';
import { findPlaces } from './conformance/places.ts';
import { planned } from './conformance/planned.ts';
import { readRequirements } from './conformance/requirements.ts';
import { readSourceTree } from './tidy/source-tree.ts';

const PAGE = 'docs/conformance.md';

export interface Conformance {
  /** The page as it should be. */
  readonly page: string;
  /** Ids named somewhere and required nowhere, one sentence each. */
  readonly problems: readonly string[];
}

/** Reads a project folder. */
export function conformance(root: string, later: Readonly<Record<string, string>> = planned): Conformance {
  const requirements = readRequirements(readFileSync(join(root, 'spec/pec.md'), 'utf8'));
  const known = new Set(requirements.map((requirement) => requirement.id));
  const places = findPlaces(readSourceTree(root));
  const problems: string[] = [];
  for (const named of [places.code, places.tests]) {
    for (const [id, paths] of named) {
      if (!known.has(id)) problems.push(`${id}, named in ${paths.join(', ')}, is not in spec/pec.md`);
    }
  }
  for (const id of Object.keys(later)) {
    if (!known.has(id))
      problems.push(`${id}, planned in tools/conformance/planned.ts, is not in spec/pec.md`);
  }
  return { page: renderPage({ requirements, places, planned: later }), problems };
}

function run(root: string, check: boolean): number {
  const { page, problems } = conformance(root);
  for (const problem of problems) process.stdout.write(`conformance: ${problem}\n`);
  if (problems.length > 0) return 1;
  const path = join(root, PAGE);
  const written = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (written === page) return 0;
  if (check) {
    process.stdout.write(
      `conformance: ${PAGE} is out of date; run node tools/conformance.ts and commit it\n`,
    );
    return 1;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, page);
  process.stdout.write(`conformance: ${PAGE} written\n`);
  return 0;
}

if (import.meta.main) {
  process.exitCode = run(join(import.meta.dirname, '..'), process.argv.includes('--check'));
}
