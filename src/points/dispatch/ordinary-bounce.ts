// SPDX-License-Identifier: EUPL-1.2
import type { EmittingProvider } from '../../evidence/draft.ts';
import { draftAnomalyEnvelope } from '../../evidence/envelopes/anomaly-envelope.ts';
import { anomalyText } from '../../evidence/wording/anomalies.ts';
import { bounceText } from '../../evidence/wording/bounces.ts';
import { BlobOctets } from '../../mailroom/contents/blob-octets.ts';
import { newMemoryBlob } from '../../mailroom/contents/composition.ts';
import type { ContentNumbers, NewBlob } from '../../mailroom/contents/content-store.ts';
import type { Submission } from '../../mailroom/tracking/tracking-store.ts';
import type { Instant } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import { writeDeliveryReport } from '../../wire/mime/delivery-report.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { MemoryOctets } from '../../wire/mime/octets.ts';
import type { Attestation, Attested } from '../attestation.ts';
import { causeOf, type RelayFailure } from './failure-cause.ts';

export interface Bounce {
  readonly blob: NewBlob;
  readonly attested: Attested;
}

/**
 * The delivery status notification (RFC 3464) of a failure at an ordinary destination. To our user it is
 * ordinary mail like any other, so it comes in an anomaly envelope (spec 4.5, item 4).
 */
export class OrdinaryBounce {
  readonly #options: {
    readonly attestation: Attestation;
    readonly provider: EmittingProvider;
    readonly numbers: ContentNumbers;
    readonly ids: Ids;
    readonly hostname: string;
  };

  constructor(options: {
    readonly attestation: Attestation;
    readonly provider: EmittingProvider;
    readonly numbers: ContentNumbers;
    readonly ids: Ids;
    readonly hostname: string;
  }) {
    this.#options = options;
  }

  async compose(facts: {
    readonly submission: Submission;
    readonly failure: RelayFailure;
    readonly instant: Instant;
  }): Promise<Bounce> {
    const { attestation, provider, numbers, ids } = this.#options;
    const octets = this.#write(facts);
    const blob = newMemoryBlob(octets, numbers);
    const index = indexMessage(octets);
    const draft = draftAnomalyEnvelope({
      provider,
      ids,
      instant: facts.instant,
      sender: '',
      recipients: [facts.submission.sender],
      received: {
        octets: new BlobOctets(blob.id, new MemoryOctets(octets)),
        index,
        header: octets.subarray(0, index.root.bodyStart),
      },
      error: anomalyText('no-signature'),
    });
    // RFC 3464 section 2, RFC 5321 section 6.1: a report has the null path.
    return { blob, attested: await attestation.attestDelivered(draft, '') };
  }

  #write({ submission, failure, instant }: Parameters<OrdinaryBounce['compose']>[0]): Buffer {
    const { ids, hostname } = this.#options;
    const { address: recipient } = failure;
    const reply = replyOf(failure);
    const status = failure.enhanced ?? (failure.permanent ? '5.0.0' : '4.4.7');
    const { identifier, messageId } = submission;
    const reference = messageId === undefined ? '' : `X-Riferimento-Message-ID: ${messageId}\r\n`;
    return writeDeliveryReport({
      hostname,
      to: submission.sender,
      instantMs: instant,
      messageId: `${ids.token()}@${hostname}`,
      boundary: `=_report-${ids.token()}`,
      text: bounceText({ recipient, cause: causeOf(failure), reply }),
      failures: [{ address: recipient, status, reply }],
      header: Buffer.from(`Message-ID: <${identifier}>\r\n${reference}`),
    });
  }
}

/** The peer's own words, where one spoke; of an expired message its last reply is known as one line. */
function replyOf({ code, enhanced = '', text, peerSpoke }: RelayFailure): string | undefined {
  const codes = code === 0 ? [] : [String(code), enhanced];
  return peerSpoke ? [...codes, printable(text)].filter((word) => word !== '').join(' ') : undefined;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 400);
}
