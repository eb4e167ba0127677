// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { isDay } from './log-days.ts';
import { TREE_HASH_BYTES } from './merkle-tree.ts';

/**
 * What closes a day of the certification log (LOG-5, LOG-7): everything that was recorded up to then, as the root of a
 * hash tree, and the seal before it. Signed, then time-stamped.
 */
export interface Seal {
  /** From 1, without gaps. */
  readonly number: number;
  /** Descriptive name of the provider whose log it is. */
  readonly provider: string;
  /** The day it closes, in Italian legal time, `yyyy-mm-dd`. */
  readonly day: string;
  /** Sequence number of the first record it adds; one more than `size` when it adds none. */
  readonly first: number;
  /** Records in the tree: all from 1 to `size`. */
  readonly size: number;
  /** RFC 9162 root over them. */
  readonly root: Buffer;
  /** SHA-256 of the signed seal before it; undefined for the first one. */
  readonly previous?: Buffer;
  /** When it was closed, to the second. */
  readonly closedAt: Instant;
}

const TITLE = 'ceralacca-log-seal 1';
const LIMIT_BYTES = 4096;

/** The text that is signed: UTF-8, one `name: value` in a line, every line ended by LF, in this order. */
export function writeSeal(seal: Seal): Buffer {
  const lines = [
    TITLE,
    `number: ${seal.number}`,
    `provider: ${seal.provider.replace(/\s+/g, ' ')}`,
    `day: ${seal.day}`,
    `first: ${seal.first}`,
    `size: ${seal.size}`,
    `root: ${seal.root.toString('hex')}`,
    `previous: ${seal.previous?.toString('hex') ?? 'none'}`,
    `closed: ${new Date(seal.closedAt).toISOString().slice(0, 19)}Z`,
  ];
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** Reads what `writeSeal` wrote, to the octet; undefined when it is anything else. */
export function readSeal(octets: Uint8Array): Seal | undefined {
  if (octets.length > LIMIT_BYTES) return undefined;
  const text = Buffer.from(octets).toString('utf8');
  const found = PATTERN.exec(text);
  if (found?.groups === undefined) return undefined;
  const {
    number,
    provider = '',
    day = '',
    first,
    size,
    root = '',
    previous = '',
    closed = '',
  } = found.groups;
  const seal: Seal = {
    number: Number(number),
    provider,
    day,
    first: Number(first),
    size: Number(size),
    root: Buffer.from(root, 'hex'),
    ...(previous !== 'none' && { previous: Buffer.from(previous, 'hex') }),
    closedAt: Date.parse(closed),
  };
  const sane =
    [seal.number, seal.first, seal.size].every(Number.isSafeInteger) &&
    seal.first <= seal.size + 1 &&
    (seal.number === 1) === (seal.previous === undefined) &&
    isDay(day) &&
    !Number.isNaN(seal.closedAt);
  // Numbers with leading zeros, broken UTF-8 and the like would be a second way to write the same.
  return sane && writeSeal(seal).equals(octets) ? seal : undefined;
}

const HASH = `[0-9a-f]{${TREE_HASH_BYTES * 2}}`;
const PATTERN = new RegExp(
  [
    `^${TITLE}`,
    'number: (?<number>[1-9]\\d*)',
    'provider: (?<provider>[^\\n]*)',
    'day: (?<day>\\d{4}-\\d\\d-\\d\\d)',
    'first: (?<first>[1-9]\\d*)',
    'size: (?<size>\\d+)',
    `root: (?<root>${HASH})`,
    `previous: (?<previous>none|${HASH})`,
    'closed: (?<closed>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ)\\n$',
  ].join('\\n'),
);
