// SPDX-License-Identifier: EUPL-1.2
import { findNamedPart } from '../../src/evidence/recognition.ts';
import { parseHeader } from '../../src/wire/mime/header.ts';
import { indexMessage } from '../../src/wire/mime/mime-index.ts';
import { decodeTransferred } from '../../src/wire/mime/transfer-encoding.ts';

/** What a person would read in a message, and no more. */
export interface Glance {
  /** X-Ricevuta, or `posta-certificata`, `anomalia`, `ordinaria`. */
  readonly kind: string;
  /** PEC msgid in its certification data. */
  readonly identifier: string;
  /** Message-ID that its sender gave. */
  readonly clientId: string;
  /** The provider that says it. */
  readonly provider: string;
  /** The recipient it is about. */
  readonly about: string;
  /** The recipients taken in charge. */
  readonly covers: readonly string[];
  readonly error: string;
}

/**
 * Reads a message by its header and the elements of its daticert.xml, found by plain search: the judge does
 * not use the reader that it judges.
 */
export function glance(octets: Buffer): Glance {
  const header = parseHeader(octets);
  const transport = header.first('X-Trasporto')?.value;
  const kind =
    header.first('X-Ricevuta')?.value ?? (transport === 'errore' ? 'anomalia' : (transport ?? 'ordinaria'));
  const index = indexMessage(octets);
  const part = kind === 'anomalia' ? undefined : findNamedPart(index, 'daticert.xml');
  const xml =
    part === undefined
      ? ''
      : decodeTransferred(part.encoding, octets.subarray(part.bodyStart, part.bodyEnd)).toString();
  return {
    kind,
    identifier: element(xml, 'identificativo'),
    clientId: element(xml, 'msgid').replaceAll('&lt;', '<').replaceAll('&gt;', '>'),
    provider: element(xml, 'gestore-emittente'),
    about: element(xml, 'consegna'),
    covers: [...xml.matchAll(/<ricezione>([^<]*)</g)].map((match) => match[1] ?? ''),
    error: element(xml, 'errore-esteso'),
  };
}

function element(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
}
