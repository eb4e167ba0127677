// SPDX-License-Identifier: EUPL-1.2
/**
 * Writes docs/operating/configuration.md from the configuration's schema. With `--check` it writes nothing
 * and exits with 1 when the page is not what it would write.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configReference } from '../src/cli/check-config/config-reference.ts';

const PAGE = 'docs/operating/configuration.md';

/** Whether the page in a project folder says what the schema says. */
export function isReferenceCurrent(root: string): boolean {
  const path = join(root, PAGE);
  return existsSync(path) && readFileSync(path, 'utf8') === configReference();
}

function main(arguments_: readonly string[]): number {
  const root = join(import.meta.dirname, '..');
  if (isReferenceCurrent(root)) return 0;
  if (arguments_.includes('--check')) {
    process.stderr.write(`${PAGE} is not current: run node tools/config-reference.ts\n`);
    return 1;
  }
  mkdirSync(dirname(join(root, PAGE)), { recursive: true });
  writeFileSync(join(root, PAGE), configReference());
  process.stdout.write(`${PAGE} written\n`);
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
