// SPDX-License-Identifier: EUPL-1.2
import type { Dns, MailHosts } from '../platform/dns.ts';

/** The DNS of the demo: every domain that exists has a route, so what is asked for here does not exist. */
export const demoDns: Dns = {
  async mailHosts(): Promise<MailHosts> {
    return { found: 'no-such-domain' };
  },
  async addresses(): Promise<readonly string[]> {
    return [];
  },
  async texts(): Promise<readonly string[]> {
    return [];
  },
};
