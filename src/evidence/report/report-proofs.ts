// SPDX-License-Identifier: EUPL-1.2

import { sameAddress } from '../../wire/mime/addresses.ts';
import { EVIDENCE_CLAIMS, type EvidenceClaim } from '../evidence-file/evidence-claims.ts';
import type { EvidenceGap, EvidenceIndex } from '../evidence-file/index-model.ts';
import {
  CLAIM_SENTENCES,
  moreGapsSentence,
  NEVER_PROVED,
  signatureOnlySentence,
  unsealedSentence,
  unstampedSentence,
} from '../wording/report-claims.ts';
import type { Paragraph } from './sheet.ts';
import type { RecordPlace, StoryEvent } from './story.ts';
import { shortText, visibleText } from './visible-text.ts';

/** Sentences about what is missing on one page; more are counted. */
const MAX_GAPS = 7;
/** Numbers or names inside one sentence; more are counted. */
const MAX_NAMED = 6;

/** One page, as far as proofs go. */
export interface ProvedPage {
  readonly index: EvidenceIndex;
  /** The recipient of the page. */
  readonly address: string;
  readonly story: readonly StoryEvent[];
}

/** The claims that what is in the file can bear, for one recipient. */
export function bornClaims({ index, story, address }: ProvedPage): readonly EvidenceClaim[] {
  const records = recordsOf(story);
  const sealed = records.some(({ seal }) => seal !== null);
  const stamped = story.some((each) => each.what === 'seal' && each.stamped);
  const messages = story.some(({ what }) => what === 'message');
  const files = (role: string) => index.files.some((file) => file.role === role);
  const unstampedIndex = gapsOf(index, address).some(
    ({ what, record }) => what === 'marca' && record === undefined,
  );
  const born: Readonly<Partial<Record<EvidenceClaim, boolean>>> = {
    'manifest-stamp': !unstampedIndex,
    'message-signature': messages,
    revocation: messages && files('revoca'),
    'message-kind': messages,
    original: files('originale'),
    records: records.length > 0,
    inclusion: sealed,
    seals: stamped,
  };
  return EVIDENCE_CLAIMS.filter((claim) => born[claim] ?? true);
}

export function provedParagraphs(page: ProvedPage): readonly Paragraph[] {
  return bornClaims(page).map((claim) => bullet(CLAIM_SENTENCES[claim]));
}

export function unprovedParagraphs(page: ProvedPage): readonly Paragraph[] {
  const missing = missingSentences(page);
  const shown = missing.length <= MAX_GAPS ? missing : missing.slice(0, MAX_GAPS - 1);
  const { read, author, truth, recorded, complete, ordinary } = NEVER_PROVED;
  const hasOrdinary = page.index.recipients.some(({ certified }) => certified === false);
  return [
    ...shown,
    ...(shown.length < missing.length ? [moreGapsSentence(missing.length - shown.length)] : []),
    ...[read, author, truth, recorded, complete],
    ...(hasOrdinary ? [ordinary] : []),
  ].map(bullet);
}

function missingSentences({ index, story, address }: ProvedPage): readonly string[] {
  const gaps = gapsOf(index, address);
  const own = new Set(recordsOf(story).map(({ sequence }) => sequence));
  const records = (thing: EvidenceGap['what']) =>
    gaps.flatMap(({ what, record }) =>
      what === thing && record !== undefined && own.has(record) ? [record] : [],
    );
  const [unsealed, unstamped] = [records('sigillo'), records('marca')];
  const bySignature = story.flatMap((each) =>
    each.what === 'message' && each.record === null ? [each.file] : [],
  );
  return [
    ...gaps.filter(({ record }) => record === undefined).map(({ text }) => visibleText(text)),
    ...(unsealed.length > 0 ? [unsealedSentence(few(unsealed))] : []),
    ...(unstamped.length > 0 ? [unstampedSentence(few(unstamped))] : []),
    ...(bySignature.length > 0 ? [signatureOnlySentence(few(bySignature))] : []),
  ];
}

function gapsOf({ missing }: EvidenceIndex, address: string): readonly EvidenceGap[] {
  return missing.filter(({ recipient }) => recipient === undefined || sameAddress(recipient, address));
}

function recordsOf(story: readonly StoryEvent[]): readonly RecordPlace[] {
  return story.flatMap((each) => (each.what === 'seal' || each.record === null ? [] : [each.record]));
}

function few(names: readonly (string | number)[]): string {
  const more = names.length - MAX_NAMED;
  const shown = names.slice(0, MAX_NAMED).map((name) => shortText(String(name), 40));
  return shown.join(', ') + (more > 0 ? `, … (${more})` : '');
}

function bullet(text: string): Paragraph {
  return { text, look: 'body', maxLines: 4, mark: '•' };
}
