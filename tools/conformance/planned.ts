// SPDX-License-Identifier: EUPL-1.2

const SEALED_LOG = 'sealed log, retention, extracts';
const AUTHORITY = 'index authority, publication and daily download';
const KEYS = 'keys in hardware modules (PKCS#11)';

/** Requirements not built yet, each with the work that will bring it. */
export const planned: Readonly<Record<string, string>> = {
  'LOG-10': SEALED_LOG,
  'SIG-5': KEYS,
  'SEC-9': KEYS,
  'SEC-10': AUTHORITY,
};
