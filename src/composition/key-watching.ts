// SPDX-License-Identifier: EUPL-1.2
import type { Alerts } from '../platform/alerts.ts';
import { Fault } from '../platform/faults.ts';
import type { Timers } from '../platform/timers.ts';
import { type KeyDriver, selfTest } from '../trust/signing/key-driver.ts';

/** While the key fails it is tried this often, so that the alert ends without mail having to come. */
const TRY_AGAIN_MS = 15_000;

/** The key, with an alert for as long as it does not sign. */
export function watchedKey(
  key: KeyDriver,
  { alerts, timers }: { readonly alerts: Alerts; readonly timers: Timers },
): KeyDriver & Disposable {
  let stopTimer: (() => void) | undefined;
  const end = (): void => {
    stopTimer?.();
    stopTimer = undefined;
  };
  const failed = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    alerts.raise({
      code: 'signing-failing',
      sentence: 'the signing key does not sign; nothing is certified',
      facts: { reason, code: error instanceof Fault ? error.code : 'unknown' },
    });
    stopTimer ??= timers.after(TRY_AGAIN_MS, () => {
      stopTimer = undefined;
      selfTest(watched).catch(() => undefined);
    });
  };
  const watched: KeyDriver & Disposable = {
    certificate: key.certificate,
    chain: key.chain,
    async sign(bytes) {
      try {
        const signature = await key.sign(bytes);
        end();
        alerts.clear('signing-failing');
        return signature;
      } catch (error) {
        failed(error);
        throw error;
      }
    },
    [Symbol.dispose]: end,
  };
  return watched;
}
