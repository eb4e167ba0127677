// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../platform/faults.ts';

/** Why a step cannot be carried out as it was written; trying the same step again does not help. */
export type StepFaultCode =
  | 'no-such-mailbox'
  | 'no-such-folder'
  | 'no-such-content'
  | 'no-such-blob'
  | 'folder-exists'
  | 'step-malformed';

/** The fault that every engine throws for the same flaw in a step. */
export function stepFault(code: StepFaultCode, message: string): Fault {
  return new Fault(code, message, { temporary: false });
}
