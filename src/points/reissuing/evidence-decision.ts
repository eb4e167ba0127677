// SPDX-License-Identifier: EUPL-1.2
import type { LogReader, LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { EvidenceView } from '../../evidence/evidence-file/index-model.ts';
import type { FrameReader, KeptFrame } from '../../mailroom/frames/frame-store.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';
import { decideReissue, REQUESTS } from './reissue-decision.ts';

/** What an evidence file is asked of. */
export interface EvidenceRequest {
  /** PEC msgid, or the client's Message-ID. */
  readonly about: string;
  /** Only what this holder may see; everything when left out. */
  readonly holder?: string;
}

/** `ambiguous`: several messages have that Message-ID. */
export type EvidenceRefusal = 'unknown' | 'ambiguous' | 'not-theirs';

/** What the provider has written about the message, as far as the view goes. */
export interface EvidenceGrounds {
  readonly identifier: string;
  readonly sender: string;
  readonly view: { readonly of: EvidenceView; readonly holder: string };
  /** In order. */
  readonly records: readonly LogRecord[];
  /** Messages that were made here. */
  readonly frames: readonly KeptFrame[];
}

export type EvidenceDecision =
  | {
      readonly decided: 'refuse';
      readonly because: EvidenceRefusal;
      /** What the log has about that id. */
      readonly records: readonly LogRecord[];
    }
  | { readonly decided: 'give'; readonly grounds: EvidenceGrounds };

/** What may be put into an evidence file (LOG-10): all of it, or what is a holder's own. */
export function decideEvidence(
  store: Pick<LogReader, 'recordsAbout'> & FrameReader,
  { about, holder }: EvidenceRequest,
): EvidenceDecision {
  const asked = store.recordsAbout(about).filter(isAboutMessage);
  const identifiers = new Set(asked.map(({ identifier }) => identifier).filter((each) => each !== ''));
  const [identifier] = identifiers;
  if (identifier === undefined) return { decided: 'refuse', because: 'unknown', records: asked };
  if (identifiers.size > 1) return { decided: 'refuse', because: 'ambiguous', records: asked };
  const all = store.recordsAbout(identifier).filter(isAboutMessage);
  const sender = (all.find(({ event }) => BEGINNINGS.has(event)) ?? all[0])?.sender ?? '';
  // Another provider's message may bear the same identifier.
  const story = all.filter((record) => sameAddress(record.sender, sender));
  const whose = holder ?? sender;
  const decision = decideReissue(store, { about: identifier, holder: whose });
  if (decision.decided === 'refuse' && (holder !== undefined || decision.because === 'unknown')) {
    const because = decision.because === 'unknown' ? 'unknown' : 'not-theirs';
    return { decided: 'refuse', because, records: all };
  }
  const seen = decision.decided === 'give' ? decision : { records: [], whole: [], missing: [] };
  const own = new Set(seen.records.map(({ sequence }) => sequence));
  const view = viewOf(holder, sender);
  const records = story.filter(
    ({ sequence, event }) =>
      view.of === 'tutto' ||
      own.has(sequence) ||
      (view.of === 'destinatario' && event === 'envelope-received'),
  );
  const frames = [...seen.whole, ...seen.missing].filter(({ kind }) => kind !== 'anomaly-envelope');
  return { decided: 'give', grounds: { identifier, sender, view, records, frames } };
}

const BEGINNINGS: ReadonlySet<string> = new Set([
  'acceptance',
  'non-acceptance-formal',
  'non-acceptance-virus',
  'envelope-received',
]);

function isAboutMessage({ event }: LogRecord): boolean {
  return !REQUESTS.has(event);
}

function viewOf(holder: string | undefined, sender: string): EvidenceGrounds['view'] {
  if (holder === undefined) return { of: 'tutto', holder: '' };
  return { of: sameAddress(holder, sender) ? 'mittente' : 'destinatario', holder };
}
