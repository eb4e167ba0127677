// SPDX-License-Identifier: EUPL-1.2
import type { Metrics } from '../platform/metrics.ts';
import type { Scanner, ScanVerdict, StreamedScan } from '../trust/antivirus/scanner.ts';
import type { MailAuthentication } from '../trust/mail-authentication/mail-authentication.ts';
import type { SpamFilter } from '../trust/spam/spam-filter.ts';
import { RESULTS } from '../wire/mime/authentication-results.ts';

const HOW = ['streamed', 'whole'] as const;
const VERDICTS = ['clean', 'infected', 'unscanned', 'none'] as const;

/** The scanner, with what it says counted. A streamed scan that nobody waits for any more does not count. */
export function countedScanner(scanner: Scanner, metrics: Metrics): Scanner {
  const scans = metrics.counter({
    name: 'ceralacca_scans_total',
    sentence:
      'Scans for viruses, while a message came in (streamed) or once it was there (whole), by verdict; none when there was no verdict.',
    labels: { how: HOW, verdict: VERDICTS },
  });
  return {
    begin() {
      const streamed = scanner.begin();
      if (streamed === undefined) return undefined;
      return new CountedScan(streamed, (verdict) => scans.add({ how: 'streamed', verdict }));
    },
    async scan(octets) {
      let verdict: (typeof VERDICTS)[number] = 'none';
      try {
        const scan = await scanner.scan(octets);
        verdict = scan.verdict;
        return scan;
      } finally {
        scans.add({ how: 'whole', verdict });
      }
    },
  };
}

class CountedScan implements StreamedScan {
  readonly #streamed: StreamedScan;
  readonly #count: (verdict: (typeof VERDICTS)[number]) => void;

  constructor(streamed: StreamedScan, count: (verdict: (typeof VERDICTS)[number]) => void) {
    this.#streamed = streamed;
    this.#count = count;
  }

  write(chunk: Buffer): Promise<void> | undefined {
    return this.#streamed.write(chunk);
  }

  async end(): Promise<ScanVerdict | undefined> {
    const scan = await this.#streamed.end();
    this.#count(scan?.verdict ?? 'none');
    return scan;
  }

  abandon(): void {
    this.#streamed.abandon();
  }
}

/** What looks at ordinary mail, with what it finds counted. */
export function countedOrdinaryChecks(metrics: Metrics): {
  authentication(checks: MailAuthentication): MailAuthentication;
  spam(filter: SpamFilter): SpamFilter;
} {
  const senders = metrics.counter({
    name: 'ceralacca_sender_checks_total',
    sentence: 'What SPF and DMARC say of the senders of ordinary mail, and DKIM of each signature.',
    labels: { method: ['spf', 'dkim', 'dmarc'], result: RESULTS },
  });
  const spam = metrics.counter({
    name: 'ceralacca_spam_verdicts_total',
    sentence:
      'Ordinary mail by what the spam filter advises; unscored when it did not answer or was not asked.',
    labels: { advice: ['accept', 'mark', 'reject', 'unscored'] },
  });
  return {
    authentication: (checks) => ({
      async check(mail) {
        const verdict = await checks.check(mail);
        const { spf, dkim, dmarc } = verdict;
        senders.add({ method: 'spf', result: spf.result });
        for (const { result } of dkim) senders.add({ method: 'dkim', result });
        senders.add({ method: 'dmarc', result: dmarc.result });
        return verdict;
      },
    }),
    spam: (filter) => ({
      async judge(mail) {
        const verdict = await filter.judge(mail);
        spam.add({ advice: verdict?.advice ?? 'unscored' });
        return verdict;
      },
    }),
  };
}
