// SPDX-License-Identifier: EUPL-1.2
import { hash, verify } from '@node-rs/argon2';
import { Fault } from '../../platform/faults.ts';

/** argon2id (the library's default), 19 MiB, two passes, one lane: about 20 ms of one core. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Longer passwords are never right: hashing is not a way to keep us busy. */
export const PASSWORD_LIMIT_BYTES = 1024;

/** Hashes a password for `Mailbox.passwordHash`, as a PHC string with its own salt. */
export async function hashPassword(password: string): Promise<string> {
  if (password === '' || Buffer.byteLength(password) > PASSWORD_LIMIT_BYTES) {
    throw new RangeError(`a password has 1 to ${PASSWORD_LIMIT_BYTES} octets`);
  }
  return hash(password, ARGON2);
}

/** Whether the password is the hashed one. Throws the Fault `password-hash` for what is no PHC string. */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  try {
    return await verify(passwordHash, password);
  } catch (cause) {
    throw new Fault('password-hash', 'a stored password hash cannot be read', { temporary: false, cause });
  }
}
