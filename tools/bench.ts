// SPDX-License-Identifier: EUPL-1.2
/**
 * Measurements: `npm run bench -- NAME`, the first of them without a name. Each is a program of its own in tools/bench;
 * what follows the name goes to it.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const BENCHES: Readonly<Record<string, string>> = {
  certified: 'certified messages between two providers, beside ordinary mail through Postfix with Dovecot',
  mixed: 'small certified messages while messages of 20 MB are sent',
  flat: 'certified messages with more and more mailboxes, and more and more messages in them',
  imap: 'IMAP, beside Dovecot',
  soak: 'two providers under load for as long as asked: do memory, files and queue stay flat?',
  log: 'the certification log as it grows: appending, tracing, sealing',
  smtp: 'an SMTP transaction at the door and at the client, beside the libraries that were there before',
  store: 'durable steps of the store',
  'profile-report': 'reads the profiles that --profile wrote',
  'performance-page': 'the tables of docs/performance.md, --take: from the results in var/bench',
};

const given = process.argv.slice(2);
const [first = ''] = given;
const named = !first.startsWith('--') && first !== '';
const name = named ? first : 'certified';
const options = named ? given.slice(1) : given;
if (!(name in BENCHES)) {
  const lines = Object.entries(BENCHES).map(([each, what]) => `  ${each.padEnd(12)}${what}\n`);
  process.stderr.write(`npm run bench -- NAME [options]; each NAME has --help\n${lines.join('')}`);
  process.exitCode = 2;
} else {
  const program = join(import.meta.dirname, 'bench', `${name}.ts`);
  const child = spawn(process.execPath, [program, ...options], { stdio: 'inherit' });
  // Whoever ends this ends the bench, which ends its servers; a terminal's SIGINT goes to both.
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGINT', () => undefined);
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
