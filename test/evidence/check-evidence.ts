// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';

export const EVIDENCE_SCRIPT = join(import.meta.dirname, '../../docs/check-evidence.sh');

/** As docs/evidence-format.md tells to check an evidence file without Ceralacca; `roots` is a PEM file. */
export function checkEvidence(
  file: string,
  roots: string,
): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve, reject) => {
    execFile('bash', [EVIDENCE_SCRIPT, file, roots], (error, out, complaints) => {
      try {
        assert.equal(complaints, '');
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out });
      } catch (cause) {
        reject(cause);
      }
    });
  });
}
