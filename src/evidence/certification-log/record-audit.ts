// SPDX-License-Identifier: EUPL-1.2
import { type LogFinding, MAX_FINDINGS } from './log-findings.ts';
import { type LogTree, recordLeaf } from './log-tree.ts';
import type { Seal } from './seal.ts';
import type { RecordText, SealedLogReader } from './sealed-log-store.ts';
import { TreeFrontier } from './tree-frontier.ts';

const AT_ONCE = 1000;

interface RecordAuditFacts {
  readonly tree: LogTree;
  /** Whose signatures hold, in order. */
  readonly seals: readonly Seal[];
  readonly findings: LogFinding[];
}

/** Every record against the hash that was kept of it, and all hashes against the sealed roots. */
export async function auditRecords(
  log: SealedLogReader,
  { tree, seals, findings }: RecordAuditFacts,
): Promise<{ records: number; unsealed: number }> {
  const forgotten = log.forgottenUpTo();
  const audit = new RecordAudit({ tree, seals, findings, forgotten });
  let records = 0;
  for (let from = forgotten + 1; findings.length < MAX_FINDINGS; ) {
    // One more than is looked at: what follows tells what happened.
    const some = log.listRecordTexts(from, AT_ONCE + 1);
    for (const [place, record] of some.slice(0, AT_ONCE).entries()) {
      audit.take(record, some[place + 1]);
      records++;
    }
    const last = some[AT_ONCE - 1];
    if (last === undefined) break;
    from = last.sequence + 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const sealed = seals.at(-1)?.size ?? forgotten;
  audit.missUpTo(sealed);
  audit.end();
  return { records, unsealed: Math.max(0, audit.next - 1 - sealed) };
}

class RecordAudit {
  readonly #tree: LogTree;
  readonly #findings: LogFinding[];
  /** Those not come to yet. */
  readonly #open: Seal[];
  /** Over the hashes that were kept. */
  #kept = new TreeFrontier();
  /** Over those of the records as they are, from the first on that is not as it was kept. */
  #found: TreeFrontier | undefined;
  /** Records whose hash differs from what was kept, since the last seal. */
  #suspects: RecordText[] = [];
  /** Sequence number of the record to come, as it was recorded. */
  #next = 1;
  /** How many more than before are there, so that those after have moved. */
  #moved = 0;
  #sealedUpTo = 0;

  constructor(facts: RecordAuditFacts & { readonly forgotten: number }) {
    const { tree, seals, findings, forgotten } = facts;
    this.#tree = tree;
    this.#findings = findings;
    this.#open = seals.filter(({ size }) => size > forgotten);
    if (forgotten === 0) return;
    this.#next = forgotten + 1;
    this.#sealedUpTo = forgotten;
    this.#begin(seals.findLast(({ size }) => size === forgotten));
  }

  /** The number of the record to come. */
  get next(): number {
    return this.#next;
  }

  /** Of records removed after their time only the hashes of whole subtrees are left. */
  #begin(seal: Seal | undefined): void {
    const to = this.#sealedUpTo;
    try {
      this.#kept = TreeFrontier.of(this.#tree, to);
    } catch {
      this.#findings.push({ code: 'tree-damaged', from: 1, to });
    }
    if (seal !== undefined && !this.#kept.root().equals(seal.root))
      this.#findings.push({ code: 'root-differs', seal: seal.number, from: 1, to });
  }

  /** `following` is the record after it in the log, which tells an added record from a changed one. */
  take(record: RecordText, following: RecordText | undefined): void {
    if (this.#moved === 0) this.missUpTo(record.sequence - 1);
    const leaf = recordLeaf({ sequence: this.#next, text: record.text });
    if (this.#tree.leaf(this.#next)?.equals(leaf) === true) {
      this.#add(leaf);
      return;
    }
    if (following !== undefined && this.#fits(following, this.#next)) {
      this.#findings.push({ code: 'record-added', sequence: record.sequence });
      this.#moved++;
      return;
    }
    this.#judge(record);
    this.#add(recordLeaf({ sequence: this.#next, text: record.text }));
  }

  #judge(record: RecordText): void {
    if (this.#fits(record, this.#next + 1)) {
      this.missUpTo(this.#next);
      this.#moved--;
    } else if (this.#tree.leaf(this.#next) !== undefined) {
      this.#suspects.push({ ...record, sequence: this.#next });
    }
  }

  /** Records up to this one are not there. */
  missUpTo(sequence: number): void {
    while (this.#next <= sequence && this.#findings.length < MAX_FINDINGS) {
      this.#findings.push({ code: 'record-missing', sequence: this.#next });
      const leaf = this.#tree.leaf(this.#next);
      if (leaf === undefined) this.#passOn();
      else this.#add(leaf);
    }
  }

  #closeSeal(seal: Seal): void {
    const [from, to] = [this.#sealedUpTo + 1, seal.size];
    const found = this.#found ?? this.#kept;
    const [keptHolds, foundHolds] = [this.#kept, found].map((edge) => edge.root().equals(seal.root));
    if (foundHolds) {
      if (this.#suspects.length > 0 || !keptHolds) this.#findings.push({ code: 'tree-damaged', from, to });
      this.#kept = found;
    } else {
      if (!keptHolds) this.#findings.push({ code: 'root-differs', seal: seal.number, from, to });
      this.#tellSuspects();
    }
    this.#found = undefined;
    this.#suspects = [];
    this.#sealedUpTo = to;
  }

  /** What no seal covers yet has only the hashes that were kept to be judged by. */
  end(): void {
    this.#tellSuspects();
  }

  #tellSuspects(): void {
    const left = [...this.#suspects];
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const { sequence, text } = one;
      const place = left.findIndex((other) => {
        const [here, there] = [
          { sequence, text: other.text },
          { sequence: other.sequence, text },
        ];
        return this.#isKept(here) && this.#isKept(there);
      });
      const other = left[place];
      if (other === undefined) this.#findings.push({ code: 'record-changed', sequence });
      else {
        left.splice(place, 1);
        this.#findings.push({ code: 'records-swapped', sequence, other: other.sequence });
      }
    }
  }

  /** Whether the record is the one that was recorded under this number. */
  #fits(record: RecordText, sequence: number): boolean {
    return this.#isKept({ sequence, text: record.text });
  }

  #isKept(record: { readonly sequence: number; readonly text: string }): boolean {
    return this.#tree.leaf(record.sequence)?.equals(recordLeaf(record)) ?? false;
  }

  #add(found: Buffer): void {
    const kept = this.#tree.leaf(this.#next) ?? found;
    if (this.#found === undefined && !kept.equals(found)) this.#found = this.#kept.copy();
    this.#kept.add(kept);
    this.#found?.add(found);
    this.#passOn();
  }

  #passOn(): void {
    this.#next++;
    for (let [seal] = this.#open; seal !== undefined && seal.size < this.#next; [seal] = this.#open) {
      this.#closeSeal(seal);
      this.#open.shift();
    }
  }
}
