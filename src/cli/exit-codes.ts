// SPDX-License-Identifier: EUPL-1.2

/** How commands end; docs/operating/command-line.md says it to users. */
export const EXIT = {
  /** What was asked is so. */
  good: 0,
  /** What was asked is not so: a broken signature, a failed delivery, a wrong configuration. */
  bad: 1,
  /** `verify`: the file is no certified mail. */
  notCertified: 2,
  /** A command or an option that does not exist. */
  usage: 2,
  /** Nothing can be said: a file that cannot be read, an authority that is not known, a disk that is full. */
  fault: 3,
  /** `send`: not everything was known when the time was over. */
  timeout: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
