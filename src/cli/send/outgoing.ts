// SPDX-License-Identifier: EUPL-1.2
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ReceiptType } from '../../evidence/certification-data/certification-data.ts';
import { localTime } from '../../evidence/local-time.ts';
import { Fault } from '../../platform/faults.ts';
import { isAddress, type Mailbox, parseAddressList } from '../../wire/mime/addresses.ts';
import { type Attachment, buildMessage, type NamedAddress } from '../../wire/mime/message-builder.ts';
import type { CommandSurroundings } from '../command-surroundings.ts';
import { mediaTypeOf } from './media-types.ts';

/** Octets of all files of one message: what providers take is less. */
const MAX_FILES_BYTES = 300 * 1024 * 1024;

/** What to write, as the options say it. */
export interface OutgoingOptions {
  readonly from: string;
  /** Addresses, with or without names, one or several to a text. */
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly subject?: string;
  readonly text?: string;
  readonly textFile?: string;
  readonly attach?: readonly string[];
  readonly receipt?: ReceiptType;
}

/** A message ready to go. */
export interface Outgoing {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly subject: string | null;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly octets: Buffer;
}

/** Who writes to whom. @throws Fault `address-invalid` */
export interface Correspondents {
  readonly from: NamedAddress;
  readonly to: readonly NamedAddress[];
  readonly cc: readonly NamedAddress[];
}

/** Reads the addresses of the options. @throws Fault `address-invalid` */
export function readCorrespondents(options: OutgoingOptions): Correspondents {
  const [from, ...others] = readAddresses([options.from]);
  const to = readAddresses(options.to);
  if (from === undefined || others.length > 0) throw invalid('--from', options.from);
  if (to.length === 0) throw invalid('--to', '');
  return { from, to, cc: readAddresses(options.cc ?? []) };
}

/** Writes the message. @throws Fault `file-unreadable` */
export async function composeOutgoing(
  correspondents: Correspondents,
  options: OutgoingOptions,
  { clock, ids }: Pick<CommandSurroundings, 'clock' | 'ids'>,
): Promise<Outgoing> {
  const { from, to, cc } = correspondents;
  const instantMs = clock.now();
  const { offsetMinutes } = localTime(instantMs);
  const messageId = `${ids.token()}@${from.address.slice(from.address.lastIndexOf('@') + 1)}`;
  const text = options.textFile === undefined ? (options.text ?? '') : await readText(options.textFile);
  const chunks = buildMessage({
    from,
    to,
    cc,
    messageId,
    date: { instantMs, offsetMinutes },
    ...(options.subject !== undefined && { subject: options.subject }),
    ...(options.receipt !== undefined && { fields: [['X-TipoRicevuta', options.receipt]] }),
    text,
    attachments: await readAttachments(options.attach ?? []),
    boundary: `ceralacca${ids.token()}`,
  });
  const recipients = new Map([...to, ...cc].map(({ address }) => [address.toLowerCase(), address]));
  return {
    sender: from.address,
    recipients: [...recipients.values()],
    subject: options.subject ?? null,
    messageId,
    octets: Buffer.concat(chunks),
  };
}

function readAddresses(texts: readonly string[]): NamedAddress[] {
  return texts.flatMap((text) => {
    const { mailboxes, valid } = parseAddressList(text);
    if (!valid || !mailboxes.every(({ address }) => isAddress(address))) throw invalid('address', text);
    return mailboxes.map(({ name, address }: Mailbox) =>
      name === undefined ? { address } : { name, address },
    );
  });
}

async function readAttachments(paths: readonly string[]): Promise<Attachment[]> {
  let sizeBytes = 0;
  const attachments: Attachment[] = [];
  for (const path of paths) {
    sizeBytes += await readable(path, async () => (await stat(path)).size);
    if (sizeBytes > MAX_FILES_BYTES) {
      throw new Fault('files-too-large', `the files have more than ${MAX_FILES_BYTES} octets in all`, {
        temporary: false,
      });
    }
    const content = await readable(path, () => readFile(path));
    const name = basename(path);
    attachments.push({ name, mediaType: mediaTypeOf(name), content });
  }
  return attachments;
}

function readText(path: string): Promise<string> {
  return readable(path, () => readFile(path, 'utf8'));
}

async function readable<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('file-unreadable', `${path} cannot be read: ${why}`, { temporary: false, cause });
  }
}

function invalid(option: string, text: string): Fault {
  return new Fault('address-invalid', `${option}: "${text}" is not an address`, { temporary: false });
}
