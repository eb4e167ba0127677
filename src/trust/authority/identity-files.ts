// SPDX-License-Identifier: EUPL-1.2
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../../platform/faults.ts';
import { type Identity, identityPem } from './key-pair.ts';

/** Writes `PATH.pem` (the certificate and its chain) and `PATH.key` (PKCS#8, mode 0600). Throws a `Fault`. */
export async function saveIdentity(identity: Identity, path: string): Promise<void> {
  const { certificate, key } = identityPem(identity);
  await guarded(path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeWhole(`${path}.key`, key, 0o600);
    await writeWhole(`${path}.pem`, certificate, 0o644);
  });
}

/** Reads what `saveIdentity` wrote. Throws a `Fault`. */
export async function loadIdentity(path: string): Promise<Identity> {
  return await guarded(path, async () => {
    const [certificate, ...chain] = certificatesOf(await readFile(`${path}.pem`, 'utf8'));
    const privateKey = createPrivateKey(await readFile(`${path}.key`));
    if (certificate === undefined) throw new Error('no certificate in the file');
    if (!new X509Certificate(certificate).checkPrivateKey(privateKey)) {
      throw new Error('the key is not that of the certificate');
    }
    return { privateKey, certificate, chain };
  });
}

function certificatesOf(pem: string): Buffer[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block).raw);
}

/** Beside, synced, renamed: a crash leaves the old file or the new one. */
export async function writeWhole(path: string, text: string | Uint8Array, mode: number): Promise<void> {
  const beside = `${path}.new`;
  await rm(beside, { force: true });
  {
    await using file = await open(beside, 'wx', mode);
    await file.writeFile(text);
    await file.sync();
  }
  await rename(beside, path);
}

/** Turns whatever goes wrong into a `Fault` that names the path. */
export async function guarded<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new Fault('authority-folder-unusable', `${path}: ${String(cause)}`, { temporary: false, cause });
  }
}
