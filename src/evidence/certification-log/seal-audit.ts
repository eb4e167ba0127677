// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { LogFinding, SealChecks } from './log-findings.ts';
import { readSeal, type Seal } from './seal.ts';
import type { SealedLogReader, StoredSeal } from './sealed-log-store.ts';

const AT_ONCE = 100;

interface SealAudit {
  /** Seals whose signature holds, in order. */
  readonly good: readonly Seal[];
  /** All that were found. */
  readonly count: number;
}

/** Signature, time stamp, text and chain of every seal. */
export async function auditSeals(
  log: SealedLogReader,
  { checks, findings }: { checks: SealChecks; findings: LogFinding[] },
): Promise<SealAudit> {
  const good: Seal[] = [];
  let before: { stored: StoredSeal; seal: Seal | undefined } | undefined;
  let count = 0;
  for (let from = 1; ; ) {
    const some = log.listSeals(from, AT_ONCE);
    for (const stored of some) {
      for (let number = (before?.stored.number ?? 0) + 1; number < stored.number; number++)
        findings.push({ code: 'seal-missing', seal: number });
      const seal = await checkSeal(stored, { before, checks, findings });
      if (seal !== undefined) good.push(seal);
      before = { stored, seal };
      count++;
    }
    const last = some.at(-1);
    if (last === undefined) return { good, count };
    from = last.number + 1;
  }
}

async function checkSeal(
  stored: StoredSeal,
  facts: {
    readonly before: { stored: StoredSeal; seal: Seal | undefined } | undefined;
    readonly checks: SealChecks;
    readonly findings: LogFinding[];
  },
): Promise<Seal | undefined> {
  const { before, checks, findings } = facts;
  const { number } = stored;
  const broken = (reason: string) => findings.push({ code: 'seal-broken', seal: number, reason });
  const opened = await checks.openSeal(stored.signed);
  const seal = opened.ok ? readSeal(opened.text) : undefined;
  if (seal === undefined) broken(opened.ok ? 'what is signed is not a seal' : opened.reason);
  else {
    const misplaced = placeProblem(seal, { stored, before });
    if (misplaced !== undefined) broken(misplaced);
  }
  if (stored.token === undefined) findings.push({ code: 'stamp-missing', seal: number });
  else if (checks.checkToken !== null) {
    const stamp = await checks.checkToken(stored.token, stored.signed);
    if (!stamp.ok) findings.push({ code: 'stamp-broken', seal: number, reason: stamp.reason });
  }
  return seal;
}

/** What the seal says of itself must be what it is kept under, and follow the seal before it. */
function placeProblem(
  seal: Seal,
  {
    stored,
    before,
  }: { stored: StoredSeal; before: { stored: StoredSeal; seal: Seal | undefined } | undefined },
): string | undefined {
  for (const name of ['number', 'day', 'first', 'size', 'closedAt'] as const)
    if (seal[name] !== stored[name]) return `it says ${name} ${seal[name]} and is kept under ${stored[name]}`;
  if (before === undefined || before.stored.number !== seal.number - 1) return undefined;
  const digest = hash('sha256', before.stored.signed, 'buffer');
  if (seal.previous === undefined || !digest.equals(seal.previous))
    return `it follows another seal than number ${before.stored.number}`;
  if (before.seal === undefined) return undefined;
  if (seal.first !== before.seal.size + 1)
    return `it begins at record ${seal.first}, not after ${before.seal.size}`;
  if (seal.day <= before.seal.day) return `it closes ${seal.day} after ${before.seal.day}`;
  return undefined;
}
