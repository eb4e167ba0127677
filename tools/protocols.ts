// SPDX-License-Identifier: EUPL-1.2
/**
 * Writes docs/protocols.md from the tables in tools/protocols. With `--check` it writes nothing and exits
 * with 1 when the page is not what it would write.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imapDocuments } from './protocols/imap-documents.ts';
import type { ProtocolDocument } from './protocols/protocol.ts';

const PAGE = 'docs/protocols.md';

const STATES: Readonly<Record<ProtocolDocument['state'], string>> = {
  whole: 'yes',
  partly: 'in part',
  none: 'no',
};

/** The page as the tables have it. */
export function protocolsPage(): string {
  return [
    '# What is spoken',
    '',
    'Written by `node tools/protocols.ts`. Each capability named here is one that the server tells its clients, and each one it',
    'tells is named here: a test compares both. What is not done is not advertised.',
    '',
    '## IMAP',
    '',
    '| RFC | What | Spoken | Capability | |',
    '|---|---|---|---|---|',
    ...imapDocuments.map(row),
    '',
  ].join('\n');
}

function row({ rfc, title, state, capabilities = [], note = '' }: ProtocolDocument): string {
  const names = capabilities.map(({ name }) => `\`${name}\``).join(' ');
  return `| ${rfc} | ${title} | ${STATES[state]} | ${names} | ${note} |`;
}

/** Whether the page in a project folder says what the tables say. */
export function isProtocolsPageCurrent(root: string): boolean {
  const path = join(root, PAGE);
  return existsSync(path) && readFileSync(path, 'utf8') === protocolsPage();
}

function main(arguments_: readonly string[]): number {
  const root = join(import.meta.dirname, '..');
  if (isProtocolsPageCurrent(root)) return 0;
  if (arguments_.includes('--check')) {
    process.stderr.write(`${PAGE} is not current: run node tools/protocols.ts\n`);
    return 1;
  }
  writeFileSync(join(root, PAGE), protocolsPage());
  process.stdout.write(`${PAGE} written\n`);
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
