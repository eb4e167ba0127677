// SPDX-License-Identifier: EUPL-1.2
import type { Parameters } from './mime-index.ts';

export interface ContentType {
  /** Lower case. */
  readonly type: string;
  readonly subtype: string;
  readonly params: Parameters;
}

export interface ContentDisposition {
  /** Lower case: `inline`, `attachment` ... */
  readonly type: string;
  readonly params: Parameters;
}

/** Reads a Content-Type value; undefined when it holds no type and subtype. Never throws. */
export function parseContentType(_value: string): ContentType | undefined {
  throw new Error('not written yet');
}

/** Reads a Content-Disposition value; undefined when it holds no type. Never throws. */
export function parseDisposition(_value: string): ContentDisposition | undefined {
  throw new Error('not written yet');
}

/**
 * `; name=value` for each parameter, each on a folded line of its own: a token where it may be, quoted
 * where it must be, RFC 2231 (UTF-8, percent, numbered pieces) where it is not ASCII or too long.
 */
export function formatParameters(_params: Parameters): string {
  throw new Error('not written yet');
}
