// SPDX-License-Identifier: EUPL-1.2
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { Fault } from '../../platform/faults.ts';
import type { PrivateKey } from '../signing/key-driver.ts';
import type { PublicNumbers } from './token-search.ts';
import { TokenWork, type TokenWorkOptions } from './token-work.ts';

/** A key in a hardware module (SIG-5, SEC-9), reached by PKCS #11; the module runs in a process of its own. */
export class HardwareKey implements PrivateKey {
  readonly publicKey: KeyObject;
  readonly #work: TokenWork;

  private constructor(publicKey: KeyObject, work: TokenWork) {
    this.publicKey = publicKey;
    this.#work = work;
  }

  /**
   * Starts the module, logs in and finds the key. @throws Fault `hardware-module-unusable`, `hardware-token-missing`,
   * `hardware-key-missing`, `hardware-pin-refused`; `key-file-unreadable`, `key-file-exposed` (the file of the PIN)
   */
  static async open(options: TokenWorkOptions): Promise<HardwareKey> {
    const work = new TokenWork(options);
    try {
      return new HardwareKey(publicKeyOf(await work.open()), work);
    } catch (error) {
      await work[Symbol.asyncDispose]();
      throw error;
    }
  }

  async sign(bytes: Buffer): Promise<Buffer> {
    let signature: Buffer;
    try {
      signature = await this.#work.sign(bytes);
    } catch (cause) {
      const why = cause instanceof Fault ? `${cause.message} (${cause.code})` : String(cause);
      throw unusable(`the hardware key did not sign: ${why}`, cause);
    }
    // A token may have come back with another key; what it signs must never leave.
    if (verify('sha256', bytes, this.publicKey, signature)) return signature;
    throw unusable('the hardware key signed, but not with the key that was opened');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#work[Symbol.asyncDispose]();
  }
}

function unusable(sentence: string, cause?: unknown): Fault {
  return new Fault('signing-key-unusable', sentence, { temporary: true, cause });
}

function publicKeyOf({ modulus, exponent }: PublicNumbers): KeyObject {
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
  return createPublicKey({ key: jwk, format: 'jwk' });
}
