// SPDX-License-Identifier: EUPL-1.2
import { type LogFinding, MAX_FINDINGS, type SealChecks } from './log-findings.ts';
import { LogTree } from './log-tree.ts';
import { auditRecords } from './record-audit.ts';
import { auditSeals } from './seal-audit.ts';
import type { SealedLogReader } from './sealed-log-store.ts';

export interface LogAudit {
  readonly findings: readonly LogFinding[];
  /** Records that were looked at. */
  readonly records: number;
  /** Of these, those that no seal covers yet. */
  readonly unsealed: number;
  readonly seals: number;
  /** Records up to this one were removed after their time. */
  readonly forgottenUpTo: number;
}

/** Checks a whole log: every seal, their order, and every record against them (LOG-7). Reads in small pieces. */
export async function auditLog(log: SealedLogReader, checks: SealChecks): Promise<LogAudit> {
  const findings: LogFinding[] = [];
  const seals = await auditSeals(log, { checks, findings });
  const counted = await auditRecords(log, { tree: new LogTree(log), seals: seals.good, findings });
  return {
    findings: findings.slice(0, MAX_FINDINGS),
    ...counted,
    seals: seals.count,
    forgottenUpTo: log.forgottenUpTo(),
  };
}
