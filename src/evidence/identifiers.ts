// SPDX-License-Identifier: EUPL-1.2
import type { Ids } from '../platform/ids.ts';
import type { EmittingProvider } from './draft.ts';

/**
 * A PEC msgid or a notification's Message-ID, without angle brackets: letters and digits, then the
 * provider's mail domain (AP-4, AP-5, GEN-13).
 */
export function newIdentifier(ids: Ids, provider: Pick<EmittingProvider, 'domain'>): string {
  return `${ids.token()}@${provider.domain}`;
}
