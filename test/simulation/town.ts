// SPDX-License-Identifier: EUPL-1.2
import type { ProviderTerms } from '../world/terms.ts';

/** Local parts of the people of every provider. */
export const PEOPLE = [
  'anagrafe',
  'protocollo',
  'tributi',
  'segreteria',
  'tecnico',
  'archivio',
  'legale',
  'gare',
];

/** Stands in a letter with a virus; only the scanners of these know it yet. */
export const NEW_VIRUS = 'X-VERME-NUOVO';
export const KNOW_THE_VIRUS: ReadonlySet<string> = new Set(['beta', 'delta']);

/** The domain that goes from one provider to another; nobody writes from it. */
export const MOVING_DOMAIN = 'pec.mosso.test';
/** Listed in the index, and its machine never answers. */
export const SILENT_DOMAIN = 'pec.muta.test';

function terms(key: string, more: Partial<ProviderTerms> = {}): ProviderTerms {
  const name = `Gestore ${key[0]?.toUpperCase()}${key.slice(1)} S.p.A.`;
  return { key, name, domains: [`pec.${key}.test`], users: PEOPLE, ...more };
}

/** Four providers that work, and one that never answers. */
export const PROVIDERS: readonly ProviderTerms[] = [
  terms('alfa'),
  terms('beta', { ordinaryMail: 'deliver' }),
  terms('gamma', { domains: ['pec.gamma.test', MOVING_DOMAIN] }),
  terms('delta', { ordinaryMail: 'discard' }),
];

export const SILENT_PROVIDER = terms('muta', { users: [] });
