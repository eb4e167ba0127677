// SPDX-License-Identifier: EUPL-1.2
import { readFile } from 'node:fs/promises';
import { hashPassword, PASSWORD_LIMIT_BYTES } from '../../mailroom/accounts/passwords.ts';
import { Fault } from '../../platform/faults.ts';
import type { Ids } from '../../platform/ids.ts';

/** Characters of a password that an operator sets. */
export const PASSWORD_MINIMUM = 8;

export interface PasswordOptions {
  /** Its first line is the password. */
  readonly passwordFile?: string;
  readonly generatePassword?: boolean;
}

/** A password as the store takes it, and in clear where it was made here. */
export interface NewPassword {
  readonly passwordHash?: string;
  readonly generated?: string;
}

/** @throws Fault `file-unreadable`, `password-unfit` */
export async function newPassword(
  { passwordFile, generatePassword }: PasswordOptions,
  ids: Ids,
): Promise<NewPassword> {
  if (generatePassword === true) {
    const generated = generatedPassword(ids);
    return { generated, passwordHash: await hashPassword(generated) };
  }
  if (passwordFile === undefined) return {};
  return { passwordHash: await hashPassword(await firstLineOf(passwordFile)) };
}

/** 20 letters and digits, 103 bits, in groups that can be read over the telephone. */
export function generatedPassword(ids: Ids): string {
  return (ids.token(20).match(/.{5}/g) ?? []).join('-');
}

async function firstLineOf(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('file-unreadable', `${file} cannot be read: ${why}`, { temporary: false, cause });
  }
  const password = text.split(/\r?\n/, 1)[0] ?? '';
  if ([...password].length >= PASSWORD_MINIMUM && Buffer.byteLength(password) <= PASSWORD_LIMIT_BYTES)
    return password;
  const message = `the first line of ${file} must have ${PASSWORD_MINIMUM} characters at least, ${PASSWORD_LIMIT_BYTES} octets at most`;
  throw new Fault('password-unfit', message, { temporary: false });
}
