// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { SealChecks } from './log-findings.ts';
import type { LogProof, ProvedRecord, ProvingSeal } from './log-proof.ts';
import { recordLeaf } from './log-tree.ts';
import { extendsTree, includes } from './merkle-tree.ts';
import { readSeal, type Seal } from './seal.ts';

/** The first thing that is wrong with a proof. */
export type LogProofProblem =
  /** Signature, text or number of the seal is wrong, or it is another provider's. */
  | { readonly code: 'seal-broken'; readonly seal: number; readonly reason: string }
  /** Records rest on the seal, and nobody else says when it was there. */
  | { readonly code: 'stamp-missing'; readonly seal: number }
  | { readonly code: 'stamp-broken'; readonly seal: number; readonly reason: string }
  /** The log that the last seal closes does not begin with the one that this seal closes. */
  | { readonly code: 'seals-inconsistent'; readonly seal: number; readonly last: number }
  | { readonly code: 'seal-absent'; readonly sequence: number; readonly seal: number }
  /** The text of the record, or its number, is not what the leaf was made of. */
  | { readonly code: 'leaf-differs'; readonly sequence: number }
  /** The seal adds records, this one not among them. */
  | { readonly code: 'other-day'; readonly sequence: number; readonly seal: number }
  | { readonly code: 'not-included'; readonly sequence: number; readonly seal: number };

/** A seal that holds. */
export interface CheckedSeal {
  readonly seal: Seal;
  /** What the signer's certificate is in the name of, where the check tells. */
  readonly signer?: string;
  /** When the time-stamp authority says that it was there; absent without a stamp, or where the check does not tell. */
  readonly stampedAt?: Instant;
}

export type LogProofResult =
  | {
      readonly ok: true;
      readonly provider: string;
      readonly records: readonly ProvedRecord[];
      readonly seals: readonly CheckedSeal[];
    }
  | { readonly ok: false; readonly problem: LogProofProblem };

type Step<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: LogProofProblem };

/** Whether everything holds that a proof claims: first its seals, then how they follow each other, then its records. */
export async function checkLogProof(proof: LogProof, checks: SealChecks): Promise<LogProofResult> {
  const seals: CheckedSeal[] = [];
  for (const given of proof.seals) {
    const needsStamp = proof.records.some(({ seal }) => seal === given.number);
    const checked = await checkSeal(given, { checks, needsStamp, provider: seals[0]?.seal.provider });
    if (!checked.ok) return checked;
    seals.push(checked.value);
  }
  const known = new Map(seals.map(({ seal }) => [seal.number, seal]));
  const problem = inconsistency(proof.seals, known) ?? recordProblem(proof.records, known);
  if (problem !== undefined) return { ok: false, problem };
  return { ok: true, provider: seals[0]?.seal.provider ?? '', records: proof.records, seals };
}

async function checkSeal(
  { number, signed, token }: ProvingSeal,
  facts: {
    readonly checks: SealChecks;
    readonly needsStamp: boolean;
    readonly provider: string | undefined;
  },
): Promise<Step<CheckedSeal>> {
  const { checks, needsStamp, provider } = facts;
  const fails = (problem: LogProofProblem): Step<CheckedSeal> => ({ ok: false, problem });
  const broken = (reason: string) => fails({ code: 'seal-broken', seal: number, reason });
  const opened = await checks.openSeal(signed);
  if (!opened.ok) return broken(opened.reason);
  const seal = readSeal(opened.text);
  if (seal === undefined) return broken('what is signed is not a seal');
  if (seal.number !== number) return broken(`it is seal ${seal.number}`);
  if (provider !== undefined && seal.provider !== provider)
    return broken(`it is of ${seal.provider}, not of ${provider}`);
  const checked = { seal, ...(opened.signer !== undefined && { signer: opened.signer }) };
  if (token === undefined)
    return needsStamp ? fails({ code: 'stamp-missing', seal: number }) : { ok: true, value: checked };
  if (checks.checkToken === null) return { ok: true, value: checked };
  const stamp = await checks.checkToken(token, signed);
  if (!stamp.ok) return fails({ code: 'stamp-broken', seal: number, reason: stamp.reason });
  const stamped = stamp.instant === undefined ? {} : { stampedAt: stamp.instant };
  return { ok: true, value: { ...checked, ...stamped } };
}

function inconsistency(
  given: readonly ProvingSeal[],
  known: ReadonlyMap<number, Seal>,
): LogProofProblem | undefined {
  const newest = known.get(given.at(-1)?.number ?? 0);
  for (const { number, consistency } of given) {
    const older = known.get(number);
    const holds =
      older !== undefined &&
      newest !== undefined &&
      extendsTree({
        oldSize: older.size,
        newSize: newest.size,
        oldRoot: older.root,
        newRoot: newest.root,
        proof: consistency,
      });
    if (!holds) return { code: 'seals-inconsistent', seal: number, last: newest?.number ?? number };
  }
  return undefined;
}

function recordProblem(
  records: readonly ProvedRecord[],
  known: ReadonlyMap<number, Seal>,
): LogProofProblem | undefined {
  for (const record of records) {
    const { sequence, leaf, seal: number, inclusion: proof } = record;
    const seal = known.get(number);
    if (seal === undefined) return { code: 'seal-absent', sequence, seal: number };
    if (!recordLeaf(record).equals(leaf)) return { code: 'leaf-differs', sequence };
    if (sequence < seal.first || sequence > seal.size) return { code: 'other-day', sequence, seal: number };
    if (!includes({ leaf, index: sequence - 1, size: seal.size, proof, root: seal.root }))
      return { code: 'not-included', sequence, seal: number };
  }
  return undefined;
}
