// SPDX-License-Identifier: EUPL-1.2
import { findNamedPart } from '../../evidence/certified-parts.ts';
import { ORIGINAL_FILE, RECEIPT_FIELD } from '../../evidence/wording/literals.ts';
import type { ContentReader } from '../../mailroom/contents/content-store.ts';
import type { TrackingReader } from '../../mailroom/tracking/tracking-store.ts';
import type { OctetRange } from '../../wire/mime/octets.ts';

/** Octets in which what names the original is looked for. */
const LOOKED_AT_BYTES = 64 * 1024;
/** Messages that a receipt may name before the one it brings back: itself, and what somebody put around it. */
const NAMES_TRIED = 8;

/**
 * DP-10: a complete delivery receipt brings the original back as the envelope carried it. Of one that comes in, by
 * its beginning: the octets of the envelope we sent, while they are kept for it (`track`). The original has the PEC
 * msgid for its Message-ID (AP-23), so that nothing of the certification data has to be read.
 */
export function findReturningOriginal(
  beginning: Buffer,
  store: Pick<TrackingReader, 'findAwaitedEnvelope'> & ContentReader,
): OctetRange | undefined {
  const text = beginning.toString('latin1', 0, LOOKED_AT_BYTES);
  if (!DELIVERY_RECEIPT.test(text.slice(0, text.indexOf('\r\n\r\n')))) return undefined;
  let tried = 0;
  for (const [, identifier = ''] of text.matchAll(MESSAGE_ID)) {
    const envelope = store.findAwaitedEnvelope(identifier);
    const content = envelope === undefined ? undefined : store.findContent(envelope);
    const part = content && findNamedPart(content.index, ORIGINAL_FILE);
    if (content !== undefined && part !== undefined)
      return { octets: content.octets, start: part.bodyStart, end: part.bodyEnd };
    tried += 1;
    if (tried === NAMES_TRIED) break;
  }
  return undefined;
}

const DELIVERY_RECEIPT = new RegExp(`^${RECEIPT_FIELD}:[ \\t]*avvenuta-consegna[ \\t]*\\r?$`, 'im');
const MESSAGE_ID = /^Message-ID:\s{0,3}<([^<>\s]{1,998})>/gim;
