// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { LogReader, NewLogRecord } from '../../evidence/certification-log/log-store.ts';
import { readEvidenceIndex } from '../../evidence/evidence-file/index-reader.ts';
import type { FrameReader } from '../../mailroom/frames/frame-store.ts';
import type { StepStore } from '../../mailroom/steps/step-store.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { type CertificationGate, requireOpenGate } from '../certification-gate.ts';
import {
  decideEvidence,
  type EvidenceGrounds,
  type EvidenceRefusal,
  type EvidenceRequest,
} from './evidence-decision.ts';

export interface EvidenceDeskOptions {
  readonly store: StepStore & LogReader & FrameReader;
  /** Whose the indexes are, and who signs them. */
  readonly provider: { readonly name: string; readonly serviceAddress: string };
  readonly signer: { seal(content: Buffer, instant: Instant): Promise<Buffer> };
  /** Null without a time-stamp authority. */
  readonly stamper: { stamp(octets: Uint8Array): Promise<Buffer> } | null;
  readonly gate: CertificationGate;
  readonly clock: Clock;
}

export type EvidenceOpening =
  | { readonly outcome: 'refused'; readonly because: EvidenceRefusal }
  | { readonly outcome: 'open'; readonly identifier: string };

/** An index, signed; CMS and time-stamp token, DER. */
export interface SealedIndex {
  readonly signed: Buffer;
  readonly token?: Buffer;
}

/** Characters of what was asked for that the log keeps. */
const ASKED_LIMIT = 998;

/** Decides who gets an evidence file, signs its index and writes both into the log (LOG-10). */
export class EvidenceDesk {
  readonly #options: EvidenceDeskOptions;

  constructor(options: EvidenceDeskOptions) {
    this.#options = options;
  }

  /** Whether there is one to be had. A refusal is written down. Rejects with the Fault of the store. */
  async open(request: EvidenceRequest): Promise<EvidenceOpening> {
    const { store, clock, provider } = this.#options;
    const decision = decideEvidence(store, request);
    if (decision.decided === 'give') return { outcome: 'open', identifier: decision.grounds.identifier };
    const { because, records } = decision;
    const [on] = records;
    await this.#record({
      instant: clock.now(),
      event: 'evidence-refused',
      identifier: on?.identifier ?? '',
      ...(on?.messageId !== undefined && { messageId: on.messageId }),
      sender: on?.sender ?? '',
      recipients: on?.recipients ?? [],
      ...(on?.subject !== undefined && { subject: on.subject }),
      provider: on?.provider ?? provider.name,
      detail: {
        because,
        ...forWhom(request),
        ...(on === undefined && { asked: request.about.slice(0, ASKED_LIMIT) }),
      },
    });
    return { outcome: 'refused', because };
  }

  /**
   * Signs the index of an evidence file about a message that the log knows, and stamps it; both are out of the house only
   * when the record is committed. Throws the Fault `evidence-index-refused` when the index is of something else,
   * `certification-held`, and those of the key, of the time-stamp authority and of the store.
   */
  async seal(request: EvidenceRequest, index: Buffer): Promise<SealedIndex> {
    const { store, clock, signer, stamper, gate } = this.#options;
    const decision = decideEvidence(store, request);
    if (decision.decided === 'refuse') throw refused(`the request is refused: ${decision.because}`);
    const { grounds } = decision;
    this.#requireOurs(index, grounds);
    requireOpenGate(gate);
    const instant = clock.now();
    const signed = await signer.seal(index, instant);
    const token = await stamper?.stamp(signed);
    const [on] = grounds.records;
    await this.#record({
      instant,
      event: 'evidence-made',
      identifier: grounds.identifier,
      ...(on?.messageId !== undefined && { messageId: on.messageId }),
      sender: grounds.sender,
      recipients: on?.recipients ?? [],
      ...(on?.subject !== undefined && { subject: on.subject }),
      ...(on?.provider !== undefined && { provider: on.provider }),
      detail: { index: hash('sha256', index, 'hex'), ...forWhom(request) },
    });
    return { signed, ...(token !== undefined && { token }) };
  }

  /** The key signs what its provider says of a message, and no other octets. */
  #requireOurs(octets: Buffer, { identifier, sender, view }: EvidenceGrounds): void {
    const reading = readEvidenceIndex(octets);
    if (!reading.ok) throw refused(`no index: line ${reading.line}, ${reading.detail}`);
    const { index } = reading;
    const { provider } = this.#options;
    const isOurs =
      index.provider.name === provider.name &&
      index.provider.serviceAddress === provider.serviceAddress &&
      index.identifier === identifier &&
      index.sender === sender &&
      index.view.of === view.of &&
      index.view.holder === view.holder;
    if (!isOurs) throw refused('the index is of another provider, message or view');
  }

  async #record(record: NewLogRecord): Promise<void> {
    await this.#options.store.commit({
      blobs: [],
      contents: [],
      parts: [{ acts: [{ do: 'record', record }] }],
    });
  }
}

function forWhom({ holder }: EvidenceRequest): { readonly for?: string } {
  return holder === undefined ? {} : { for: holder.slice(0, ASKED_LIMIT) };
}

function refused(message: string): Fault {
  return new Fault('evidence-index-refused', message, { temporary: false });
}
