// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import { encodeBase64 } from '../../wire/mime/transfer-encoding.ts';
import { chooseBoundaries } from '../boundaries.ts';
import type { LogProof } from '../certification-log/log-proof.ts';
import { writeLogProof } from '../certification-log/log-proof.ts';
import type { LogRecord } from '../certification-log/log-store.ts';
import type { EmittingProvider } from '../draft.ts';
import { dateLine, fieldLine, subjectLine } from '../drafting/header-lines.ts';
import { newIdentifier } from '../identifiers.ts';
import { localTime } from '../local-time.ts';
import {
  DECLARATION_SUBJECT,
  DECLARED_PROOF_FILE,
  DECLARED_RECORDS_FILE,
  declarationText,
} from '../wording/declarations.ts';

export interface DeclarationFacts {
  readonly provider: EmittingProvider;
  readonly ids: Ids;
  readonly instant: Instant;
  /** Who asked. */
  readonly holder: string;
  /** What the log holds, at least one record. */
  readonly records: readonly LogRecord[];
  /** The messages that are not given back: kind and Message-ID of each. */
  readonly missing: readonly { readonly kind: string; readonly messageId: string }[];
  readonly proof?: LogProof;
}

/** A plain message of the provider, to be signed: none of the kinds of the law. */
export interface Declaration {
  /** Without angle brackets. */
  readonly messageId: string;
  readonly header: Buffer;
  readonly entity: Buffer;
  readonly boundary: string;
  readonly instant: Instant;
}

/** LOG-10: what the log holds of a message, in words, as records and with their proof. */
export function draftDeclaration(facts: DeclarationFacts): Declaration {
  const { provider, ids, instant, holder, records, proof } = facts;
  const messageId = newIdentifier(ids, provider);
  const { outer, mixed } = chooseBoundaries(ids, []);
  const header =
    dateLine(instant, localTime(instant)) +
    subjectLine(DECLARATION_SUBJECT, records[0]?.subject) +
    fieldLine('From', provider.serviceAddress) +
    fieldLine('To', holder) +
    fieldLine('Message-ID', `<${messageId}>`);
  const parts = [
    part('text/plain; charset=utf-8', Buffer.from(textOf(facts))),
    attachment(DECLARED_RECORDS_FILE, `${JSON.stringify(records, null, 2)}\n`),
    ...(proof === undefined ? [] : [attachment(DECLARED_PROOF_FILE, writeLogProof(proof))]),
  ];
  const entity = Buffer.concat([
    Buffer.from(`MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="${mixed}"\r\n\r\n`),
    ...parts.flatMap((each) => [Buffer.from(`--${mixed}\r\n`), each, Buffer.from('\r\n')]),
    Buffer.from(`--${mixed}--\r\n`),
  ]);
  return { messageId, header: Buffer.from(header), entity, boundary: outer, instant };
}

function textOf({ provider, instant, holder, records, missing, proof }: DeclarationFacts): string {
  const [first] = records;
  return declarationText({
    provider: provider.name,
    holder,
    identifier: first?.identifier ?? '',
    sender: first?.sender ?? '',
    subject: first?.subject ?? '',
    now: momentOf(instant),
    records: records.map(
      ({ sequence, instant: at, event, recipient = '' }) =>
        `${sequence}  ${momentOf(at)}  ${event}  ${recipient}`,
    ),
    missing: missing.map(({ kind, messageId }) => `${kind}  <${messageId}>`),
    proved: proof?.records.length ?? 0,
  });
}

function momentOf(instant: Instant): string {
  const { date, time, zone } = localTime(instant);
  return `${date} ${time} (${zone})`;
}

function attachment(name: string, text: string): Buffer {
  const disposition = `Content-Disposition: attachment; filename="${name}"\r\n`;
  return part(`application/json; name="${name}"`, Buffer.from(text), disposition);
}

function part(...[type, octets, more = '']: [type: string, octets: Buffer, more?: string]): Buffer {
  const fields = `Content-Type: ${type}\r\n${more}Content-Transfer-Encoding: base64\r\n\r\n`;
  return Buffer.concat([Buffer.from(fields), encodeBase64(octets)]);
}
