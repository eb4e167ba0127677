// SPDX-License-Identifier: EUPL-1.2
import { type FileHandle, open } from 'node:fs/promises';
import { Fault } from '../../platform/faults.ts';

/** Largest key, passphrase, PIN or certificate file read, in octets. */
const MAX_FILE_BYTES = 1024 * 1024;

/** The octets of a file that anybody may read. @throws Fault `key-file-unreadable` */
export function readWholeFile(path: string): Promise<Buffer> {
  return withFile(path, () => undefined);
}

/** The octets of a secret, which nobody but its owner may read. @throws Fault `key-file-unreadable`, `key-file-exposed` */
export function readSecretFile(path: string): Promise<Buffer> {
  return withFile(path, (mode) => {
    if ((mode & 0o077) === 0) return;
    const message = `${path} can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`;
    throw new Fault('key-file-exposed', message, { temporary: false });
  });
}

/** The first line of a secret file. Throws what `readSecretFile` throws. */
export async function readSecretLine(path: string): Promise<string> {
  return (await readSecretFile(path)).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
}

async function withFile(path: string, checkMode: (mode: number) => void): Promise<Buffer> {
  try {
    // Permissions and contents come from one open file, so it cannot be exchanged in between.
    await using file: FileHandle = await open(path, 'r');
    const { mode, size } = await file.stat();
    checkMode(mode);
    if (size > MAX_FILE_BYTES) throw new Error('the file is too large');
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('key-file-unreadable', `${path} cannot be read: ${why}`, { temporary: false, cause });
  }
}
