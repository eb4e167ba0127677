// SPDX-License-Identifier: EUPL-1.2
import type { Config } from '../platform/config/config.ts';
import { systemMonotonic } from '../platform/monotonic.ts';
import { HardwareKey } from '../trust/hardware-keys/hardware-key.ts';
import { describePlace, type TokenPlace } from '../trust/hardware-keys/token-place.ts';
import type { ProfileProblem } from '../trust/signing/certificate-profile.ts';
import { openPrivateKey } from '../trust/signing/file-key.ts';
import type { CertifiedKey, PrivateKey } from '../trust/signing/key-driver.ts';
import { Signer } from '../trust/signing/signer.ts';
import { certifyKey } from '../trust/signing/signing-certificate.ts';
import { timedKey } from './counting.ts';
import { watchedKey } from './key-watching.ts';
import type { Around } from './surroundings.ts';

/** Threads that libuv has for work outside the event loop. */
const POOL_THREADS = 4;

type KeyGround = Pick<Around, 'timers' | 'journal'>;

/** The private key that the configuration names, wherever it lives; its certificate need not exist yet. */
export async function openConfiguredKey(
  signing: Config['signing'],
  { timers, journal }: KeyGround,
): Promise<PrivateKey> {
  const { keyFile, passphraseFile, pkcs11 } = signing;
  if (signing.kind === 'pkcs11' && pkcs11 !== undefined) {
    const place = tokenPlace(pkcs11);
    const answerMs = pkcs11.answerSeconds * 1000;
    return await HardwareKey.open({ place, answerMs, timers, monotonic: systemMonotonic, journal });
  }
  // The schema lets no configuration through that names no key.
  return await openPrivateKey({
    keyFile: keyFile ?? '',
    ...(passphraseFile !== undefined && { passphraseFile }),
  });
}

/** How many signatures it makes side by side: sessions of a token, threads of the pool. */
export function signaturesAtOnce({ kind, pkcs11 }: Config['signing']): number {
  return kind === 'file' || pkcs11 === undefined ? POOL_THREADS : pkcs11.sessions;
}

/** Where the key lies, in words. */
export function keyPlace({ kind, keyFile = '', pkcs11 }: Config['signing']): string {
  return kind === 'file' || pkcs11 === undefined ? keyFile : describePlace(tokenPlace(pkcs11));
}

/**
 * The provider's key with its certificate, checked against the profile and the configuration.
 * @throws Fault of whatever is in the way
 */
export async function openCertifiedKey(
  { provider, signing }: Config,
  {
    onWarning,
    ...ground
  }: KeyGround & Pick<Around, 'clock'> & { readonly onWarning: (problem: ProfileProblem) => void },
): Promise<CertifiedKey> {
  const key = await openConfiguredKey(signing, ground);
  try {
    return await certifyKey(key, {
      place: keyPlace(signing),
      certificateFile: signing.certificateFile,
      ...(signing.chainFile !== undefined && { chainFile: signing.chainFile }),
      expected: {
        providerName: provider.name,
        serviceAddress: provider.serviceAddress,
        instant: ground.clock.now(),
      },
      onWarning,
    });
  } catch (error) {
    await key[Symbol.asyncDispose]();
    throw error;
  }
}

/** What signs for the provider; the stack closes the key, after everything that was opened later. */
export async function openSigner(
  config: Config,
  { around, stack }: { readonly around: Around; readonly stack: AsyncDisposableStack },
): Promise<Signer> {
  const { journal, alerts, timers, metrics } = around;
  const key = stack.use(
    await openCertifiedKey(config, {
      ...around,
      onWarning: (problem) => journal.warn({ problem }, 'the signing certificate departs from the profile'),
    }),
  );
  const watched = stack.use(watchedKey(timedKey(key, metrics), { alerts, timers }));
  return new Signer(watched);
}

function tokenPlace({ tokenLabel, slot = 0, ...rest }: NonNullable<Config['signing']['pkcs11']>): TokenPlace {
  const { moduleFile, keyLabel, keyId, pinFile, sessions } = rest;
  return {
    moduleFile,
    token: tokenLabel === undefined ? { slot } : { label: tokenLabel },
    ...(keyLabel !== undefined && { keyLabel }),
    ...(keyId !== undefined && { keyId }),
    pinFile,
    sessions,
  };
}
