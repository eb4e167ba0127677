// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { bodyOf, Seen } from '../world/seen.ts';

/** What a message in a mailbox is and is about, without its octets. */
export interface Sight {
  readonly sha256: string;
  /** X-Ricevuta, `posta-certificata`, `anomalia` or `ordinaria`. */
  readonly kind: string;
  readonly messageId: string;
  /** PEC msgid that its certification data name; undefined when it has none. */
  readonly identifier: string | undefined;
  /** The recipients that a receipt or notice speaks of. */
  readonly about: readonly string[];
  /** SHA-256 of the body of the original inside it, where the original is there whole. */
  readonly bodySha256: string | undefined;
}

/** Opens a message; throws when certification data that should be there cannot be read. */
export function sightOf(octets: Buffer): Sight {
  const seen = new Seen(octets, '');
  const { kind, messageId, original } = seen;
  const data = kind === 'ordinaria' || kind === 'anomalia' ? undefined : seen.data;
  const about = data?.takenInCharge ?? (data?.deliveredTo === undefined ? [] : [data.deliveredTo]);
  const whole = original !== undefined && kind === 'posta-certificata';
  return {
    sha256: hashOf(octets),
    kind,
    messageId,
    identifier: data?.identifier,
    about,
    bodySha256: whole ? hashOf(bodyOf(original)) : undefined,
  };
}

function hashOf(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
