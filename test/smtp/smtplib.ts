// SPDX-License-Identifier: EUPL-1.2
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs lines of Python with `smtplib`, `ssl` and a context `tls` that trusts `caFile`; what the lines
 * print comes back. A client that is not ours.
 */
export async function withSmtplib(options: {
  readonly caFile: string;
  readonly script: string;
}): Promise<string> {
  const prelude = [
    'import smtplib, ssl',
    `tls = ssl.create_default_context(cafile=${JSON.stringify(options.caFile)})`,
    'tls.check_hostname = False',
  ];
  const { stdout } = await run('python3', ['-c', [...prelude, options.script].join('\n')]);
  return stdout.trim();
}
