// SPDX-License-Identifier: EUPL-1.2

const KEYS = 'keys in hardware modules (PKCS#11)';

/** Requirements not built yet, each with the work that will bring it. */
export const planned: Readonly<Record<string, string>> = {
  'SIG-5': KEYS,
  'SEC-9': KEYS,
};
