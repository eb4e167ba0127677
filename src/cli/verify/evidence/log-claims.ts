// SPDX-License-Identifier: EUPL-1.2
import { recordLeaf } from '../../../evidence/certification-log/log-tree.ts';
import { extendsTree, includes } from '../../../evidence/certification-log/merkle-tree.ts';
import { readSeal, type Seal } from '../../../evidence/certification-log/seal.ts';
import type { EvidenceRecord } from '../../../evidence/evidence-file/index-model.ts';
import { recordFile } from '../../../evidence/evidence-file/outcomes.ts';
import type { Instant } from '../../../platform/clock.ts';
import { printName } from '../../../wire/cms/distinguished-name.ts';
import { sameAddress } from '../../../wire/mime/addresses.ts';
import type { ClaimBook } from './claims.ts';
import type { Chain, EvidenceTrust } from './evidence-trust.ts';
import { sealFile, stampFile } from './index-consistency.ts';
import type { EvidencePackage } from './package-claim.ts';

/** A seal of the file whose signature holds. */
export interface SealFacts {
  readonly seal: Seal;
  readonly chain: Chain;
  /** Undefined without a time stamp that holds. */
  readonly stampedAt: Instant | undefined;
  readonly stampChain: Chain | undefined;
}

interface Judging {
  readonly trust: EvidenceTrust;
  readonly book: ClaimBook;
}

/** Claim `seals`: signed by the provider, stamped, consistent with the last one. By number. */
export async function checkSeals(
  evidence: EvidencePackage,
  judging: Judging,
): Promise<ReadonlyMap<number, SealFacts>> {
  const { seals, records } = evidence.index;
  const found = new Map<number, SealFacts>();
  for (const { number } of seals) {
    const facts = await checkSeal(number, { evidence, judging });
    if (facts === undefined) continue;
    found.set(number, facts);
    const rests = records.some(({ seal }) => seal === number);
    if (rests && facts.stampedAt === undefined && judging.book.holds('seals', stampFile(number))) {
      const detail = 'nobody but the provider says when the seal was there';
      judging.book.leaveOpen('seals', 'stamp-missing', { file: sealFile(number), detail });
    }
  }
  const last = found.get(seals.at(-1)?.number ?? 0)?.seal;
  for (const { number, consistency } of seals) {
    const older = found.get(number)?.seal;
    if (older === undefined || last === undefined) continue;
    const proof = consistency.map((hash) => Buffer.from(hash, 'hex'));
    const sizes = { oldSize: older.size, newSize: last.size, oldRoot: older.root, newRoot: last.root };
    // A log without records has a seal too, and every tree begins with its empty one.
    if (older.size === 0 ? proof.length === 0 : extendsTree({ ...sizes, proof })) continue;
    const detail = `the log of seal ${last.number} does not begin with that of seal ${number}`;
    judging.book.refute('seals', 'seals-inconsistent', { file: sealFile(number), detail });
    found.delete(number);
  }
  return found;
}

async function checkSeal(
  number: number,
  { evidence, judging: { trust, book } }: { readonly evidence: EvidencePackage; readonly judging: Judging },
): Promise<SealFacts | undefined> {
  const { provider } = evidence.index;
  const file = sealFile(number);
  const broken = (detail: string) => {
    book.refute('seals', 'seal-broken', { file, detail });
    return undefined;
  };
  const signed = await readFile(evidence, file);
  const opened = await trust.openSigned(signed, (content) => readSeal(content)?.closedAt);
  if (!opened.ok) return broken(opened.reason);
  const seal = readSeal(opened.content);
  if (seal === undefined) return broken('what is signed is not a seal');
  if (seal.number !== number) return broken(`it is seal ${seal.number}`);
  if (seal.provider !== provider.name) return broken(`it is of ${seal.provider}`);
  const { certificate, chain } = opened;
  if (!certificate.rfc822Names.some((name) => sameAddress(name, provider.serviceAddress)))
    return broken(`${printName(certificate.subject)} is not ${provider.serviceAddress}`);
  const stamp = stampFile(number);
  if (evidence.archive.find(stamp) === undefined) {
    return { seal, chain, stampedAt: undefined, stampChain: undefined };
  }
  const checked = await trust.checkStamp(await readFile(evidence, stamp), signed);
  if (checked.ok) return { seal, chain, stampedAt: checked.instant, stampChain: checked.chain };
  book.refute('seals', 'stamp-broken', { file: stamp, detail: checked.reason });
  return { seal, chain, stampedAt: undefined, stampChain: undefined };
}

/** Claim `inclusion`, of one record with its text: undefined when it is not in the tree of a seal that holds. */
export function sealOver(
  record: EvidenceRecord & { readonly text: string },
  { seals, book }: { readonly seals: ReadonlyMap<number, SealFacts>; readonly book: ClaimBook },
): SealFacts | undefined {
  const { sequence, inclusion } = record;
  const file = recordFile(sequence);
  const leaf = recordLeaf(record);
  if (leaf.toString('hex') !== record.leaf) {
    book.refute('inclusion', 'leaf-differs', {
      file,
      detail: 'the leaf in the index is not that of its text',
    });
    return undefined;
  }
  if (record.seal === undefined) {
    book.leaveOpen('inclusion', 'unsealed', { file, detail: 'the day of the record was not closed yet' });
    return undefined;
  }
  const facts = seals.get(record.seal);
  if (facts === undefined) return undefined;
  const { first, size, root } = facts.seal;
  const proof = inclusion.map((hash) => Buffer.from(hash, 'hex'));
  const added = sequence >= first && sequence <= size;
  if (added && includes({ leaf, index: sequence - 1, size, proof, root })) return facts;
  const detail = added
    ? `it does not lead to the root of seal ${record.seal}`
    : `seal ${record.seal} adds the records from ${first} to ${size}`;
  book.refute('inclusion', 'not-included', { file, detail });
  return undefined;
}

export async function readFile({ archive }: EvidencePackage, name: string): Promise<Buffer> {
  const entry = archive.find(name);
  if (entry === undefined) throw new Error(`${name} was there`);
  return archive.read(entry);
}
