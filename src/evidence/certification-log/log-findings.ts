// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';

/** What is wrong with a log, as precisely as can be told. */
export type LogFinding =
  /** The record is not what was recorded. */
  | { readonly code: 'record-changed'; readonly sequence: number }
  | { readonly code: 'record-missing'; readonly sequence: number }
  /** A record that was not there; by the number it bears now. */
  | { readonly code: 'record-added'; readonly sequence: number }
  | { readonly code: 'records-swapped'; readonly sequence: number; readonly other: number }
  /** The stored hashes are damaged; the records lead to the sealed root without them. */
  | { readonly code: 'tree-damaged'; readonly from: number; readonly to: number }
  /** Neither records nor stored hashes lead to the sealed root. */
  | { readonly code: 'root-differs'; readonly seal: number; readonly from: number; readonly to: number }
  | { readonly code: 'seal-missing'; readonly seal: number }
  /** Signature, text or place of the seal is wrong. */
  | { readonly code: 'seal-broken'; readonly seal: number; readonly reason: string }
  | { readonly code: 'stamp-missing'; readonly seal: number }
  | { readonly code: 'stamp-broken'; readonly seal: number; readonly reason: string };

/** How signatures and time stamps are checked; the log knows neither. */
export interface SealChecks {
  /** The text inside a signed seal, when the signature is the provider's and holds. */
  openSeal(
    signed: Uint8Array,
  ): Promise<
    | { ok: true; text: Buffer /** Whom the certificate names, where it is asked. */; signer?: string }
    | { ok: false; reason: string }
  >;
  /** Whether the token is a time stamp over these octets. Null: time stamps are not checked. */
  checkToken:
    | ((
        token: Uint8Array,
        signed: Uint8Array,
      ) => Promise<
        { ok: true /** When, as the token says. */; instant?: Instant } | { ok: false; reason: string }
      >)
    | null;
}

/** More findings than anybody reads; the audit ends there. */
export const MAX_FINDINGS = 1000;
