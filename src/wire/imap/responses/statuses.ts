// SPDX-License-Identifier: EUPL-1.2

/** Tagged completion, or untagged status, without the tag. */
export interface StatusResponse {
  readonly status: 'OK' | 'NO' | 'BAD' | 'BYE' | 'PREAUTH';
  /** Response code without brackets. */
  readonly code?: string;
  readonly text: string;
}

export function ok(text: string, code?: string): StatusResponse {
  return code === undefined ? { status: 'OK', text } : { status: 'OK', text, code };
}

export function no(text: string, code?: string): StatusResponse {
  return code === undefined ? { status: 'NO', text } : { status: 'NO', text, code };
}

export function bad(text: string, code?: string): StatusResponse {
  return code === undefined ? { status: 'BAD', text } : { status: 'BAD', text, code };
}
