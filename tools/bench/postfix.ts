// SPDX-License-Identifier: EUPL-1.2
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Running } from './processes.ts';

export interface PostfixTerms {
  /** Everything of it is below; users other than the caller must be able to reach it. */
  readonly folder: string;
  readonly submissionPort: number;
  readonly domain: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** The user that Debian's Postfix runs as. */
function postfixUser(): { readonly uid: number; readonly gid: number } {
  const id = (option: string) => Number(execFileSync('id', [option, 'postfix'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Folder in which Dovecot makes the sockets that Postfix asks and delivers through. */
export function socketFolder({ folder }: { readonly folder: string }): string {
  const { uid, gid } = postfixUser();
  const sockets = join(folder, 'queue', 'private');
  mkdirSync(sockets, { recursive: true });
  chownSync(sockets, uid, gid);
  return sockets;
}

/**
 * Starts Debian's Postfix in the foreground with a configuration, queue and port of its own: submission
 * over implicit TLS with passwords that Dovecot checks, delivery to Dovecot over LMTP, all durability and
 * concurrency as Postfix has them by default.
 */
export async function startPostfix(terms: PostfixTerms): Promise<Running> {
  const { uid } = postfixUser();
  const config = join(terms.folder, 'config');
  const data = join(terms.folder, 'data');
  for (const path of [config, data]) mkdirSync(path, { recursive: true });
  chownSync(data, uid, 0);
  writeFileSync(join(config, 'main.cf'), mainConfiguration(terms));
  writeFileSync(join(config, 'master.cf'), services(terms.submissionPort));
  // `check` makes the folders of the queue. The master is started directly: of `start-fg` it would be a
  // grandchild, and outlive its parent.
  execFileSync('/usr/sbin/postfix', ['-c', config, 'check'], { stdio: ['ignore', 2, 2] });
  const running = Running.start('postfix', ['/usr/lib/postfix/sbin/master', '-s', '-c', config]);
  await running.listening([terms.submissionPort], join(terms.folder, 'postfix.log'));
  return running;
}

function mainConfiguration({ folder, domain, certificateFile, keyFile }: PostfixTerms): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/postfix.log
maillog_file_prefixes = ${folder}
myhostname = mx.${domain}
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
smtpd_tls_cert_file = ${certificateFile}
smtpd_tls_key_file = ${keyFile}
smtpd_tls_security_level = encrypt
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = 0
default_process_limit = 300
smtpd_client_connection_rate_limit = 0
virtual_mailbox_domains = ${domain}
virtual_mailbox_maps = static:all
virtual_transport = lmtp:unix:private/dovecot-lmtp
message_size_limit = 157286400
`;
}

/** Debian's master.cf, without what listens or delivers elsewhere. */
function services(submissionPort: number): string {
  return `${submissionPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}
