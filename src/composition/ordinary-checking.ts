// SPDX-License-Identifier: EUPL-1.2
import type { Config } from '../platform/config/config.ts';
import { OrdinaryChecks } from '../points/incoming/ordinary-checks.ts';
import { MailAuthenticator } from '../trust/mail-authentication/mail-authenticator.ts';
import { Rspamd } from '../trust/spam/rspamd.ts';
import { countedOrdinaryChecks } from './check-counts.ts';
import type { Around } from './surroundings.ts';

/** What looks at ordinary mail, as the configuration wants it. */
export function openOrdinaryChecks({ ordinary, provider }: Config, around: Around): OrdinaryChecks {
  const { dns, timers, journal, alerts, metrics } = around;
  const counted = countedOrdinaryChecks(metrics);
  const { hostname } = provider;
  const { url, reject } = ordinary.spam;
  return new OrdinaryChecks({
    rules: { dmarc: ordinary.dmarc, spfFail: ordinary.spfFail, spam: reject },
    hostname,
    ...(ordinary.senderChecks && {
      authentication: counted.authentication(new MailAuthenticator({ dns, timers, journal, hostname })),
    }),
    ...(url !== undefined && { spam: counted.spam(new Rspamd({ url, timers, alerts })) }),
  });
}
