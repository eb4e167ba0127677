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
  { command: 'clamd', debianPackage: 'clamav-daemon', usedFor: 'finding viruses behind the doors' },
  { command: 'cc', debianPackage: 'build-essential', usedFor: 'a library that makes a disk fail on order' },
  { command: 'curl', debianPackage: 'curl', usedFor: 'IMAP, POP3 and SMTP as curl speaks them' },
  { command: 'fetchmail', debianPackage: 'fetchmail', usedFor: 'IMAP and POP3 as fetchmail speaks them' },
  { command: 'getmail', debianPackage: 'getmail6', usedFor: 'IMAP and POP3 as getmail speaks them' },
  { command: 'mbsync', debianPackage: 'isync', usedFor: 'IMAP as mbsync speaks it' },
  { command: 'mpop', debianPackage: 'mpop', usedFor: 'POP3 as mpop speaks it' },
  { command: 'msmtp', debianPackage: 'msmtp', usedFor: 'submission as msmtp speaks it' },
  { command: 'mutt', debianPackage: 'mutt', usedFor: 'IMAP as mutt speaks it' },
  { command: 'neomutt', debianPackage: 'neomutt', usedFor: 'IMAP as NeoMutt speaks it' },
  { command: 'offlineimap', debianPackage: 'offlineimap3', usedFor: 'IMAP as OfflineIMAP speaks it' },
  { command: 'openssl', debianPackage: 'openssl', usedFor: 'verifying our signatures and making others' },
  { command: 'pdftotext', debianPackage: 'poppler-utils', usedFor: 'reading our reports' },
  {
    command: 'pkcs11-tool',
    debianPackage: 'opensc',
    usedFor: 'making keys inside a token',
  },
  { command: 'python3', debianPackage: 'python3', usedFor: 'mail libraries that are not ours' },
  { command: 'qpdf', debianPackage: 'qpdf', usedFor: 'finding faults in our reports' },
  { command: 'rspamd', debianPackage: 'rspamd', usedFor: 'spam verdicts as rspamd gives them' },
  {
    command: 'softhsm2-util',
    debianPackage: 'softhsm2',
    usedFor: 'a hardware security module in software',
  },
  { command: 'swaks', debianPackage: 'swaks', usedFor: 'SMTP as swaks speaks it' },
  { command: 'script', debianPackage: 'bsdutils', usedFor: 'a terminal for mutt' },
  { command: 'unzip', debianPackage: 'unzip', usedFor: 'unpacking our archives as everybody does' },
  { command: 'xmllint', debianPackage: 'libxml2-utils', usedFor: 'validating our XML' },
  { command: 'zip', debianPackage: 'zip', usedFor: 'archives that are not ours' },
];
