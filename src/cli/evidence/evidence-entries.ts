// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import { EVIDENCE_INDEX_DTD } from '../../evidence/evidence-file/index-dtd.ts';
import {
  EVIDENCE_FILES,
  type EvidenceEntry,
  type EvidenceKind,
  type FileRole,
} from '../../evidence/evidence-file/index-model.ts';
import { recordFile } from '../../evidence/evidence-file/outcomes.ts';
import { evidenceReadme } from '../../evidence/wording/evidence-readme.ts';
import { asBuffer, type Octets } from '../../wire/mime/octets.ts';
import type { ExaminedMessage } from './examined-message.ts';
import type { GatheredCertificates } from './gathered-certificates.ts';
import type { GatheredLog } from './gathered-log.ts';
import type { KnownOriginal } from './original-search.ts';

/** A file of the evidence file: what the index says of it, and its octets. */
export interface PackedFile {
  readonly entry: EvidenceEntry;
  readonly content: Buffer | Octets;
}

/** A message with the name it has in the file. */
export interface NamedMessage {
  readonly file: string;
  readonly message: ExaminedMessage;
}

/** How the names of messages begin, in the order they stand in. */
const STEMS = [
  'acceptance',
  'non-acceptance',
  'envelope',
  'take-charge',
  'delivery',
  'non-delivery',
  'notice',
];
const STEM_OF: Readonly<Record<EvidenceKind, string>> = {
  acceptance: 'acceptance',
  'non-acceptance': 'non-acceptance',
  'non-acceptance-virus': 'non-acceptance',
  'transport-envelope': 'envelope',
  'take-charge': 'take-charge',
  'delivery-complete': 'delivery',
  'delivery-brief': 'delivery',
  'delivery-concise': 'delivery',
  'non-delivery': 'non-delivery',
  'virus-non-delivery': 'non-delivery',
  'timeout-12h': 'notice',
  'timeout-24h': 'notice',
  'virus-detection': 'notice',
};
/** There is one of them at most. */
const UNNUMBERED: ReadonlySet<string> = new Set(['acceptance', 'non-acceptance']);

/** Names by kind and instant. Of what there can be one of only the first is taken. */
export function nameMessages(messages: readonly ExaminedMessage[]): readonly NamedMessage[] {
  const inOrder = [...messages].sort(
    (one, other) =>
      one.facts.instant - other.facts.instant || (one.facts.messageId < other.facts.messageId ? -1 : 1),
  );
  return STEMS.flatMap((stem) => {
    const such = inOrder.filter(({ facts }) => STEM_OF[facts.kind] === stem);
    if (UNNUMBERED.has(stem))
      return such.slice(0, 1).map((message) => ({ file: `messages/${stem}.eml`, message }));
    return such.map((message, at) => ({ file: `messages/${stem}-${at + 1}.eml`, message }));
  });
}

/** Everything but the report and the index, in the order of the ZIP. */
export function packFiles(gathered: {
  readonly original: KnownOriginal | undefined;
  readonly messages: readonly NamedMessage[];
  readonly certificates: GatheredCertificates;
  readonly log: GatheredLog;
}): readonly PackedFile[] {
  const { original, messages, certificates, log } = gathered;
  return [
    packed(EVIDENCE_FILES.readme, 'leggimi', Buffer.from(evidenceReadme())),
    packed(EVIDENCE_FILES.dtd, 'dtd', Buffer.from(EVIDENCE_INDEX_DTD)),
    ...(original === undefined ? [] : [streamed(EVIDENCE_FILES.original, 'originale', original)]),
    ...messages.map(({ file, message }) => streamed(file, 'messaggio', message)),
    ...inOrder(certificates.certificates).map(([sha256, der]) =>
      packed(`certificates/${sha256}.cer`, 'certificato', der),
    ),
    ...inOrder(certificates.lists).map(([sha256, der]) => packed(`revocation/${sha256}.crl`, 'revoca', der)),
    ...log.records.map(({ entry, text }) =>
      packed(recordFile(entry.sequence), 'registrazione', Buffer.from(text)),
    ),
    ...log.seals.flatMap(({ number, signed, token }) => [
      packed(`log/seals/${number}.p7m`, 'sigillo', asBuffer(signed)),
      ...(token === undefined ? [] : [packed(`log/seals/${number}.tsr`, 'marca', asBuffer(token))]),
    ]),
  ];
}

export function packed(name: string, role: FileRole, content: Buffer): PackedFile {
  const sha256 = hash('sha256', content, 'hex');
  return { entry: { name, role, sizeBytes: content.length, sha256 }, content };
}

function streamed(
  name: string,
  role: FileRole,
  { octets, sha256 }: { readonly octets: Octets; readonly sha256: string },
): PackedFile {
  return { entry: { name, role, sizeBytes: octets.size, sha256 }, content: octets };
}

function inOrder(map: ReadonlyMap<string, Buffer>): readonly (readonly [string, Buffer])[] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1));
}
