// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';

/** Something about a key of the configuration that its author should know. */
export interface ConfigFinding {
  /** A problem keeps the provider from starting or from being understood; a warning does not. */
  readonly severity: 'problem' | 'warning';
  /** Dotted path of the key. */
  readonly path: string;
  readonly sentence: string;
}

export function problem(path: string, sentence: string): ConfigFinding {
  return { severity: 'problem', path, sentence };
}

export function warning(path: string, sentence: string): ConfigFinding {
  return { severity: 'warning', path, sentence };
}

/** Runs a check whose Faults are problems of the key at `path`; everything else goes through. */
export async function findingsOf(
  path: string,
  check: () => Promise<readonly ConfigFinding[]>,
): Promise<readonly ConfigFinding[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof Fault) return [problem(path, error.message)];
    throw error;
  }
}
