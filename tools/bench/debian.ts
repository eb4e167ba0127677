// SPDX-License-Identifier: EUPL-1.2
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A package of Debian and a file that shows that it is there. */
interface DebianPackage {
  readonly name: string;
  readonly file: string;
}

export const DOVECOT: readonly DebianPackage[] = [
  { name: 'dovecot-imapd', file: '/usr/lib/dovecot/imap' },
  { name: 'dovecot-lmtpd', file: '/usr/lib/dovecot/lmtp' },
];
export const POSTFIX: readonly DebianPackage[] = [{ name: 'postfix', file: '/usr/sbin/postfix' }];
export const CLAMD: readonly DebianPackage[] = [{ name: 'clamav-daemon', file: '/usr/sbin/clamd' }];

/**
 * Whether these packages are there; root installs those that are not, without starting them or giving
 * them a configuration. The sentence says why they are missing.
 */
export function ensurePackages(packages: readonly DebianPackage[]): string | undefined {
  const missing = packages.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
  if (process.getuid?.() !== 0) return 'run as root to have it measured: it changes its user';
  if (missing.length === 0) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (missing.includes('postfix')) {
    const answer = 'postfix postfix/main_mailer_type select No configuration\n';
    spawnSync('debconf-set-selections', { input: answer, stdio: ['pipe', 2, 2] });
  }
  const commands = [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', ...missing],
  ];
  const done = commands.every(
    (words) => spawnSync('apt-get', words, { stdio: ['ignore', 2, 2], env }).status === 0,
  );
  return done ? undefined : `apt-get could not install ${missing.join(' ')}`;
}
