// SPDX-License-Identifier: EUPL-1.2
import type { Clock } from '../../platform/clock.ts';
import type { EvidenceRequest } from '../../points/reissuing/evidence-decision.ts';
import type { EvidenceDesk } from '../../points/reissuing/evidence-desk.ts';
import type { ControlAnswer } from './control-socket.ts';

/** What a command needs to know of the provider to make an evidence file; certificates in DER. */
export interface EvidenceSurroundings {
  readonly provider: { readonly name: string; readonly serviceAddress: string };
  readonly clock: Clock;
  /** Whether indexes get a time stamp. */
  readonly stamps: boolean;
  /** The certificate that signs the index. */
  readonly certificate: Buffer;
  readonly anchors: readonly Buffer[];
  readonly intermediates: readonly Buffer[];
  readonly stampAnchors: readonly Buffer[];
}

/** What an operator may order to get evidence files: to open one, and to have its index signed. */
export class EvidenceOrders {
  readonly #desk: EvidenceDesk;
  readonly #surroundings: EvidenceSurroundings;

  constructor(desk: EvidenceDesk, surroundings: EvidenceSurroundings) {
    this.#desk = desk;
    this.#surroundings = surroundings;
  }

  /** Whether it is such an order. */
  static takes({ order }: Readonly<Record<string, unknown>>): boolean {
    return order === 'evidence-open' || order === 'evidence-seal';
  }

  /** Rejects with the Faults of the desk. */
  async obey(order: Readonly<Record<string, unknown>>): Promise<ControlAnswer> {
    const { about, holder, index } = order;
    const isHolder = holder === undefined || (typeof holder === 'string' && holder !== '');
    if (typeof about !== 'string' || about === '' || !isHolder) return MALFORMED;
    const request: EvidenceRequest = { about, ...(holder !== undefined && { holder }) };
    if (order.order === 'evidence-open') return this.#open(request);
    if (typeof index !== 'string') return MALFORMED;
    const { signed, token } = await this.#desk.seal(request, Buffer.from(index));
    return { ok: true, signed: signed.toString('base64'), token: token?.toString('base64') ?? null };
  }

  async #open(request: EvidenceRequest): Promise<ControlAnswer> {
    const opening = await this.#desk.open(request);
    if (opening.outcome === 'refused') return { ok: true, refused: opening.because };
    const { provider, stamps, clock, certificate, ...authorities } = this.#surroundings;
    const { anchors, intermediates, stampAnchors } = authorities;
    const text = (each: Buffer) => each.toString('base64');
    return {
      ok: true,
      identifier: opening.identifier,
      now: clock.now(),
      provider,
      stamps,
      certificate: text(certificate),
      anchors: anchors.map(text),
      intermediates: intermediates.map(text),
      stampAnchors: stampAnchors.map(text),
    };
  }
}

const MALFORMED: ControlAnswer = { ok: false, error: 'what is said of the evidence file is malformed' };
