// SPDX-License-Identifier: EUPL-1.2
import {
  type CertificationDataReading,
  MAX_CERTIFICATION_DATA_BYTES,
  readCertificationData,
} from '../../evidence/certification-data/reader.ts';
import { findNamedPart, type RecognitionInput } from '../../evidence/recognition.ts';
import { parseAddressList } from '../../wire/mime/addresses.ts';
import type { Header } from '../../wire/mime/header.ts';
import { decodeTransferred } from '../../wire/mime/transfer-encoding.ts';
import type { MessageFile } from './message-file.ts';

/** Base64 takes a third more; line ends and slack on top. */
const MAX_ENCODED_DATA_BYTES = MAX_CERTIFICATION_DATA_BYTES * 1.5;

/** A message in memory, without an SMTP dialogue around it, as it is recognised. */
export function recognitionInput({
  octets,
  index,
  header,
}: Omit<MessageFile, 'restorations'>): RecognitionInput {
  const part = findNamedPart(index, 'daticert.xml');
  if (part === undefined) return { header, index };
  const certificationData: CertificationDataReading =
    part.bodyEnd - part.bodyStart > MAX_ENCODED_DATA_BYTES
      ? { ok: false, reason: 'too-large', detail: 'daticert.xml is too large' }
      : readCertificationData(
          decodeTransferred(part.encoding, octets.buffer.subarray(part.bodyStart, part.bodyEnd)),
        );
  return { header, index, certificationData };
}

/** From, when it is exactly one address. */
export function soleAuthor(header: Header): string | undefined {
  const fields = header.all('From');
  const { mailboxes } = parseAddressList(fields.length === 1 ? (fields[0]?.value ?? '') : '');
  return mailboxes.length === 1 ? mailboxes[0]?.address : undefined;
}
