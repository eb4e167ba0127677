// SPDX-License-Identifier: EUPL-1.2

import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Running } from './processes.ts';

export interface DovecotTerms {
  /** Everything of it is below; users other than the caller must be able to reach it. */
  readonly folder: string;
  readonly imapsPort: number;
  readonly accounts: readonly string[];
  readonly password: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly format: 'maildir' | 'mdbox' | 'sdbox';
  /** Whether flags wait for the disk as messages do; as by default they do not. */
  readonly flagsSynced?: boolean;
  /** Folder of the sockets that Postfix uses; Debian's user `postfix` owns them. */
  readonly postfixSockets?: string;
}

/** Debian's user `mail` keeps the mailboxes. */
const MAIL_ID = 8;

/** Where a maildir of an account is. */
export function maildirOf({ folder }: { readonly folder: string }, account: string): string {
  return join(folder, 'mail', account, 'mail');
}

/**
 * Starts Debian's Dovecot in the foreground with a folder, ports and accounts of its own. Its ways are
 * those of Debian (fsync of each message, one log-in process per connection); only limits on numbers are
 * raised. Passwords are kept as plain SHA-256, which spares it the hashing that Ceralacca does.
 */
export async function startDovecot(terms: DovecotTerms): Promise<Running> {
  const { folder, accounts, password, imapsPort } = terms;
  const mail = join(folder, 'mail');
  mkdirSync(mail, { recursive: true });
  chownSync(mail, MAIL_ID, MAIL_ID);
  const users = accounts.map(
    (account) =>
      `${account}:{SHA256.hex}${sha256(password)}:${MAIL_ID}:${MAIL_ID}::${join(mail, account)}::\n`,
  );
  writeFileSync(join(folder, 'passwd'), users.join(''));
  if (terms.format === 'maildir') for (const account of accounts) makeMaildir(join(mail, account));
  const file = join(folder, 'dovecot.conf');
  writeFileSync(file, configuration(terms));
  const running = Running.start('dovecot', ['/usr/sbin/dovecot', '-F', '-c', file]);
  await running.listening([imapsPort], join(folder, 'dovecot.log'));
  return running;
}

/** Made before mail comes, so that it can be watched from the start. */
function makeMaildir(home: string): void {
  for (const path of [
    home,
    join(home, 'mail'),
    ...['new', 'cur', 'tmp'].map((name) => join(home, 'mail', name)),
  ]) {
    mkdirSync(path, { mode: 0o700 });
    chownSync(path, MAIL_ID, MAIL_ID);
  }
}

function configuration(terms: DovecotTerms): string {
  const { folder, imapsPort, certificateFile, keyFile, format, postfixSockets } = terms;
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap${postfixSockets === undefined ? '' : ' lmtp'}
listen = 127.0.0.1
ssl = required
ssl_cert = <${certificateFile}
ssl_key = <${keyFile}
disable_plaintext_auth = yes
first_valid_uid = ${MAIL_ID}
mail_location = ${format}:~/mail
mail_fsync = ${terms.flagsSynced === true ? 'always' : 'optimized'}
mail_max_userip_connections = 5000
passdb {
  driver = passwd-file
  args = username_format=%u ${folder}/passwd
}
userdb {
  driver = passwd-file
  args = username_format=%u ${folder}/passwd
}
namespace inbox {
  inbox = yes
}
default_process_limit = 5000
default_client_limit = 20000
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${imapsPort}
    ssl = yes
  }
}
service imap {
  process_limit = 5000
}
service stats {
  client_limit = 20000
}
${postfixSockets === undefined ? '' : servicesOfPostfix(postfixSockets)}`;
}

function servicesOfPostfix(folder: string): string {
  const socket = (name: string) => `  unix_listener ${join(folder, name)} {
    mode = 0600
    user = postfix
    group = postfix
  }`;
  return `auth_mechanisms = plain login
service auth {
${socket('auth')}
}
service lmtp {
${socket('dovecot-lmtp')}
}
`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
