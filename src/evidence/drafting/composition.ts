// SPDX-License-Identifier: EUPL-1.2
import { joinPieces, type Piece } from '../../wire/mime/octets.ts';
import { base64Lines } from '../../wire/mime/transfer-encoding.ts';
import { type Boundaries, chooseBoundaries } from '../boundaries.ts';
import type { CertificationData } from '../certification-data/certification-data.ts';
import { writeCertificationData } from '../certification-data/writer.ts';
import type { Draft, DraftFacts, MessageKind } from '../draft.ts';
import type { Enclosure } from '../original.ts';
import { CERTIFICATION_DATA_FILE, ORIGINAL_FILE } from '../wording/literals.ts';
import type { ReadableText } from '../wording/texts.ts';
import { htmlPart, plainPart } from './readable-part.ts';

/** Everything a draft is made of. */
export interface Composition {
  readonly kind: MessageKind;
  readonly messageId: string;
  readonly to: readonly string[];
  readonly header: Buffer;
  readonly text: ReadableText;
  /** All kinds but the anomaly envelope have it. */
  readonly data?: CertificationData;
  readonly enclosure?: Enclosure;
}

const DATA_HEADER =
  `Content-Type: application/xml; name="${CERTIFICATION_DATA_FILE}"\r\n` +
  `Content-Disposition: inline; filename="${CERTIFICATION_DATA_FILE}"\r\n` +
  'Content-Transfer-Encoding: base64\r\n\r\n';

const ORIGINAL_HEADER =
  `Content-Type: message/rfc822; name="${ORIGINAL_FILE}"\r\n` +
  `Content-Disposition: inline; filename="${ORIGINAL_FILE}"\r\n` +
  'Content-Transfer-Encoding: ';

/** Puts the parts together: text, certification data, original (GEN-2, section 2.0 of the specification). */
export function compose(facts: Pick<DraftFacts, 'ids' | 'instant'>, composition: Composition): Draft {
  const { kind, messageId, to, header, text, data, enclosure } = composition;
  const boundaries = chooseBoundaries(facts.ids, enclosure?.watched ?? []);
  const eightBit = enclosure?.eightBit ?? false;

  let frame = opening(boundaries, eightBit) + alternative(boundaries, text);
  if (data !== undefined) {
    const encoded = base64Lines(writeCertificationData(data));
    frame += `--${boundaries.mixed}\r\n${DATA_HEADER}${encoded}\r\n\r\n`;
  }
  // A line end of its own after the last boundary: mail programs in Python, which write messages anew, would
  // put one there where it is missing, and the signature would be broken.
  const closing = `--${boundaries.mixed}--\r\n`;
  if (enclosure === undefined) {
    return draft([Buffer.from(frame + closing, 'latin1')]);
  }
  frame += `--${boundaries.mixed}\r\n${ORIGINAL_HEADER}${enclosure.encoding}\r\n\r\n`;
  // The line end before a boundary belongs to the boundary: the original ends as it ended.
  return draft(
    joinPieces([Buffer.from(frame, 'latin1'), ...enclosure.pieces, Buffer.from(`\r\n${closing}`, 'latin1')]),
    enclosure.whole,
  );

  function draft(entity: readonly Piece[], original?: readonly Piece[]): Draft {
    return {
      kind,
      messageId,
      to,
      header,
      entity,
      boundary: boundaries.outer,
      eightBit,
      ...(original !== undefined && { original }),
      instant: facts.instant,
    };
  }
}

function opening({ mixed }: Boundaries, eightBit: boolean): string {
  return (
    'MIME-Version: 1.0\r\n' +
    `Content-Type: multipart/mixed; boundary="${mixed}"\r\n` +
    `Content-Transfer-Encoding: ${eightBit ? '8bit' : '7bit'}\r\n\r\n` +
    `--${mixed}\r\n`
  );
}

function alternative({ alternative: boundary }: Boundaries, text: ReadableText): string {
  return (
    `Content-Type: multipart/alternative; boundary="${boundary}"\r\n` +
    `Content-Transfer-Encoding: 7bit\r\n\r\n--${boundary}\r\n` +
    `${plainPart(text)}\r\n--${boundary}\r\n${htmlPart(text)}\r\n--${boundary}--\r\n\r\n`
  );
}
