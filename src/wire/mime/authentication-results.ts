// SPDX-License-Identifier: EUPL-1.2
import type { Header } from './header.ts';

/** RFC 8601 section 2.7. */
export const RESULTS = [
  'pass',
  'fail',
  'softfail',
  'neutral',
  'none',
  'policy',
  'temperror',
  'permerror',
] as const;
export type AuthenticationResult = (typeof RESULTS)[number];

/** One method with its result and the properties it was about, e.g. `smtp.mailfrom`. */
export interface MethodResult {
  readonly method: 'spf' | 'dkim' | 'dmarc';
  readonly result: AuthenticationResult;
  readonly properties: Readonly<Record<string, string>>;
}

export const AUTHENTICATION_RESULTS = 'Authentication-Results';

/** The lines of the field (RFC 8601 section 2.2), without line ends; `none` when no method was used. */
export function authenticationResults(authservId: string, methods: readonly MethodResult[]): string[] {
  if (methods.length === 0) return [`${AUTHENTICATION_RESULTS}: ${authservId}; none`];
  const words = methods.map(({ method, result, properties }) =>
    [`${method}=${result}`, ...Object.entries(properties).flatMap(property)].join(' '),
  );
  return [
    `${AUTHENTICATION_RESULTS}: ${authservId};`,
    ...words.map((word, at) => ` ${word}${at < words.length - 1 ? ';' : ''}`),
  ];
}

/** A value that is no plain domain or word came from a stranger, and has no place in a field of ours. */
function property([name, value]: readonly [string, string]): string[] {
  return /^[A-Za-z0-9._-]{1,255}$/.test(value) ? [`${name}=${value}`] : [];
}

/** Whether a field of the header claims to be of that authserv-id (RFC 8601 section 5). */
export function claimsResultsOf(header: Header, authservId: string): boolean {
  return header.all(AUTHENTICATION_RESULTS).some(({ value }) => servIdOf(value) === authservId.toLowerCase());
}

/** The first word, comments and quotes taken off; a version number may follow it. */
function servIdOf(value: string): string | undefined {
  const bare = withoutComments(value).trim();
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(bare)?.[1]?.replace(/\\(.)/g, '$1');
  return (quoted ?? /^[^\s;]+/.exec(bare)?.[0])?.toLowerCase();
}

function withoutComments(value: string): string {
  let depth = 0;
  let kept = '';
  for (let at = 0; at < value.length; at++) {
    const char = value[at];
    if (char === '\\' && depth > 0) at++;
    else if (char === '(') depth++;
    else if (char === ')' && depth > 0) depth--;
    else if (depth === 0) kept += char;
  }
  return kept;
}
