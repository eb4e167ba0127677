// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import {
  MAX_CERTIFICATION_DATA_BYTES,
  readCertificationData,
} from '../../evidence/certification-data/reader.ts';
import {
  EVIDENCE_KINDS,
  type EvidenceKind,
  type EvidenceMessage,
} from '../../evidence/evidence-file/index-model.ts';
import { findNamedPart, messageKind, recognise } from '../../evidence/recognition.ts';
import { CERTIFICATION_DATA_FILE, ORIGINAL_FILE } from '../../evidence/wording/literals.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import type { CertificationPaths } from '../../trust/signing/certification-paths.ts';
import { verifyWithoutIndex } from '../../trust/signing/verification.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { parseAddressList, sameAddress } from '../../wire/mime/addresses.ts';
import { parseHeader } from '../../wire/mime/header.ts';
import { parseMessageId } from '../../wire/mime/message-ids.ts';
import { type MimeIndex, MimeIndexer } from '../../wire/mime/mime-index.ts';
import type { OctetRange, Octets } from '../../wire/mime/octets.ts';
import { decodeTransferred } from '../../wire/mime/transfer-encoding.ts';

/** A message, and where its parts begin and end. */
export interface IndexedMessage {
  readonly octets: Octets;
  readonly index: MimeIndex;
}

/** One that may go into an evidence file. */
export interface ExaminedMessage extends IndexedMessage {
  /** What the index will say of it, but for its name and its record. */
  readonly facts: Omit<EvidenceMessage, 'file' | 'record'>;
  readonly data: CertificationData;
  /** From the signer to an anchor; undefined when no path leads to one. */
  readonly chain: readonly Certificate[] | undefined;
  readonly signedAt: Instant;
  /** `postacert.eml`, as it stands in the message. */
  readonly original?: OctetRange;
  /** SHA-256 of the whole, hexadecimal. */
  readonly sha256: string;
}

export type Examination =
  | { readonly ok: true; readonly message: ExaminedMessage }
  /** A few English words. */
  | { readonly ok: false; readonly why: string };

const HEADER_LIMIT_BYTES = 1024 * 1024;
/** Base64 takes a third more; line ends and slack on top. */
const ENCODED_DATA_LIMIT_BYTES = MAX_CERTIFICATION_DATA_BYTES * 1.5;

/** Finds out what a message is, and that its signature holds. Reads it twice, in chunks. */
export async function examineForEvidence(
  message: IndexedMessage,
  { paths, clock }: { readonly paths: CertificationPaths; readonly clock: Clock },
): Promise<Examination> {
  const { octets, index } = message;
  const header = parseHeader(await octets.read(0, Math.min(index.root.bodyStart, HEADER_LIMIT_BYTES)));
  const reading = await readData(message);
  if (reading?.ok !== true) return { ok: false, why: 'its certification data cannot be read' };
  const recognised = recognise({ header, index, certificationData: reading });
  if (recognised.kind === 'neither') return { ok: false, why: recognised.detail };
  const kind = EVIDENCE_KINDS.find((each) => each === messageKind(recognised, { header, index }));
  if (kind === undefined) return { ok: false, why: 'a message of another kind' };
  const sound = await verifyWithoutIndex({ message: octets, index }, { paths, clock, at: 'signing-time' });
  if (!sound.authentic && (sound.failed !== 'validity' || BROKEN.has(sound.reason)))
    return { ok: false, why: sound.detail };
  const signer = senderOf(header.all('From').map(({ value }) => value));
  if (signer === undefined) return { ok: false, why: 'its From field names not one address' };
  if (sound.authentic && !sound.certificate.rfc822Names.some((name) => sameAddress(name, signer)))
    return { ok: false, why: 'its From field names somebody else than the certificate' };
  const { data } = reading;
  const part = findNamedPart(index, ORIGINAL_FILE);
  return {
    ok: true,
    message: {
      octets,
      index,
      data,
      facts: {
        kind,
        messageId: parseMessageId(header.first('Message-ID')?.value ?? '') ?? '',
        provider: data.provider,
        signer,
        instant: data.instant,
        digest: sound.authentic ? sound.signedDigest : await signedDigest(message),
        about: aboutOf(data),
      },
      chain: sound.authentic ? sound.chain : undefined,
      signedAt: sound.authentic ? sound.verifiedAt : data.instant,
      ...(part !== undefined &&
        enclosesOriginal(kind) && { original: { octets, start: part.bodyStart, end: part.bodyEnd } }),
      sha256: await sha256Of({ octets, start: 0, end: octets.size }),
    },
  };
}

const BROKEN: ReadonlySet<string> = new Set([
  'unsupported-algorithm',
  'digest-mismatch',
  'signature-invalid',
  'weak-digest',
]);

/** Whether its `postacert.eml` is the original, whole. */
function enclosesOriginal(kind: EvidenceKind): boolean {
  return kind === 'transport-envelope' || kind === 'delivery-complete';
}

function aboutOf({ deliveredTo, takenInCharge }: CertificationData): readonly string[] {
  if (takenInCharge !== undefined) return takenInCharge;
  return deliveredTo === undefined ? [] : [deliveredTo];
}

function senderOf(fields: readonly string[]): string | undefined {
  const { mailboxes } = parseAddressList(fields.length === 1 ? (fields[0] ?? '') : '');
  return mailboxes.length === 1 ? mailboxes[0]?.address : undefined;
}

async function readData({ octets, index }: IndexedMessage) {
  const part = findNamedPart(index, CERTIFICATION_DATA_FILE);
  if (part === undefined || part.bodyEnd - part.bodyStart > ENCODED_DATA_LIMIT_BYTES) return undefined;
  return readCertificationData(
    decodeTransferred(part.encoding, await octets.read(part.bodyStart, part.bodyEnd)),
  );
}

async function signedDigest({ octets, index }: IndexedMessage): Promise<string> {
  const [entity] = index.root.parts;
  return sha256Of({ octets, start: entity?.headerStart ?? 0, end: entity?.bodyEnd ?? octets.size });
}

/** In hexadecimal; reads in chunks. */
export async function sha256Of({ octets, start, end }: OctetRange): Promise<string> {
  const sha256 = createHash('sha256');
  for await (const chunk of octets.stream(start, end)) sha256.update(chunk);
  return sha256.digest('hex');
}

/** The MIME index of octets that have none yet. */
export async function indexed(octets: Octets): Promise<IndexedMessage> {
  const indexer = new MimeIndexer();
  for await (const chunk of octets.stream()) indexer.update(chunk);
  return { octets, index: indexer.end() };
}
