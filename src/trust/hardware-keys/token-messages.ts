// SPDX-License-Identifier: EUPL-1.2
import type { TokenPlace } from './token-place.ts';

/** When a file was last written, so that it is known again: no secret. */
export type FileStamp = string;

/** What the provider's process tells the process that holds the module. */
export type ToToken =
  | {
      readonly do: 'open';
      readonly place: TokenPlace;
      /** The PIN file as it was when the token refused its PIN: not to be tried again. */
      readonly refusedPin: FileStamp | undefined;
    }
  | { readonly do: 'sign'; readonly number: number; readonly bytes: Uint8Array }
  | { readonly do: 'close' };

/** A Fault on its way between processes. */
export interface FaultMessage {
  readonly code: string;
  readonly message: string;
}

/** What it answers. After `not-opened` and `broken` it is to be replaced. */
export type FromToken =
  | { readonly say: 'opened'; readonly modulus: Uint8Array; readonly exponent: Uint8Array }
  | {
      readonly say: 'not-opened' | 'broken';
      readonly fault: FaultMessage;
      readonly refusedPin: FileStamp | undefined;
    }
  | { readonly say: 'signed'; readonly number: number; readonly signature: Uint8Array };
