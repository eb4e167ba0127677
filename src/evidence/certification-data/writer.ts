// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from './certification-data.ts';

/** The `daticert.xml` that says this: UTF-8, no DOCTYPE, valid against the DTD. */
export function writeCertificationData(_data: CertificationData): Buffer {
  throw new Error('not written yet');
}
