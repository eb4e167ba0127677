// SPDX-License-Identifier: EUPL-1.2
import type { KeyObject } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Ids } from '../../platform/ids.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';
import { Authority, type CertifiedHolder } from './authority.ts';
import { loadAuthority, saveAuthority } from './authority-folder.ts';
import { guarded, loadIdentity, saveIdentity, writeWhole } from './identity-files.ts';
import type { RevocationReason } from './issuer.ts';
import { certificatePem, type Identity, makeKeyPair } from './key-pair.ts';
import {
  loadRegister,
  type Purpose,
  type Register,
  type RegisteredProvider,
  saveRegister,
  withProvider,
} from './provider-register.ts';

export interface OfficeTools {
  readonly clock: Clock;
  readonly ids: Ids;
}

const DAY_MS = 24 * 3_600_000;
/** How long before its end the office renews a certificate of its own. */
const RENEWAL_MS = 30 * DAY_MS;

/**
 * An Authority at work in a folder: its keys, the register of the providers it has licensed, what it issues to
 * them. Every change is on disk when its promise resolves.
 */
export class AuthorityOffice {
  readonly folder: string;
  readonly authority: Authority;
  #register: Register;

  private constructor(folder: string, parts: { authority: Authority; register: Register }) {
    this.folder = folder;
    this.authority = parts.authority;
    this.#register = parts.register;
  }

  /** Makes an Authority with fresh keys, and writes what others need of it to `public`. Throws a `Fault`. */
  static async create(
    folder: string,
    terms: OfficeTools & {
      readonly name: string;
      readonly crlBaseUrl: string;
      readonly ocspUrl?: string;
      readonly indexUrl: string;
    },
  ): Promise<AuthorityOffice> {
    const { indexUrl, ...rest } = terms;
    if ((await loadAuthority(folder, terms)) !== undefined) {
      throw new Fault('authority-there-already', `${folder} holds an authority`, { temporary: false });
    }
    await guarded(folder, () => mkdir(join(folder, 'public'), { recursive: true, mode: 0o700 }));
    const authority = await Authority.create(rest);
    const register = { indexUrl, providers: [] };
    await saveRegister(register, folder);
    const office = new AuthorityOffice(folder, { authority, register });
    await office.#writePublic();
    await saveAuthority(authority, folder);
    return office;
  }

  /** Throws a `Fault` when there is none, or it is broken. */
  static async open(folder: string, tools: OfficeTools): Promise<AuthorityOffice> {
    const authority = await loadAuthority(folder, tools);
    if (authority === undefined) {
      throw new Fault('authority-folder-unusable', `${folder} holds no authority`, { temporary: false });
    }
    return new AuthorityOffice(folder, { authority, register: await loadRegister(folder) });
  }

  get register(): Register {
    return this.#register;
  }

  find(key: string): RegisteredProvider | undefined {
    return this.#register.providers.find((provider) => provider.key === key);
  }

  /** Licenses a provider, without any certificate yet, or changes what is known of it. */
  async put(provider: RegisteredProvider): Promise<void> {
    const register = withProvider(this.#register, provider);
    await saveRegister(register, this.folder);
    this.#register = register;
  }

  /**
   * Issues a certificate: for the key of a request, or for a key made here. Earlier ones stay good until they end
   * or are revoked (DIR-5). Returns the path of the files, without `.pem` and `.key`.
   */
  async issue(provider: RegisteredProvider, purpose: Purpose, requested?: KeyObject): Promise<string> {
    const { authority, folder } = this;
    const holder = holderOf(provider, purpose);
    const number = provider.certificates.filter((issued) => issued.purpose === purpose).length + 1;
    const path = join(folder, 'providers', provider.key, `${purpose}-${number}`);
    const issuer = purpose === 'signature' ? authority.issuers.signing : authority.issuers.tls;
    const chain = [issuer.certificate];
    let der: Buffer;
    if (requested === undefined) {
      const { publicKey, privateKey } = await makeKeyPair(purpose === 'signature' ? 'rsa-2048' : 'p-256');
      der = await authority.certify(holder, { publicKey });
      await saveIdentity({ privateKey, certificate: der, chain }, path);
    } else {
      der = await authority.certify(holder, { publicKey: requested });
      await guarded(path, async () => {
        await mkdir(join(folder, 'providers', provider.key), { recursive: true, mode: 0o700 });
        await writeWhole(`${path}.pem`, [der, ...chain].map(certificatePem).join(''), 0o644);
      });
    }
    const before = this.find(provider.key) ?? provider;
    await this.put({ ...before, certificates: [...before.certificates, { purpose, der }] });
    return path;
  }

  /** Takes certificates back: on the next CRL, and out of the next index. */
  async revoke(certificates: readonly Buffer[], reason: RevocationReason): Promise<void> {
    for (const certificate of certificates) this.authority.revoke(certificate, reason);
    await saveAuthority(this.authority, this.folder);
  }

  /** What the server of the index shows; renewed when it is about to end. */
  indexServer(): Promise<Identity> {
    const { hostname } = new URL(this.#register.indexUrl);
    const names = { ...namesOf([hostname]), organization: this.authority.parts.name };
    return this.#own('index-server', () => this.authority.issueTlsServer(names));
  }

  /** What time is stamped with; renewed when it is about to end. */
  timeStamper(): Promise<Identity> {
    return this.#own('time-stamper', () => this.authority.issueTimeStamper());
  }

  async #own(name: string, issue: () => Promise<Identity>): Promise<Identity> {
    const path = join(this.folder, name);
    const there = await readFile(`${path}.pem`).then(
      () => true,
      () => false,
    );
    if (there) {
      const known = await loadIdentity(path);
      const reading = readCertificate(known.certificate);
      const now = this.authority.parts.clock.now();
      if (reading.ok && now < reading.value.notAfter - RENEWAL_MS) return known;
    }
    const identity = await issue();
    await saveIdentity(identity, path);
    return identity;
  }

  async #writePublic(): Promise<void> {
    const { root, signing, tls, index } = this.authority.parts.certificates;
    const files = {
      'ca.pem': [root],
      'signing-ca.pem': [signing],
      'tls-ca.pem': [root, tls],
      'index-signer.pem': [index],
    };
    await guarded(this.folder, async () => {
      for (const [name, list] of Object.entries(files)) {
        await writeWhole(join(this.folder, 'public', name), list.map(certificatePem).join(''), 0o644);
      }
    });
  }
}

function holderOf({ name, serviceAddress, hosts }: RegisteredProvider, purpose: Purpose): CertifiedHolder {
  if (purpose === 'signature') return { purpose, providerName: name, serviceAddress };
  return { purpose, organization: name, ...namesOf(hosts) };
}

/** Hosts as a certificate names them: by name, or by IPv4 address. */
function namesOf(hosts: readonly string[]): { dns: readonly string[]; addresses: readonly string[] } {
  return {
    dns: hosts.filter((host) => !isIPv4(host)),
    addresses: hosts.filter((host) => isIPv4(host)),
  };
}
