// SPDX-License-Identifier: EUPL-1.2
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guarded, writeWhole } from './identity-files.ts';

/** What a certificate is for: signing PEC, the provider's servers, or reading the index. */
export const PURPOSES = ['signature', 'server', 'client'] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface IssuedCertificate {
  readonly purpose: Purpose;
  readonly der: Buffer;
}

/** A provider that the Authority has licensed. */
export interface RegisteredProvider {
  /** Short name in commands and of its folder: lower-case letters, digits, hyphens. */
  readonly key: string;
  /** As in the index. */
  readonly name: string;
  readonly serviceAddress: string;
  /** Where its own records are: an `https:` URL or the path of a file (DIR-8, DIR-9). */
  readonly source: string;
  /** Names of its hosts, for TLS. */
  readonly hosts: readonly string[];
  /** Everything ever issued to it, oldest first. */
  readonly certificates: readonly IssuedCertificate[];
}

/** What an Authority knows besides its keys; kept in `register.json`. */
export interface Register {
  /** `https:` URL of the signed index (DIR-10). */
  readonly indexUrl: string;
  readonly providers: readonly RegisteredProvider[];
}

const FILE = 'register.json';
const KEY = /^[a-z0-9][a-z0-9-]{0,31}$/;

export function isProviderKey(text: string): boolean {
  return KEY.test(text);
}

/** The register with this provider in the place of the one of the same key, or at its end. */
export function withProvider(register: Register, provider: RegisteredProvider): Register {
  const known = register.providers.some(({ key }) => key === provider.key);
  const providers = known
    ? register.providers.map((other) => (other.key === provider.key ? provider : other))
    : [...register.providers, provider];
  return { ...register, providers };
}

/** Replaces the file whole. Throws a `Fault`. */
export async function saveRegister(register: Register, folder: string): Promise<void> {
  const providers = register.providers.map((provider) => ({
    ...provider,
    certificates: provider.certificates.map(({ purpose, der }) => ({
      purpose,
      der: der.toString('base64'),
    })),
  }));
  const text = `${JSON.stringify({ ...register, providers }, null, 2)}\n`;
  await guarded(folder, () => writeWhole(join(folder, FILE), text, 0o600));
}

/** Throws a `Fault` when there is none, or it is broken. */
export async function loadRegister(folder: string): Promise<Register> {
  const path = join(folder, FILE);
  return guarded(path, async () => {
    const { indexUrl, providers } = fieldsOf(JSON.parse(await readFile(path, 'utf8')));
    return { indexUrl: textOf(indexUrl), providers: listOf(providers).map(providerOf) };
  });
}

function providerOf(value: unknown): RegisteredProvider {
  const { key, name, serviceAddress, source, hosts, certificates } = fieldsOf(value);
  if (!isProviderKey(textOf(key))) throw new Error(`${textOf(key)} is no key of a provider`);
  return {
    key: textOf(key),
    name: textOf(name),
    serviceAddress: textOf(serviceAddress),
    source: textOf(source),
    hosts: listOf(hosts).map(textOf),
    certificates: listOf(certificates).map((item) => {
      const { purpose, der } = fieldsOf(item);
      const known = PURPOSES.find((name) => name === purpose);
      if (known === undefined) throw new Error('a certificate without a purpose');
      return { purpose: known, der: Buffer.from(textOf(der), 'base64') };
    }),
  };
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error('a text is missing');
  return value;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('a list is missing');
  return value;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('an object is missing');
  return { ...value };
}
