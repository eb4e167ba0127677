// SPDX-License-Identifier: EUPL-1.2
import { proveRecords } from '../../evidence/certification-log/log-proof.ts';
import type { LogReader, LogRecord, NewLogRecord } from '../../evidence/certification-log/log-store.ts';
import type { SealedLogReader } from '../../evidence/certification-log/sealed-log-store.ts';
import { draftDeclaration } from '../../evidence/declarations/declaration.ts';
import type { EmittingProvider } from '../../evidence/draft.ts';
import type { FrameReader, KeptFrame } from '../../mailroom/frames/frame-store.ts';
import type { StepStore } from '../../mailroom/steps/step-store.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Attestation } from '../attestation.ts';
import { decideReissue, type ReissueRefusal, type ReissueRequest } from './reissue-decision.ts';

export interface ReissueDeskOptions {
  readonly store: StepStore & LogReader & SealedLogReader & FrameReader;
  readonly attestation: Attestation;
  readonly provider: EmittingProvider;
  readonly clock: Clock;
  readonly ids: Ids;
}

export type ReissueAnswer =
  | { readonly outcome: 'refused'; readonly because: ReissueRefusal }
  | {
      readonly outcome: 'given';
      /** May be given back; `reassemble` makes them. */
      readonly whole: readonly KeptFrame[];
      /** What the declaration is in the place of. */
      readonly missing: readonly KeptFrame[];
      /** A signed message, where not everything can be given back. */
      readonly declaration?: Buffer;
    };

/** Characters of what was asked for that the log keeps. */
const ASKED_LIMIT = 998;

/** Decides on each request, and writes it into the log before anything is given (LOG-1, LOG-10). */
export class ReissueDesk {
  readonly #options: ReissueDeskOptions;

  constructor(options: ReissueDeskOptions) {
    this.#options = options;
  }

  /** Rejects with the temporary Fault of the key or of the store; nothing is given then. */
  async answer(request: ReissueRequest): Promise<ReissueAnswer> {
    const { store, clock } = this.#options;
    const instant = clock.now();
    const decision = decideReissue(store, request);
    if (decision.decided === 'refuse') {
      const { because, records } = decision;
      await this.#record(request, {
        instant,
        record: records[0],
        event: 'reissue-refused',
        detail: { because },
      });
      return { outcome: 'refused', because };
    }
    const { records, whole, missing } = decision;
    const declared = whole.length === 0 || missing.length > 0;
    const declaration = declared ? await this.#declare(request, { instant, records, missing }) : undefined;
    await this.#record(request, {
      instant,
      record: records[0],
      event: 'reissued',
      ...(declaration !== undefined && { generated: [declaration.messageId] }),
      detail: { messages: listed(whole), ...(missing.length > 0 && { declared: listed(missing) }) },
    });
    return {
      outcome: 'given',
      whole,
      missing,
      ...(declaration !== undefined && { declaration: declaration.octets }),
    };
  }

  async #declare(
    { holder }: ReissueRequest,
    facts: {
      readonly instant: Instant;
      readonly records: readonly LogRecord[];
      readonly missing: readonly KeptFrame[];
    },
  ): Promise<{ readonly messageId: string; readonly octets: Buffer }> {
    const { store, attestation, provider, ids } = this.#options;
    const sealed = store.lastSeal()?.size ?? 0;
    const provable = facts.records.map(({ sequence }) => sequence).filter((sequence) => sequence <= sealed);
    const proving = provable.length === 0 ? undefined : proveRecords(store, provable);
    const draft = draftDeclaration({
      ...facts,
      provider,
      ids,
      holder,
      ...(proving?.ok === true && { proof: proving.proof }),
    });
    return { messageId: draft.messageId, octets: await attestation.declare(draft) };
  }

  async #record(
    { about, holder, kind, recipient }: ReissueRequest,
    facts: Pick<NewLogRecord, 'instant' | 'event' | 'detail' | 'generated'> & {
      readonly record: LogRecord | undefined;
    },
  ): Promise<void> {
    const { store, provider } = this.#options;
    const { record: on, detail, ...rest } = facts;
    const record: NewLogRecord = {
      ...rest,
      identifier: on?.identifier ?? '',
      ...(on?.messageId !== undefined && { messageId: on.messageId }),
      sender: on?.sender ?? '',
      recipients: on?.recipients ?? [],
      ...(on?.subject !== undefined && { subject: on.subject }),
      ...(recipient !== undefined && { recipient: recipient.slice(0, ASKED_LIMIT) }),
      provider: on?.provider ?? provider.name,
      detail: {
        ...detail,
        for: holder.slice(0, ASKED_LIMIT),
        ...(kind !== undefined && { kind }),
        ...(on === undefined && { asked: about.slice(0, ASKED_LIMIT) }),
      },
    };
    await store.commit({ blobs: [], contents: [], parts: [{ acts: [{ do: 'record', record }] }] });
  }
}

function listed(frames: readonly KeptFrame[]): string {
  return frames.map(({ messageId }) => messageId).join(' ');
}
