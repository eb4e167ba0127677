// SPDX-License-Identifier: EUPL-1.2
import type { SessionContext } from './session-context.ts';

/** Spoken before and after login. */
const ALWAYS = ['IMAP4rev1', 'IMAP4rev2', 'LITERAL+', 'SASL-IR', 'ID', 'ENABLE'];

/** Spoken once somebody is logged in. What is named here works; what does not work is not named. */
const AUTHENTICATED = [
  'BINARY',
  'CHILDREN',
  'CONDSTORE',
  'CREATE-SPECIAL-USE',
  'ESEARCH',
  'ESORT',
  'IDLE',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'MOVE',
  'MULTIAPPEND',
  'NAMESPACE',
  'OBJECTID',
  'PREVIEW',
  'QRESYNC',
  'QUOTA',
  'QUOTA=RES-STORAGE',
  'SAVEDATE',
  'SEARCHRES',
  'SORT',
  'SPECIAL-USE',
  'STATUS=SIZE',
  'THREAD=ORDEREDSUBJECT',
  'THREAD=REFERENCES',
  'UIDPLUS',
  'UNSELECT',
  'UTF8=ACCEPT',
  'WITHIN',
];

/** The capability list of the session's present state (RFC 9051 section 6.1.1). */
export function capabilities(context: SessionContext): readonly string[] {
  const { account, options } = context;
  if (account !== undefined) {
    const list = [...ALWAYS, ...AUTHENTICATED, `APPENDLIMIT=${account.appendLimitBytes}`];
    if (account.metadata !== undefined) list.push('METADATA');
    if (options.compress && !context.compressed) list.push('COMPRESS=DEFLATE');
    return list;
  }
  const list = [...ALWAYS];
  if (options.startTls && !context.encrypted) list.push('STARTTLS');
  if (!context.loginAllowed) return [...list, 'LOGINDISABLED'];
  list.push('AUTH=PLAIN');
  for (const mechanism of options.backend.mechanisms ?? []) list.push(`AUTH=${mechanism.name}`);
  return list;
}
