// SPDX-License-Identifier: EUPL-1.2
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import { Authority, type AuthorityKeyName, type AuthorityParts, type IssuerName } from './authority.ts';
import { guarded, loadIdentity, saveIdentity, writeWhole } from './identity-files.ts';
import { REVOCATION_REASONS, type Revocation, type RevocationReason } from './issuer.ts';
import { type Identity, type KeyPair, keyPairOf } from './key-pair.ts';

/** What `authority.json` holds besides the keys and certificates, which are files of their own. */
type Ledger = Pick<AuthorityParts, 'name' | 'crlBaseUrl' | 'revocations'> & {
  readonly ocspUrl?: string;
  readonly crlValidityMs?: number;
};

const LEDGER = 'authority.json';

/**
 * Writes an Authority into a folder: `root.pem`, `signing.pem`, `tls.pem`, `index.pem`, each with its `.key` (PKCS#8,
 * mode 0600), and `authority.json`, which comes last. Saved again after each revocation. Throws a `Fault`.
 */
export async function saveAuthority(authority: Authority, folder: string): Promise<void> {
  const { keys, certificates, name, crlBaseUrl, ocspUrl, crlValidityMs } = authority.parts;
  const { root, signing, tls } = authority.issuers;
  const revocations = { root: root.revocations, signing: signing.revocations, tls: tls.revocations };
  const ledger: Ledger = {
    name,
    crlBaseUrl,
    ...(ocspUrl === undefined ? {} : { ocspUrl }),
    ...(crlValidityMs === undefined ? {} : { crlValidityMs }),
    revocations,
  };
  const identity = (key: AuthorityKeyName): Identity => {
    return { privateKey: keys[key].privateKey, certificate: certificates[key], chain: [] };
  };
  await saveIdentity(identity('root'), join(folder, 'root'));
  await saveIdentity(identity('signing'), join(folder, 'signing'));
  await saveIdentity(identity('tls'), join(folder, 'tls'));
  await saveIdentity(identity('index'), join(folder, 'index'));
  await guarded(folder, () =>
    writeWhole(join(folder, LEDGER), `${JSON.stringify(ledger, null, 2)}\n`, 0o600),
  );
}

/** Opens the Authority in a folder; `undefined` when there is none. Throws a `Fault` for one that is broken. */
export async function loadAuthority(
  folder: string,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
): Promise<Authority | undefined> {
  const text = await guarded(folder, () => readIfThere(join(folder, LEDGER)));
  if (text === undefined) return undefined;
  const ledger = await guarded(folder, async () => readLedger(text));
  const [root, signing, tls, index] = await Promise.all([
    loadIdentity(join(folder, 'root')),
    loadIdentity(join(folder, 'signing')),
    loadIdentity(join(folder, 'tls')),
    loadIdentity(join(folder, 'index')),
  ]);
  const pair = ({ privateKey }: Identity): KeyPair => keyPairOf(privateKey);
  return new Authority({
    ...ledger,
    clock,
    ids,
    keys: { root: pair(root), signing: pair(signing), tls: pair(tls), index: pair(index) },
    certificates: {
      root: root.certificate,
      signing: signing.certificate,
      tls: tls.certificate,
      index: index.certificate,
    },
  });
}

function readLedger(text: string): Ledger {
  const ledger: unknown = JSON.parse(text);
  const { name, crlBaseUrl, ocspUrl, crlValidityMs, revocations } = fieldsOf(ledger);
  if (typeof name !== 'string' || typeof crlBaseUrl !== 'string')
    throw new Error('name or crlBaseUrl is missing');
  if (ocspUrl !== undefined && typeof ocspUrl !== 'string') throw new Error('ocspUrl is no text');
  if (crlValidityMs !== undefined && typeof crlValidityMs !== 'number')
    throw new Error('crlValidityMs is no number');
  const lists = fieldsOf(revocations);
  const listOf = (issuer: IssuerName) => readRevocations(lists[issuer]);
  return {
    name,
    crlBaseUrl,
    ...(ocspUrl === undefined ? {} : { ocspUrl }),
    ...(crlValidityMs === undefined ? {} : { crlValidityMs }),
    revocations: { root: listOf('root'), signing: listOf('signing'), tls: listOf('tls') },
  };
}

function readRevocations(list: unknown): Revocation[] {
  if (!Array.isArray(list)) throw new Error('a list of revocations is missing');
  return list.map((item: unknown) => {
    const { serial, revokedAt, reason } = fieldsOf(item);
    if (typeof serial !== 'string' || !/^(?:[0-9a-f]{2}){1,20}$/.test(serial))
      throw new Error('a bad serial number');
    if (typeof revokedAt !== 'number' || !isReason(reason)) throw new Error('a bad revocation');
    return { serial, revokedAt, reason };
  });
}

function isReason(reason: unknown): reason is RevocationReason {
  return typeof reason === 'string' && Object.hasOwn(REVOCATION_REASONS, reason);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('an object is missing');
  return { ...value };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
