// SPDX-License-Identifier: EUPL-1.2
import {
  MAX_CERTIFICATION_DATA_BYTES,
  readCertificationData,
} from '../../evidence/certification-data/reader.ts';
import {
  findNamedPart,
  type Recognition,
  type RecognitionInput,
  recognise,
} from '../../evidence/recognition.ts';
import type { AuthenticMessage, Verification } from '../../trust/signing/verification-result.ts';
import { parseAddressList } from '../../wire/mime/addresses.ts';
import { type Header, parseHeader } from '../../wire/mime/header.ts';
import type { MimeIndex, MimePart } from '../../wire/mime/mime-index.ts';
import type { Octets } from '../../wire/mime/octets.ts';
import { decodeTransferred } from '../../wire/mime/transfer-encoding.ts';
import type { Reception } from './reception.ts';

/** Checks where a message comes from: signature existence, origin and validity (IP-4 to IP-6). */
export interface MessageVerifier {
  verify(message: Octets, index: MimeIndex): Promise<Verification>;
}

/** More of the original's header than this is not read for the soft checks. */
const INNER_HEADER_BYTES = 256 * 1024;

const UNREAD: Recognition = { kind: 'neither', hard: ['not-certified-mail'], detail: 'not looked at' };

/** What is known of a message before deciding: who signed it and what it is. */
export interface Examination {
  readonly verification: Verification;
  readonly recognition: Recognition;
  readonly fromAddress?: string;
}

/**
 * Gathers the facts that the incoming decision needs from the message itself: from the data, never from the
 * readable text (GEN-11), and whatever other parts there are (GEN-19).
 */
export async function examine(reception: Reception, verifier: MessageVerifier): Promise<Examination> {
  const { message } = reception.transaction;
  const verification = await verifier.verify(message.octets, message.index);
  if (!verification.authentic) return { verification, recognition: UNREAD };
  const from = singleAddress(reception.header);
  const recognition = recognise(await recognitionInput(reception));
  return { verification, recognition, ...(from !== undefined && { fromAddress: from }) };
}

/** SIG-15: what a good verification rested on, for the log. */
export function groundsOf({
  certificateHash,
  crlNumber,
}: AuthenticMessage): Readonly<Record<string, string>> {
  return { certificate: certificateHash, ...(crlNumber !== null && { crl: crlNumber }) };
}

async function recognitionInput({ transaction, header }: Reception): Promise<RecognitionInput> {
  const { message, reversePath, forwardPaths } = transaction;
  const xml = findNamedPart(message.index, 'daticert.xml');
  const original = findNamedPart(message.index, 'postacert.eml')?.parts[0];
  return {
    header,
    index: message.index,
    reversePath,
    forwardPaths,
    ...(xml !== undefined && { certificationData: await readXml(message.octets, xml) }),
    ...(original !== undefined && { innerHeader: await readInnerHeader(message.octets, original) }),
  };
}

async function readXml(octets: Octets, part: MimePart) {
  // Base64 takes a third more; line ends and slack on top.
  if (part.bodyEnd - part.bodyStart > MAX_CERTIFICATION_DATA_BYTES * 1.5) {
    return { ok: false, reason: 'too-large', detail: 'daticert.xml is too large' } as const;
  }
  const encoded = await octets.read(part.bodyStart, part.bodyEnd);
  return readCertificationData(decodeTransferred(part.encoding, encoded));
}

async function readInnerHeader(octets: Octets, original: MimePart): Promise<Header> {
  const end = Math.min(original.bodyStart, original.headerStart + INNER_HEADER_BYTES);
  return parseHeader(await octets.read(original.headerStart, end));
}

function singleAddress(header: Header): string | undefined {
  const fields = header.all('from');
  const mailboxes = fields.length === 1 ? parseAddressList(fields[0]?.value ?? '').mailboxes : [];
  return mailboxes.length === 1 ? mailboxes[0]?.address : undefined;
}
