// SPDX-License-Identifier: EUPL-1.2
import type { KeptFrame } from '../../mailroom/frames/frame-store.ts';
import type { ReissueRequest } from '../../points/reissuing/reissue-decision.ts';
import type { ReissueDesk } from '../../points/reissuing/reissue-desk.ts';
import type { ControlAnswer } from './control-socket.ts';

/**
 * What an operator may order for holders who lost something. That it is not theirs is no error but an answer:
 * `refused`, with the reason.
 */
export class ReissueOrders {
  readonly #desk: ReissueDesk;

  constructor(desk: ReissueDesk) {
    this.#desk = desk;
  }

  /** Whether it is such an order. */
  static takes({ order }: Readonly<Record<string, unknown>>): boolean {
    return order === 'reissue';
  }

  /** Rejects with the temporary Fault of the key or of the store. */
  async obey(order: Readonly<Record<string, unknown>>): Promise<ControlAnswer> {
    const request = readRequest(order);
    if (request === undefined) return { ok: false, error: 'what is said of the request is malformed' };
    const answer = await this.#desk.answer(request);
    if (answer.outcome === 'refused') return { ok: true, refused: answer.because };
    return {
      ok: true,
      whole: answer.whole.map(nameOf),
      missing: answer.missing.map(nameOf),
      declaration: answer.declaration?.toString('base64') ?? null,
    };
  }
}

function nameOf({ blob, messageId }: KeptFrame) {
  return { blob, messageId };
}

function readRequest(order: Readonly<Record<string, unknown>>): ReissueRequest | undefined {
  const { about, holder, kind, recipient, originals } = order;
  if (typeof about !== 'string' || about === '' || typeof holder !== 'string' || holder === '')
    return undefined;
  if (!isText(kind) || !isText(recipient)) return undefined;
  if (originals !== undefined && !isTexts(originals)) return undefined;
  return {
    about,
    holder,
    ...(kind !== undefined && { kind }),
    ...(recipient !== undefined && { recipient }),
    ...(originals !== undefined && { originals }),
  };
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
