// SPDX-License-Identifier: EUPL-1.2
import type { CommandOf } from '../commands/command.ts';
import { bad, no, ok, type StatusResponse } from '../responses/statuses.ts';
import { nstring, string } from '../responses/strings.ts';
import { capabilities } from './capabilities.ts';
import { enableCondstore } from './news.ts';
import type { Enabled, SessionContext } from './session-context.ts';

export function capability(context: SessionContext): StatusResponse {
  context.untagged(`CAPABILITY ${capabilities(context).join(' ')}`);
  return ok('Capabilities listed');
}

export function id(context: SessionContext): StatusResponse {
  const own = Object.entries(context.options.id ?? {});
  const params = own.map(
    ([field, value]) => `${string(field, context.style)} ${nstring(value, context.style)}`,
  );
  context.untagged(`ID ${params.length === 0 ? 'NIL' : `(${params.join(' ')})`}`);
  return ok('Pleased to meet you');
}

const ENABLED_NAMES: ReadonlyMap<string, { readonly extension: Enabled; readonly shown: string }> = new Map([
  ['CONDSTORE', { extension: 'CONDSTORE', shown: 'CONDSTORE' }],
  ['IMAP4REV2', { extension: 'IMAP4REV2', shown: 'IMAP4rev2' }],
  ['QRESYNC', { extension: 'QRESYNC', shown: 'QRESYNC' }],
  ['UTF8=ACCEPT', { extension: 'UTF8=ACCEPT', shown: 'UTF8=ACCEPT' }],
]);

/** RFC 5161: unknown names are passed over; the answer names what this command switched on. */
export function enable(context: SessionContext, command: CommandOf<'ENABLE'>): StatusResponse {
  const shown: string[] = [];
  for (const name of command.capabilities) {
    const known = ENABLED_NAMES.get(name);
    if (known === undefined || context.enabled(known.extension)) continue;
    if (known.extension === 'CONDSTORE' || known.extension === 'QRESYNC') enableCondstore(context);
    context.enable(known.extension);
    shown.push(known.shown);
  }
  context.untagged(shown.length === 0 ? 'ENABLED' : `ENABLED ${shown.join(' ')}`);
  return ok('Enabled');
}

export function logout(context: SessionContext): StatusResponse {
  context.untagged('BYE Logging out');
  context.loggedOut = true;
  return ok('Logged out');
}

/** RFC 9051 section 6.2.1: octets sent before the handshake are nobody's and are thrown away. */
export async function startTls(context: SessionContext, tag: string): Promise<StatusResponse | undefined> {
  if (!context.options.startTls) return bad('TLS is not offered');
  if (context.encrypted) return bad('TLS is active already');
  context.reader.takeWaiting();
  context.respond(tag, ok('Begin TLS negotiation now'));
  await context.writer.flush();
  await context.options.connection.startTls();
  context.reader.takeWaiting();
  context.encrypted = true;
  return undefined;
}

/** RFC 4978. */
export async function compress(
  context: SessionContext,
  command: CommandOf<'COMPRESS'> & { readonly tag: string },
): Promise<StatusResponse | undefined> {
  if (!context.options.compress) return bad('Compression is not offered');
  if (command.mechanism !== 'DEFLATE') return bad('Unknown compression mechanism');
  if (context.compressed) return no('DEFLATE active already', 'COMPRESSIONACTIVE');
  context.respond(command.tag, ok('DEFLATE active'));
  await context.writer.flush();
  context.compressed = true;
  await context.options.connection.compress(context.reader.takeWaiting());
  return undefined;
}
