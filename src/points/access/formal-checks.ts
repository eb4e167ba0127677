// SPDX-License-Identifier: EUPL-1.2
import type { RefusalReason } from '../../evidence/wording/refusals.ts';
import { parseAddressList, sameAddress } from '../../wire/mime/addresses.ts';
import { parseDate } from '../../wire/mime/dates.ts';
import type { Header, HeaderDefect } from '../../wire/mime/header.ts';
import { parseMessageId } from '../../wire/mime/message-ids.ts';
import type { MimeIndex } from '../../wire/mime/mime-index.ts';

/** One failed check, with the value that failed it where it helps the user. */
export interface FormalFailure {
  readonly problem: RefusalReason;
  readonly about?: string;
}

/** What the checks look at. */
export interface FormalInput {
  readonly header: Header;
  readonly index: MimeIndex;
  /** Octets as received in DATA (AP-12). */
  readonly sizeBytes: number;
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
}

export interface FormalLimits {
  /** For the size times the number of recipients, octets (AP-12, AP-13). */
  readonly sizeBytes: number;
  readonly recipients: number;
  /** Longest header that is read, octets. */
  readonly headerBytes: number;
  /** Refuse when an address of To or Cc is not among the forward paths (U-7). */
  readonly everyHeaderRecipient: boolean;
  /** Refuse a message without Date; RFC 6409 section 8.2 lets a submission service take it. */
  readonly dateRequired: boolean;
}

// RFC 5322 section 3.6: these occur once at most.
const SINGLE_FIELDS = [
  'date',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'message-id',
  'in-reply-to',
  'references',
  'subject',
];
// Long lines are counted over the whole message; blanks before the colon are an old form that everybody
// has to read (RFC 5322 section 4.5).
const TOLERATED: ReadonlySet<HeaderDefect> = new Set(['line-too-long', 'blank-before-colon']);
// RFC 5322 section 2.1.1, without the line end.
const LONGEST_LINE = 998;

/** Every formal check that fails, in the order of RFC 6109 section 3.1.1; none means formally correct. */
export function checkFormally(input: FormalInput, limits: FormalLimits): readonly FormalFailure[] {
  return [
    ...checkSyntax(input, limits),
    ...checkFrom(input),
    ...checkRecipientFields(input),
    ...checkForwardPaths(input, limits),
    ...checkSize(input, limits),
  ];
}

/** AP-6: the message conforms to RFC 5322. */
function checkSyntax({ header, index }: FormalInput, limits: FormalLimits): FormalFailure[] {
  const failures: FormalFailure[] = [];
  if (index.root.bodyStart > limits.headerBytes) failures.push({ problem: 'header-too-large' });
  const broken = header.fields.find((field) => field.defects.some((defect) => !TOLERATED.has(defect)));
  if (broken !== undefined) {
    failures.push({ problem: 'malformed-header', about: broken.name || firstWords(broken.value) });
  }
  // RFC 5322 section 2.3: CR and LF only together. The signature over others would not hold elsewhere (SIG-4).
  if (index.bareLineEnds) failures.push({ problem: 'bare-line-end' });
  if (index.nul) failures.push({ problem: 'nul-octet' });
  if (index.longestLine > LONGEST_LINE) {
    failures.push({ problem: 'line-too-long', about: String(index.longestLine) });
  }
  for (const name of SINGLE_FIELDS) {
    if (header.all(name).length > 1) failures.push({ problem: 'repeated-field', about: name });
  }
  const date = header.first('date');
  if (date === undefined) {
    if (limits.dateRequired) failures.push({ problem: 'missing-date' });
  } else if (parseDate(date.value) === undefined) {
    failures.push({ problem: 'bad-date', about: firstWords(date.value) });
  }
  // RFC 5322 section 3.6.2: one mailbox. It is not copied out (GEN-8).
  const sender = header.first('sender');
  if (sender !== undefined && !isOneMailbox(sender.value)) {
    failures.push({ problem: 'malformed-header', about: 'Sender' });
  }
  const messageId = header.first('message-id');
  if (messageId !== undefined && parseMessageId(messageId.value) === undefined) {
    failures.push({ problem: 'bad-message-id', about: firstWords(messageId.value) });
  }
  return failures;
}

/** AP-7: a From field with one valid address; AP-9: equal to the reverse path. */
function checkFrom({ header, reversePath }: FormalInput): FormalFailure[] {
  const field = header.first('from');
  if (field === undefined) return [{ problem: 'missing-from' }];
  const { mailboxes, valid } = parseAddressList(field.value);
  const [author, second] = mailboxes;
  if (!valid || author === undefined) return [{ problem: 'bad-from', about: firstWords(field.value) }];
  if (second !== undefined) return [{ problem: 'several-from' }];
  // AP-9: the null reverse path never equals an address.
  return sameAddress(author.address, reversePath)
    ? []
    : [{ problem: 'sender-mismatch', about: author.address }];
}

/** AP-8: a To field with valid addresses; AP-11: no Bcc. Cc and Reply-To, where present, must be readable. */
function checkRecipientFields({ header }: FormalInput): FormalFailure[] {
  const failures: FormalFailure[] = [];
  const to = header.first('to');
  if (to === undefined || to.value === '') failures.push({ problem: 'missing-to' });
  else {
    const { mailboxes, valid } = parseAddressList(to.value);
    if (!valid || mailboxes.length === 0) failures.push({ problem: 'bad-to', about: firstWords(to.value) });
  }
  const cc = header.first('cc');
  if (cc !== undefined && cc.value !== '' && !parseAddressList(cc.value).valid) {
    failures.push({ problem: 'bad-cc', about: firstWords(cc.value) });
  }
  const replyTo = header.first('reply-to');
  if (replyTo !== undefined && !parseAddressList(replyTo.value).valid) {
    failures.push({ problem: 'bad-reply-to', about: firstWords(replyTo.value) });
  }
  if (header.all('bcc').some((field) => field.value !== '')) failures.push({ problem: 'bcc-present' });
  return failures;
}

/** AP-10: every forward path stands in To or Cc; AP-13: how many there may be. */
function checkForwardPaths(input: FormalInput, limits: FormalLimits): FormalFailure[] {
  const { header, forwardPaths } = input;
  const failures: FormalFailure[] = [];
  if (forwardPaths.length > limits.recipients) {
    failures.push({ problem: 'too-many-recipients', about: String(limits.recipients) });
  }
  const listed = headerRecipients(header);
  const hidden = forwardPaths.find((path) => !listed.has(path.toLowerCase()));
  if (hidden !== undefined) failures.push({ problem: 'recipient-not-in-header', about: hidden });
  const [missing] = limits.everyHeaderRecipient ? unservedRecipients(input) : [];
  if (missing !== undefined) failures.push({ problem: 'header-recipient-not-served', about: missing });
  return failures;
}

/** U-7: addresses of To and Cc, in lower case, that are not among the forward paths. */
export function unservedRecipients({
  header,
  forwardPaths,
}: Pick<FormalInput, 'header' | 'forwardPaths'>): readonly string[] {
  const served = new Set(forwardPaths.map((path) => path.toLowerCase()));
  return [...headerRecipients(header)].filter((address) => !served.has(address));
}

/** AP-12: the size, and the size times the recipients, are within the limit; AP-15: else M2 says so. */
function checkSize({ sizeBytes, forwardPaths }: FormalInput, limits: FormalLimits): FormalFailure[] {
  if (sizeBytes > limits.sizeBytes) return [{ problem: 'too-large', about: String(sizeBytes) }];
  const product = sizeBytes * Math.max(forwardPaths.length, 1);
  return product > limits.sizeBytes ? [{ problem: 'too-large-for-recipients', about: String(product) }] : [];
}

/** The addresses of To and Cc, in lower case. */
function headerRecipients(header: Header): ReadonlySet<string> {
  const addresses = new Set<string>();
  for (const name of ['to', 'cc']) {
    for (const field of header.all(name)) {
      for (const mailbox of parseAddressList(field.value).mailboxes)
        addresses.add(mailbox.address.toLowerCase());
    }
  }
  return addresses;
}

function isOneMailbox(value: string): boolean {
  const { mailboxes, valid, groups } = parseAddressList(value);
  return valid && mailboxes.length === 1 && groups.length === 0;
}

function firstWords(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
