// SPDX-License-Identifier: EUPL-1.2
import type { NewMailbox } from '../../mailroom/provisioning/mailbox-decision.ts';
import type { LineDefect } from '../wording/mailbox-words.ts';
import { ORDINARY_CHOICES, readSize, SWITCHES } from './mailbox-values.ts';

/** A mailbox, and the line it stands on, from 1. */
export interface ListedMailbox {
  readonly line: number;
  readonly mailbox: NewMailbox;
}

export interface MailboxFile {
  readonly mailboxes: readonly ListedMailbox[];
  readonly defects: readonly { readonly line: number; readonly defect: LineDefect }[];
}

const COLUMNS = ['address', 'holder', 'quota', 'files-receipts', 'ordinary'] as const;
type Column = (typeof COLUMNS)[number];

/**
 * Reads mailboxes as spreadsheets write them (RFC 4180, with `;` or `,` between cells): the first line names the
 * columns, an empty cell says nothing, a cell stays on its line. Every defect is told, not only the first.
 */
export function readMailboxFile(text: string): MailboxFile {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const separator = (lines[0] ?? '').includes(';') ? ';' : ',';
  const head = readHead(cellsOf(lines[0] ?? '', separator));
  if (typeof head === 'string') return { mailboxes: [], defects: [{ line: 1, defect: head }] };
  const mailboxes: ListedMailbox[] = [];
  const defects: { line: number; defect: LineDefect }[] = [];
  for (const [at, text] of lines.entries()) {
    if (at === 0 || text.trim() === '') continue;
    const line = at + 1;
    const read = readLine(cellsOf(text, separator), head);
    if (typeof read === 'string') defects.push({ line, defect: read });
    else mailboxes.push({ line, mailbox: read });
  }
  return { mailboxes, defects };
}

function readHead(cells: readonly string[] | undefined): readonly Column[] | LineDefect {
  if (cells === undefined) return 'quotes';
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const columns = names.filter(isColumn);
  if (!columns.includes('address') || !columns.includes('holder')) return 'head';
  if (columns.length < names.length) return 'column';
  return new Set(columns).size === columns.length ? columns : 'column-twice';
}

function readLine(cells: readonly string[] | undefined, columns: readonly Column[]): NewMailbox | LineDefect {
  if (cells === undefined) return 'quotes';
  if (cells.length !== columns.length) return 'cells';
  const said: Partial<Record<Column, string>> = {};
  for (const [at, column] of columns.entries()) said[column] = cells[at]?.trim() ?? '';
  const { address = '', holder = '', quota = '', 'files-receipts': files = '', ordinary = '' } = said;
  if (address === '') return 'address-missing';
  const quotaBytes = quota === '' ? undefined : readSize(quota);
  if (quota !== '' && quotaBytes === undefined) return 'quota';
  const filing = files.toLowerCase();
  if (filing !== '' && filing !== 'on' && filing !== 'off') return 'files-receipts';
  const ordinaryMail = ORDINARY_CHOICES.find((choice) => choice === ordinary.toLowerCase());
  if (ordinary !== '' && ordinaryMail === undefined) return 'ordinary';
  return {
    address,
    holder,
    ...(quotaBytes !== undefined && { quotaBytes }),
    ...(filing !== '' && { filesReceipts: SWITCHES[filing] }),
    ...(ordinaryMail !== undefined && { ordinaryMail }),
  };
}

/** The cells of a line; undefined when its quotes are not in order. */
function cellsOf(line: string, separator: ';' | ','): readonly string[] | undefined {
  const cells: string[] = [];
  const cell = new RegExp(`\\s*(?:"((?:[^"]|"")*)"\\s*|([^"${separator}]*))(${separator}|$)`, 'y');
  for (;;) {
    const match = cell.exec(line);
    if (match === null) return undefined;
    const [, quoted, bare = '', end] = match;
    cells.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === '') return cells;
  }
}

function isColumn(name: string): name is Column {
  return COLUMNS.some((column) => column === name);
}
