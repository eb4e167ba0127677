// SPDX-License-Identifier: EUPL-1.2
import type { Octets } from '../../wire/mime/octets.ts';

/** What a scanner says of a message. `unscanned` comes only from a house that wants no scanner, and says so. */
export type ScanVerdict =
  | { readonly verdict: 'clean' }
  /** `virus` is what the scanner calls it: printable ASCII, never empty. */
  | { readonly verdict: 'infected'; readonly virus: string }
  | { readonly verdict: 'unscanned' };

/** A message with what the scanner says of it: no point takes one without. */
export type Scanned<M> = M & { readonly scan: ScanVerdict };

/** A scan that goes on while the message comes in. */
export interface StreamedScan {
  /** Takes the next octets; a promise must be awaited before the next call. Never rejects. */
  write(chunk: Buffer): Promise<void> | undefined;
  /** The verdict; undefined when the scan broke off: then the whole message is to be scanned. Never rejects. */
  end(): Promise<ScanVerdict | undefined>;
  /** Nobody wants the verdict any more. */
  abandon(): void;
}

/** AP-17, IP-15, IP-21, SEC-8: looks for viruses, and never changes an octet. */
export interface Scanner {
  /**
   * Begins a scan of a message that is about to come; undefined when all places for such scans are taken:
   * then the whole message is to be scanned once it is there. Throws the temporary Fault
   * `scanner-unavailable` or `scanner-outdated` when it is known that no verdict can be had now.
   */
  begin(): StreamedScan | undefined;
  /**
   * Scans a whole message. Rejects with a temporary Fault when there is no verdict: besides those of `begin`
   * `scan-failed`, `scan-too-large`, `scanner-busy`. What could not be scanned is never clean.
   */
  scan(octets: Octets): Promise<ScanVerdict>;
}

/** The scanner of a house that wants none. */
export const noScanner: Scanner = {
  begin: () => undefined,
  scan: async () => ({ verdict: 'unscanned' }),
};
