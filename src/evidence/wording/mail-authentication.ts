// SPDX-License-Identifier: EUPL-1.2

/** Outcomes as RFC 8601 section 2.7 names them. */
type Outcome = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'policy' | 'temperror' | 'permerror';

interface Check {
  readonly result: Outcome;
  readonly domain: string;
}

/** What was found out about who sent a message that is not certified. */
export interface SenderChecks {
  readonly spf: Check;
  readonly dkim: readonly Check[];
  readonly dmarc: Check;
}

const OUTCOMES: Record<Outcome, string> = {
  pass: 'superata',
  fail: 'NON superata',
  softfail: 'NON superata (il dominio non lo esclude)',
  neutral: 'senza esito',
  none: 'non prevista dal mittente',
  policy: 'non accettabile',
  temperror: 'non eseguibile al momento della ricezione',
  permerror: 'non eseguibile per un errore del dominio mittente',
};

/** A line that an anomaly envelope says besides its cause. */
export function senderChecksText({ spf, dkim, dmarc }: SenderChecks): string {
  const checks = [
    said('SPF', spf),
    ...(dkim.length === 0
      ? [said('DKIM', { result: 'none', domain: '' })]
      : dkim.map((each) => said('DKIM', each))),
    said('DMARC', dmarc),
  ];
  return `Verifiche sul mittente (non sono una certificazione): ${checks.join('; ')}.`;
}

/** A message that brings results under our name. */
export const FORGED_RESULTS_TEXT =
  'Il messaggio originale contiene esiti di verifica (Authentication-Results) attribuiti a questo gestore, che non li ha apposti.';

function said(method: string, { result, domain }: Check): string {
  // What stands there came from a stranger: nothing but a domain is repeated.
  const about = /^[A-Za-z0-9._-]{1,255}$/.test(domain) && result !== 'none' ? ` per ${domain}` : '';
  return `${method} ${OUTCOMES[result]}${about}`;
}
