// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../platform/faults.ts';

/** Whether anything may be certified at the moment. */
export interface CertificationGate {
  /** Why not, in a word; undefined: it may. Asked for each message, so it answers at once. */
  held(): string | undefined;
}

/** Of a provider that has nothing to hold certification for. */
export const openGate: CertificationGate = { held: () => undefined };

/**
 * TIME-2: nothing is taken in and nothing signed while certification is held; whoever brought it tries again.
 * @throws Fault `certification-held`
 */
export function requireOpenGate(gate: CertificationGate): void {
  const why = gate.held();
  if (why === undefined) return;
  throw new Fault('certification-held', `certification is held: ${why}`, { temporary: true });
}
