// SPDX-License-Identifier: EUPL-1.2
import type { Decoder } from '../grammar/decoder.ts';
import { mailbox } from '../grammar/mailbox-name.ts';
import { BACKSLASH, SP } from '../grammar/octet-classes.ts';
import { HIGHEST, type NumberRange, plainSet, sequenceSet } from '../grammar/sequence-set.ts';

/** Commands whose one argument is a mailbox name. */
interface MailboxCommand {
  readonly name: 'DELETE' | 'SUBSCRIBE' | 'UNSUBSCRIBE';
  readonly mailbox: string;
}

/** RFC 6154: CREATE takes the special uses wanted, as `\Sent`. */
export interface CreateCommand {
  readonly name: 'CREATE';
  readonly mailbox: string;
  readonly uses: readonly string[];
}

export interface RenameCommand {
  readonly name: 'RENAME';
  readonly from: string;
  readonly to: string;
}

/** RFC 7162 section 3.2.5. */
export interface QresyncParameters {
  readonly uidValidity: number;
  readonly modseq: number;
  readonly knownUids?: readonly NumberRange[];
  /** Sequence numbers and the UIDs they had. */
  readonly match?: { readonly sequence: readonly NumberRange[]; readonly uids: readonly NumberRange[] };
}

export interface SelectCommand {
  readonly name: 'SELECT' | 'EXAMINE';
  readonly mailbox: string;
  readonly condstore: boolean;
  readonly qresync?: QresyncParameters;
}

export type StatusItem =
  | 'APPENDLIMIT'
  | 'DELETED'
  | 'DELETED-STORAGE'
  | 'HIGHESTMODSEQ'
  | 'MAILBOXID'
  | 'MESSAGES'
  | 'RECENT'
  | 'SIZE'
  | 'UIDNEXT'
  | 'UIDVALIDITY'
  | 'UNSEEN';

export interface StatusCommand {
  readonly name: 'STATUS';
  readonly mailbox: string;
  readonly items: readonly StatusItem[];
}

export type MailboxesCommand = MailboxCommand | CreateCommand | RenameCommand | SelectCommand | StatusCommand;

const STATUS_ITEMS: ReadonlySet<string> = new Set<StatusItem>([
  'APPENDLIMIT',
  'DELETED',
  'DELETED-STORAGE',
  'HIGHESTMODSEQ',
  'MAILBOXID',
  'MESSAGES',
  'RECENT',
  'SIZE',
  'UIDNEXT',
  'UIDVALIDITY',
  'UNSEEN',
]);

function isStatusItem(word: string): word is StatusItem {
  return STATUS_ITEMS.has(word);
}

export function mailboxArgument(decoder: Decoder): string {
  decoder.sp();
  return mailbox(decoder);
}

/** create = "CREATE" SP mailbox [SP "(" "USE" SP "(" [use-attr *(SP use-attr)] ")" ")"] */
export function create(decoder: Decoder): CreateCommand {
  const name = mailboxArgument(decoder);
  if (!decoder.takes(SP)) return { name: 'CREATE', mailbox: name, uses: [] };
  const [uses = []] = decoder.list(
    () => {
      if (!decoder.takesWord('USE')) decoder.fail('Unknown CREATE parameter');
      decoder.sp();
      return decoder.list(() => useAttr(decoder), { atMost: 16 });
    },
    { atLeast: 1, atMost: 1 },
  );
  return { name: 'CREATE', mailbox: name, uses };
}

function useAttr(decoder: Decoder): string {
  decoder.expect(BACKSLASH, 'a special use');
  return `\\${decoder.atom()}`;
}

/** rename = "RENAME" SP mailbox SP mailbox */
export function rename(decoder: Decoder): RenameCommand {
  const from = mailboxArgument(decoder);
  return { name: 'RENAME', from, to: mailboxArgument(decoder) };
}

/** select = "SELECT" SP mailbox [SP "(" select-param *(SP select-param) ")"] */
export function select(decoder: Decoder, name: 'SELECT' | 'EXAMINE'): SelectCommand {
  const base = { name, mailbox: mailboxArgument(decoder) };
  if (!decoder.takes(SP)) return { ...base, condstore: false };
  let condstore = false;
  let qresync: QresyncParameters | undefined;
  decoder.list(
    () => {
      if (decoder.takesWord('CONDSTORE')) condstore = true;
      else if (decoder.takesWord('QRESYNC') && qresync === undefined) qresync = qresyncParameters(decoder);
      else decoder.fail('Unknown SELECT parameter');
    },
    { atLeast: 1, atMost: 4 },
  );
  return qresync === undefined ? { ...base, condstore } : { ...base, condstore, qresync };
}

/** "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")" */
function qresyncParameters(decoder: Decoder): QresyncParameters {
  decoder.sp();
  decoder.enter();
  const uidValidity = decoder.nzNumber();
  decoder.sp();
  const modseq = decoder.number64();
  let read: QresyncParameters = { uidValidity, modseq };
  if (decoder.takes(SP)) {
    if (!decoder.atList) {
      read = { ...read, knownUids: plainSet(decoder) };
      if (decoder.takes(SP)) read = { ...read, match: sequenceMatch(decoder) };
    } else read = { ...read, match: sequenceMatch(decoder) };
  }
  decoder.leave();
  return read;
}

/** seq-match-data = "(" known-sequence-set SP known-uid-set ")" */
function sequenceMatch(decoder: Decoder): NonNullable<QresyncParameters['match']> {
  decoder.enter();
  const sequence = withoutHighest(decoder);
  decoder.sp();
  const uids = plainSet(decoder);
  decoder.leave();
  return { sequence, uids };
}

/** RFC 7162 allows `*` nowhere here; a range up to it adds nothing and is dropped. */
function withoutHighest(decoder: Decoder): readonly NumberRange[] {
  const set = sequenceSet(decoder);
  if (set.saved) return decoder.fail('Only plain numbers are allowed in this set');
  return set.ranges.filter((range) => range.last !== HIGHEST);
}

/** status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")" */
export function status(decoder: Decoder): StatusCommand {
  const name = mailboxArgument(decoder);
  decoder.sp();
  return { name: 'STATUS', mailbox: name, items: statusItems(decoder) };
}

export function statusItems(decoder: Decoder): readonly StatusItem[] {
  const items = decoder.list(
    () => {
      const word = decoder.word();
      return isStatusItem(word) ? word : decoder.fail('Unknown STATUS item');
    },
    { atLeast: 1, atMost: 32 },
  );
  return [...new Set(items)];
}
