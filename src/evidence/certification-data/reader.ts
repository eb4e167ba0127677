// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from './certification-data.ts';

/** Why a `daticert.xml` is not accepted. */
export type CertificationDataProblem =
  | 'too-large'
  | 'document-type'
  | 'not-well-formed'
  | 'not-valid'
  | 'bad-time';

export type CertificationDataReading =
  | { readonly ok: true; readonly data: CertificationData }
  | { readonly ok: false; readonly reason: CertificationDataProblem; readonly detail: string };

/** Octets a `daticert.xml` may have: room for some thousands of recipients. */
export const MAX_CERTIFICATION_DATA_BYTES = 1024 * 1024;

/** Reads a `daticert.xml`, checking it against the DTD. Never throws, never fetches anything. */
export function readCertificationData(_xml: Uint8Array): CertificationDataReading {
  throw new Error('not written yet');
}
