// SPDX-License-Identifier: EUPL-1.2
import { hash, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Ids } from '../../platform/ids.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';
import { OID } from '../../wire/cms/oids.ts';
import { SignatureTemplate } from '../../wire/cms/signature-template.ts';
import {
  readTimeStampRequest,
  type TimeStampReply,
  writeTimeStampInfo,
  writeTimeStampReply,
} from '../../wire/cms/time-stamp.ts';
import type { Service } from './authority-server.ts';
import { newSerial } from './issuer.ts';
import type { Identity } from './key-pair.ts';

export interface TimeStampingOptions {
  /** A certificate whose one purpose is time stamping, RSA. */
  readonly identity: Identity;
  readonly clock: Clock;
  readonly ids: Ids;
}

export const TIME_STAMP_PATH = '/tsa';
/** Largest request that is read. */
export const TIME_STAMP_REQUEST_LIMIT_BYTES = 4096;

/** Below the arc that is kept for examples: this authority promises nothing beyond RFC 3161. */
const POLICY = '2.999.3161';
const REJECTED = 2;
const SHA256_BYTES = 32;

/** Stamps time (RFC 3161). Everything that comes is answered; nothing is kept. */
export class TimeStamping {
  readonly #options: TimeStampingOptions;
  readonly #template: SignatureTemplate;

  /** @throws Fault `certificate-unreadable` */
  constructor(options: TimeStampingOptions) {
    const certificate = readCertificate(options.identity.certificate);
    if (!certificate.ok) throw new Fault('certificate-unreadable', certificate.reason, { temporary: false });
    const { chain } = options.identity;
    this.#options = options;
    this.#template = new SignatureTemplate(certificate.value, { chain, contentType: OID.timeStampInfo });
  }

  /** The service of RFC 3161 section 3.4, for an `AuthorityServer`. */
  service(): Service {
    return {
      path: TIME_STAMP_PATH,
      requestType: 'application/timestamp-query',
      replyType: 'application/timestamp-reply',
      limitBytes: TIME_STAMP_REQUEST_LIMIT_BYTES,
      reply: (request) => this.answer(request),
    };
  }

  /** The reply to a request, both DER. */
  async answer(request: Buffer): Promise<Buffer> {
    return writeTimeStampReply(await this.#decide(request));
  }

  async #decide(source: Buffer): Promise<TimeStampReply> {
    const request = readTimeStampRequest(source);
    if (!request.ok) return refused(`bad request: ${request.reason}`);
    const { digestOid, digest, nonce, policy } = request.value;
    if (digestOid !== OID.sha256 || digest.length !== SHA256_BYTES) return refused('only SHA-256 is stamped');
    if (policy !== undefined && policy !== POLICY) return refused(`no policy ${policy} here`);
    const { clock, ids, identity } = this.#options;
    const now = clock.now();
    const info = writeTimeStampInfo({
      policy: POLICY,
      digest,
      serial: newSerial(ids),
      time: now,
      ...(nonce !== undefined && { nonce }),
    });
    const attributes = this.#template.attributes(hash('sha256', info, 'buffer'), now);
    const signature = await promisify(sign)('sha256', attributes, identity.privateKey);
    return { granted: true, token: this.#template.encapsulated(info, { attributes, signature }) };
  }
}

function refused(text: string): TimeStampReply {
  return { granted: false, status: REJECTED, text };
}
