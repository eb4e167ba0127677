// SPDX-License-Identifier: EUPL-1.2

/** Where the signed index (`.p7m`, DER) comes from. */
export interface DirectorySource {
  /** What to call it in alarms: a path or a URL. */
  readonly name: string;
  /** The whole file. Throws a `Fault` when it cannot be had, or is larger than the source's limit. */
  fetch(): Promise<Buffer>;
}
