// SPDX-License-Identifier: EUPL-1.2

/** A program that tests start and that a Debian package brings. */
export interface Program {
  /** Name on the search path. */
  readonly command: string;
  readonly debianPackage: string;
  /** What the tests do with it. */
  readonly usedFor: string;
}

/** Every such program; a test that needs another adds a line. */
export const programs: readonly Program[] = [
  { command: 'curl', debianPackage: 'curl', usedFor: 'POP3 and SMTP as curl speaks them' },
  { command: 'fetchmail', debianPackage: 'fetchmail', usedFor: 'POP3 as fetchmail speaks it' },
  { command: 'getmail', debianPackage: 'getmail6', usedFor: 'POP3 as getmail speaks it' },
  { command: 'mpop', debianPackage: 'mpop', usedFor: 'POP3 as mpop speaks it' },
  { command: 'openssl', debianPackage: 'openssl', usedFor: 'verifying our signatures and making others' },
  { command: 'python3', debianPackage: 'python3', usedFor: 'mail libraries that are not ours' },
  { command: 'xmllint', debianPackage: 'libxml2-utils', usedFor: 'validating daticert.xml' },
];
