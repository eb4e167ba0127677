// SPDX-License-Identifier: EUPL-1.2

import type { OrdinaryMailPolicy } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type { OrdinaryChecks } from '../../src/points/incoming/ordinary-checks.ts';

export interface ProviderTerms {
  /** Short name; also of its folder. */
  readonly key: string;
  readonly name: string;
  readonly domains: readonly string[];
  /** Local parts of mailboxes to begin with, in the first domain. */
  readonly users: readonly string[];
  readonly ordinaryMail?: OrdinaryMailPolicy;
  /** What looks at ordinary mail that is let in. */
  readonly ordinaryChecks?: Omit<ConstructorParameters<typeof OrdinaryChecks>[0], 'hostname'>;
  readonly sizeBytes?: number;
  readonly recipients?: number;
  /** Of attachments. */
  readonly refusedExtensions?: readonly string[];
  /** Archives that cannot be looked into. */
  readonly refuseUnreadable?: boolean;
  /** False: the index does not know it. */
  readonly listed?: false;
}

export const ALFA: ProviderTerms = {
  key: 'alfa',
  name: 'Gestore Alfa S.p.A.',
  domains: ['pec.alfa.test'],
  users: ['anna', 'bruno', 'protocollo'],
};
export const BETA: ProviderTerms = {
  key: 'beta',
  name: 'Gestore Beta S.r.l.',
  domains: ['pec.beta.test'],
  users: ['carla', 'dario', 'protocollo'],
};
export const GAMMA: ProviderTerms = {
  key: 'gamma',
  name: 'Gestore Gamma S.p.A.',
  domains: ['pec.gamma.test'],
  users: ['elsa'],
};
