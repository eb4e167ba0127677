// SPDX-License-Identifier: EUPL-1.2
import type { Config } from '../platform/config/config.ts';
import { ClamdScanner } from '../trust/antivirus/clamd-scanner.ts';
import { noScanner, type Scanner } from '../trust/antivirus/scanner.ts';
import { countedScanner } from './check-counts.ts';
import type { Around } from './surroundings.ts';

const HOUR_MS = 3_600_000;

/**
 * SEC-8: the scanner that the configuration names; the stack closes it. One that does not answer yet is no
 * obstacle to the start: nothing is accepted until it does. To run without any is said aloud.
 */
export async function openScanner(
  { antivirus }: Config,
  { around, stack }: { readonly around: Around; readonly stack: AsyncDisposableStack },
): Promise<Scanner> {
  if (antivirus.scanner === 'none') {
    around.journal.warn({ antivirus: 'none' }, NO_ANTIVIRUS);
    return countedScanner(noScanner, around.metrics);
  }
  const { socket, host, port = 0, maximumSignatureAgeHours } = antivirus;
  const clamd = stack.use(
    await ClamdScanner.open({
      ...around,
      place: socket === undefined ? { host, port } : { path: socket },
      connectMs: antivirus.connectSeconds * 1000,
      answerMs: antivirus.answerSeconds * 1000,
      atOnce: antivirus.scansAtOnce,
      everyMs: antivirus.probeSeconds * 1000,
      maximumAgeMs: maximumSignatureAgeHours === null ? null : maximumSignatureAgeHours * HOUR_MS,
    }),
  );
  return countedScanner(clamd, around.metrics);
}

/** What is said at every start of a provider that looks for no viruses. */
export const NO_ANTIVIRUS = 'NO ANTIVIRUS: messages are accepted and delivered without being looked at';
