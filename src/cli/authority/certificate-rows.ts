// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { AuthorityOffice } from '../../trust/authority/authority-office.ts';
import type { Purpose } from '../../trust/authority/provider-register.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';
import type { CertificateState } from '../wording/authority-words.ts';

/** One certificate of a registered provider, as commands show it. */
export interface CertificateRow {
  readonly key: string;
  readonly purpose: Purpose;
  readonly der: Buffer;
  /** Lower-case hexadecimal. */
  readonly serial: string;
  readonly sha1: string;
  readonly until: Instant;
  readonly state: CertificateState;
}

/** Every certificate the office has issued to providers. */
export function certificateRows({ authority, register }: AuthorityOffice, now: Instant): CertificateRow[] {
  return register.providers.flatMap(({ key, certificates }) =>
    certificates.flatMap(({ purpose, der }) => {
      const reading = readCertificate(der);
      if (!reading.ok) return [];
      const { serial, sha1, notBefore, notAfter } = reading.value;
      const inTime = now < notBefore ? 'not-yet' : now > notAfter ? 'expired' : 'in-force';
      const state = authority.isRevoked(der) ? 'revoked' : inTime;
      return [{ key, purpose, der, serial: serial.toString('hex'), sha1, until: notAfter, state } as const];
    }),
  );
}
