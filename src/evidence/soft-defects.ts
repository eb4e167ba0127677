// SPDX-License-Identifier: EUPL-1.2
import { parseAddressList, sameAddress } from '../wire/mime/addresses.ts';
import { decodeWords } from '../wire/mime/encoded-words.ts';
import type { Header } from '../wire/mime/header.ts';
import { parseMessageId } from '../wire/mime/message-ids.ts';
import type { MimeIndex } from '../wire/mime/mime-index.ts';
import type { CertificationData } from './certification-data/certification-data.ts';
import { findText } from './certified-parts.ts';
import { KIND_LITERALS, ON_BEHALF_OF, REFERENCE_FIELD } from './wording/literals.ts';

/** Odd in a transport envelope, worth a line in the journal, but no reason to treat it otherwise. */
export type SoftDefect =
  | 'subject-prefix'
  | 'display-name'
  | 'inner-message-id'
  | 'inner-recipients'
  | 'message-id-reference'
  | 'sender-mismatch'
  | 'text-not-first'
  | 'text-charset';

export interface SoftInput {
  readonly header: Header;
  readonly index: MimeIndex;
  readonly data: CertificationData;
  readonly innerHeader?: Header;
  readonly reversePath?: string;
}

export function softDefects(input: SoftInput): SoftDefect[] {
  const { header, index, data, innerHeader, reversePath } = input;
  const found = new Set<SoftDefect>();
  const { subjectPrefix } = KIND_LITERALS['transport-envelope'];
  if (!decoded(header, 'Subject').startsWith(subjectPrefix)) found.add('subject-prefix');
  const author = parseAddressList(header.first('From')?.value ?? '').mailboxes[0];
  if (author?.name?.startsWith(ON_BEHALF_OF.trimEnd()) !== true) found.add('display-name');
  if (header.first(REFERENCE_FIELD)?.value !== data.messageId) found.add('message-id-reference');
  if (reversePath !== undefined && !sameAddress(reversePath, data.sender)) found.add('sender-mismatch');
  if (innerHeader !== undefined) {
    if (messageIdOf(innerHeader) !== messageIdOf(header)) found.add('inner-message-id');
    if (recipientsOf(innerHeader) !== recipientsOf(header)) found.add('inner-recipients');
  }
  const text = findText(index);
  if (!text.first) found.add('text-not-first');
  const charset = text.part?.params.charset?.toLowerCase();
  if (charset !== 'iso-8859-1') found.add('text-charset');
  return [...found];
}

function decoded(header: Header, name: string): string {
  return decodeWords(header.first(name)?.value ?? '');
}

function messageIdOf(header: Header): string | undefined {
  return parseMessageId(header.first('Message-ID')?.value ?? '');
}

function recipientsOf(header: Header): string {
  return ['To', 'Cc'].flatMap((name) => header.all(name).map(({ value }) => `${name}:${value}`)).join('\n');
}
