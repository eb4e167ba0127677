// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { CertificationData } from '../../../evidence/certification-data/certification-data.ts';
import type { EvidenceMessage } from '../../../evidence/evidence-file/index-model.ts';
import type { Instant } from '../../../platform/clock.ts';
import type { DirectorySnapshot } from '../../../trust/provider-directory/directory-snapshot.ts';
import type { DigestName, SoundMessage } from '../../../trust/signing/verification-result.ts';
import { sameAddress } from '../../../wire/mime/addresses.ts';
import { parseHeader } from '../../../wire/mime/header.ts';
import { indexMessage } from '../../../wire/mime/mime-index.ts';
import { MemoryOctets } from '../../../wire/mime/octets.ts';
import { soleAuthor } from '../certified-content.ts';
import type { MessageFile } from '../message-file.ts';
import type { ClaimBook } from './claims.ts';
import type { Chain, EvidenceTrust } from './evidence-trust.ts';
import { checkKind } from './kind-claim.ts';
import { KIND_TABLE } from './kind-table.ts';
import { readFile } from './log-claims.ts';
import { checkOriginal } from './original-claim.ts';
import type { EvidencePackage } from './package-claim.ts';
import { type RecordFacts, recordOf } from './record-claims.ts';

/** A message of the file, and since when it is proved to exist. */
export interface MessageFacts {
  readonly message: EvidenceMessage;
  /** Undefined when it cannot be read. */
  readonly data: CertificationData | undefined;
  /** The record that tells of it, where one does. */
  readonly record: RecordFacts | undefined;
  /** The time stamp that covers it: of the seal over its record, else of the index. */
  readonly provedAt: Instant | undefined;
  readonly provedBy: 'seal' | 'index' | null;
  /** What the signature digests with; null when it does not hold. */
  readonly digest: DigestName | null;
  /** Of its signer; undefined when the signature does not hold. */
  readonly chain: Chain | undefined;
}

export interface MessageJudging {
  readonly evidence: EvidencePackage;
  readonly trust: EvidenceTrust;
  readonly book: ClaimBook;
  readonly records: ReadonlyMap<number, RecordFacts>;
  /** Time stamp of the index. */
  readonly stampedAt: Instant | undefined;
  /** Null: whether signers are in the index is not asked. */
  readonly directory: DirectorySnapshot | null;
}

/** Octets of a header that are read. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** The claims about each message: signature, revocation, kind, original, and the record that names it. One in memory at a time. */
export async function checkMessages(judging: MessageJudging): Promise<readonly MessageFacts[]> {
  const found: MessageFacts[] = [];
  for (const message of judging.evidence.index.messages) found.push(await checkMessage(message, judging));
  return found;
}

async function checkMessage(message: EvidenceMessage, judging: MessageJudging): Promise<MessageFacts> {
  const { evidence, trust, book, records, stampedAt } = judging;
  const file = parse(await readFile(evidence, message.file));
  const sound = await checkSignature(message, { file, judging });
  const record = sound === undefined ? undefined : recordOf(message, { records, book });
  const sealedAt = record?.seal?.stampedAt;
  const provedAt = sealedAt ?? stampedAt;
  const provedBy = sealedAt !== undefined ? 'seal' : provedAt !== undefined ? 'index' : null;
  if (sound !== undefined) {
    judgeTime(message, { trust, book, chain: sound.chain, provedAt });
    checkRevocation(
      { chain: sound.chain, file: message.file },
      { trust, book, signedAt: message.instant, provedAt },
    );
  }
  const data = checkKind(message, { file, evidence, book });
  await checkOriginal(message, { file, evidence, book });
  return {
    message,
    data,
    record,
    provedAt,
    provedBy,
    digest: sound?.digestAlgorithm ?? null,
    chain: sound?.chain,
  };
}

/** As it stands: nothing is restored that saving may have done to it. */
function parse(octets: Buffer): MessageFile {
  const index = indexMessage(octets);
  const header = parseHeader(octets.subarray(0, Math.min(index.root.bodyStart, MAX_HEADER_BYTES)));
  return { octets: new MemoryOctets(octets), index, header, restorations: [] };
}

/** Claim `message-signature`, at the instant that the message certifies. */
async function checkSignature(
  message: EvidenceMessage,
  { file, judging }: { readonly file: MessageFile; readonly judging: MessageJudging },
): Promise<SoundMessage | undefined> {
  const { trust, book, directory } = judging;
  const { octets, index, header } = file;
  const refute = (
    code: 'signature-broken' | 'not-in-force' | 'signer-differs' | 'signer-not-in-index' | 'digest-differs',
    detail: string,
  ) => {
    book.refute('message-signature', code, { file: message.file, detail });
    return undefined;
  };
  const sound = await trust.checkMessage({ message: octets, index }, message.instant);
  if (!sound.authentic) {
    const ended = sound.reason === 'expired' || sound.reason === 'not-yet-valid';
    return refute(ended ? 'not-in-force' : 'signature-broken', sound.detail);
  }
  const { start, end } = sound.signedPart;
  const digest = hash('sha256', octets.buffer.subarray(start, end));
  if (digest !== message.digest) return refute('digest-differs', `the signed entity has ${digest}`);
  const author = soleAuthor(header);
  if (author === undefined || !sameAddress(author, message.signer))
    return refute('signer-differs', `From is ${author ?? 'no single address'}, not ${message.signer}`);
  if (!sound.certificate.rfc822Names.some((name) => sameAddress(name, author)))
    return refute('signer-differs', `the certificate is not of ${author}`);
  const stranger = directory === null ? undefined : notItsDomain(message, { sound, judging, directory });
  return stranger === undefined ? sound : refute('signer-not-in-index', stranger);
}

/**
 * By the index of providers: why the signer is none, or not the one of who it speaks for. Without an index nobody can
 * tell whose provider signed; a provider tells of its own senders and recipients only (IP-20).
 */
function notItsDomain(
  { kind, about }: EvidenceMessage,
  facts: {
    readonly sound: SoundMessage;
    readonly judging: MessageJudging;
    readonly directory: DirectorySnapshot;
  },
): string | undefined {
  const { sound, judging, directory } = facts;
  const owners = directory.findByCertificateHash(sound.certificateHash);
  if (owners.length === 0) return `no provider of the index has the certificate ${sound.certificateHash}`;
  const side = KIND_TABLE[kind].speaksFor;
  const people = side === 'sender' ? [judging.evidence.index.sender] : side === 'recipient' ? about : [];
  const other = people.find((address) => {
    const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
    return !owners.some(({ managedDomains }) => managedDomains.has(domain));
  });
  return other === undefined ? undefined : `${owners[0]?.providerName} is not the provider of ${other}`;
}

function judgeTime(
  { file }: EvidenceMessage,
  facts: {
    readonly trust: EvidenceTrust;
    readonly book: ClaimBook;
    readonly chain: Chain;
    readonly provedAt: Instant | undefined;
  },
): void {
  const { trust, book, chain, provedAt } = facts;
  if (provedAt === undefined) {
    const detail = 'no time stamp covers it: only its signer says when it was signed';
    book.leaveOpen('message-signature', 'time-not-proved', { file, detail });
    return;
  }
  const ended = trust.notInForce(chain, provedAt);
  if (ended !== undefined) book.leaveOpen('message-signature', 'ended-before-proof', { file, detail: ended });
}

/** Claim `revocation`, of one signer. */
export function checkRevocation(
  { chain, file }: { readonly chain: Chain; readonly file: string },
  facts: {
    readonly trust: EvidenceTrust;
    readonly book: ClaimBook;
    readonly signedAt: Instant;
    readonly provedAt: Instant | undefined;
    /** Where nothing is known that is no gap. */
    readonly mayBeUnknown?: boolean;
  },
): void {
  const { trust, book, signedAt, provedAt, mayBeUnknown = false } = facts;
  const finding = trust.revocation(chain, { signedAt, provedAt });
  switch (finding.found) {
    case 'good':
      return;
    case 'revoked':
      book.refute('revocation', 'revoked', { file, detail: finding.detail });
      return;
    case 'revoked-later':
      book.leaveOpen('revocation', 'revoked-before-proof', { file, detail: finding.detail });
      return;
    case 'unknown':
      if (!mayBeUnknown) book.leaveOpen('revocation', 'no-revocation-data', { file, detail: finding.detail });
      return;
  }
}
