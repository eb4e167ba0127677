// SPDX-License-Identifier: EUPL-1.2
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AlertChannel, AlertNotice } from './alert-sender.ts';

export interface WebhookTerms {
  readonly url: string;
  /** Sent as `Authorization: Bearer ...`. */
  readonly token?: string;
  /** PEM authorities of the server; the machine's unless told. */
  readonly ca?: Buffer;
  readonly timeoutMs: number;
  /** Who says so. */
  readonly provider: string;
}

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
const ALERT_FORMAT = 'ceralacca-alert/1';

/** Posts each notice as JSON; anything but 2xx is a failure. Redirects are not followed. */
export function webhookChannel(terms: WebhookTerms): AlertChannel {
  return {
    name: 'webhook',
    send: (notice) => post(terms, Buffer.from(JSON.stringify(webhookBody(terms.provider, notice)))),
  };
}

function webhookBody(provider: string, { state, alert, since, at }: AlertNotice) {
  return {
    format: ALERT_FORMAT,
    provider,
    code: alert.code,
    state,
    sentence: alert.sentence,
    facts: plainFacts(alert.facts),
    since: new Date(since).toISOString(),
    at: new Date(at).toISOString(),
  };
}

/** Facts as JSON can hold them: of an error its code and message. */
export function plainFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      value instanceof Error ? `${'code' in value ? `${value.code}: ` : ''}${value.message}` : value,
    ]),
  );
}

function post({ url, token, ca, timeoutMs }: WebhookTerms, body: Buffer): Promise<void> {
  const request = new URL(url).protocol === 'https:' ? requestHttps : requestHttp;
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const options = {
    method: 'POST',
    headers,
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    ...(ca !== undefined && { ca }),
  };
  return new Promise((resolve, reject) => {
    const posting = request(url, options, (response) => {
      const { statusCode = 0 } = response;
      // What it says besides is of no interest, however much it is.
      response.destroy();
      if (statusCode >= 200 && statusCode < 300) resolve();
      else reject(new Error(`the webhook answers ${statusCode}`));
    });
    posting.on('error', reject);
    posting.end(body);
  });
}
