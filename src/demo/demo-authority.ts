// SPDX-License-Identifier: EUPL-1.2
import { X509Certificate } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { Journal } from '../platform/journal.ts';
import { Authority, signFile } from '../trust/authority/authority.ts';
import { loadAuthority, saveAuthority } from '../trust/authority/authority-folder.ts';
import { AuthorityServer, INDEX_PATH, type Service } from '../trust/authority/authority-server.ts';
import { loadIdentity, saveIdentity } from '../trust/authority/identity-files.ts';
import { collectIndex } from '../trust/authority/index-collection.ts';
import { writeIndex, writeOwnRecords } from '../trust/authority/index-writer.ts';
import { certificatePem, type Identity } from '../trust/authority/key-pair.ts';
import { OCSP_PATH, OcspResponder } from '../trust/authority/ocsp-responder.ts';
import type { RegisteredProvider } from '../trust/authority/provider-register.ts';
import { TIME_STAMP_PATH, TimeStamping } from '../trust/authority/time-stamping.ts';
import { emptySnapshot } from '../trust/provider-directory/directory-snapshot.ts';
import { HttpsSource } from '../trust/provider-directory/https-source.ts';
import { readCertificate } from '../wire/cms/certificate.ts';

const DAY_MS = 24 * 3_600_000;

/** A provider as the demo's Authority knows it. */
export interface LicensedProvider {
  readonly key: string;
  readonly name: string;
  readonly hostname: string;
  readonly serviceAddress: string;
  readonly serviceMailbox: string;
  readonly domains: readonly string[];
  /** Where it publishes its own record (DIR-8); one that answers nobody has none. */
  readonly recordUrl?: string | undefined;
}

export interface DemoAuthorityOptions {
  readonly folder: string;
  readonly host: string;
  readonly indexPort: number;
  readonly crlPort: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly journal: Journal;
}

/** Files that a provider's configuration names. */
export interface ProviderFiles {
  readonly signingKey: string;
  readonly signingCertificate: string;
  readonly tlsKey: string;
  readonly tlsCertificate: string;
  readonly clientKey: string;
  readonly clientCertificate: string;
}

/**
 * The throw-away Authority of the demo: certification authorities, revocation lists over HTTP, the
 * signed index over HTTPS with client certificates. It keeps itself in a folder over restarts.
 */
export class DemoAuthority implements AsyncDisposable {
  readonly caFile: string;
  /** What providers trust: the root alone, so that the authority below it can be revoked. */
  readonly rootFile: string;
  /** Signing authority's certificate, for chains. */
  readonly signingCaFile: string;
  readonly indexSignerFile: string;
  readonly indexUrl: string;
  readonly crlUrl: string;
  /** Where time is stamped (RFC 3161). */
  readonly tsaUrl: string;
  readonly authority: Authority;
  readonly #options: DemoAuthorityOptions;
  readonly #server: AuthorityServer;
  #index: Buffer = Buffer.alloc(0);
  #signedAt = 0;
  #collecting: Promise<void> | undefined;
  #providers: readonly RegisteredProvider[] = [];
  /** What each provider said of itself last, signed by it; by key. */
  readonly #records = new Map<string, Buffer>();

  private constructor(options: DemoAuthorityOptions, authority: Authority, server: AuthorityServer) {
    const { folder, host, indexPort, crlPort } = options;
    this.#options = options;
    this.#server = server;
    this.authority = authority;
    this.caFile = join(folder, '..', 'ca.pem');
    this.rootFile = join(folder, 'root.pem');
    this.signingCaFile = join(folder, 'signing-ca.pem');
    this.indexSignerFile = join(folder, 'index-signer.pem');
    this.indexUrl = `https://${host}:${indexPort}${INDEX_PATH}`;
    this.crlUrl = `http://${host}:${crlPort}/crl/signing.crl`;
    this.tsaUrl = `http://${host}:${crlPort}${TIME_STAMP_PATH}`;
  }

  static async open(options: DemoAuthorityOptions): Promise<DemoAuthority> {
    const { folder, clock, ids, host, crlPort, journal } = options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const server = new AuthorityServer(journal);
    const crlBaseUrl = `http://${host}:${crlPort}/crl`;
    let authority = await loadAuthority(folder, { clock, ids });
    const ocspUrl = `http://${host}:${crlPort}${OCSP_PATH}`;
    const { parts } = authority ?? {};
    if (authority === undefined || parts?.crlBaseUrl !== crlBaseUrl || parts.ocspUrl !== ocspUrl) {
      // With other ports certificates name other URLs; the keys stay, and with them all that they signed.
      const keys = authority === undefined ? {} : { keys: authority.parts.keys };
      const terms = { clock, ids, name: 'Autorità di prova', crlBaseUrl, ocspUrl };
      authority = await Authority.create({ ...terms, ...keys });
      await saveAuthority(authority, folder);
    }
    const opened = new DemoAuthority(options, authority, server);
    await opened.#writeCertificates();
    return opened;
  }

  /** Starts to answer: revocation lists, OCSP and time stamps to everyone, the index to licensed providers. */
  async listen(providers: readonly LicensedProvider[]): Promise<void> {
    const { host, indexPort, crlPort, folder } = this.#options;
    this.#providers = await Promise.all(providers.map((provider) => this.#registered(provider)));
    await this.#sign(new Map());
    this.#server.publishAuthority(this.authority, () => this.#indexOfToday());
    this.#server.offer(await this.#timeStamping());
    this.#server.offer(new OcspResponder(() => this.authority, this.#options.clock).service());
    await this.#server.listenToEveryone({ host, port: crlPort });
    const identity = await this.#identity(join(folder, 'index-server'), () =>
      this.authority.issueTlsServer({
        organization: 'Autorità di prova',
        dns: ['igpec.autorita.test', 'localhost'],
        addresses: [host],
      }),
    );
    await this.#server.listenToLicensed({
      host,
      port: indexPort,
      certificate: await readFile(`${join(folder, 'index-server')}.pem`, 'utf8'),
      key: identity.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      clientCa: [this.authority.rootCertificate, this.authority.parts.certificates.tls]
        .map(certificatePem)
        .join(''),
    });
  }

  /** Keys and certificates of a provider, made the first time. */
  async equip(provider: LicensedProvider, folder: string): Promise<ProviderFiles> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { host } = this.#options;
    const at = (name: string) => join(folder, name);
    await Promise.all([
      this.#signingIdentity(provider),
      this.#identity(at('tls'), () =>
        this.authority.issueTlsServer({
          organization: provider.name,
          dns: [provider.hostname, 'localhost', ...provider.domains],
          addresses: [host],
        }),
      ),
      this.#identity(at('client'), () =>
        this.authority.issueTlsClient({ organization: provider.name, dns: [provider.hostname] }),
      ),
    ]);
    const signing = this.#signingPath(provider);
    return {
      signingKey: `${signing}.key`,
      signingCertificate: `${signing}.pem`,
      tlsKey: at('tls.key'),
      tlsCertificate: at('tls.pem'),
      clientKey: at('client.key'),
      clientCertificate: at('client.pem'),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }

  async #timeStamping(): Promise<Service> {
    const { folder, clock, ids } = this.#options;
    const identity = await this.#identity(join(folder, 'time-stamper'), () =>
      this.authority.issueTimeStamper(),
    );
    return new TimeStamping({ identity, clock, ids }).service();
  }

  #signingPath(provider: LicensedProvider): string {
    return join(this.#options.folder, `provider-${provider.key}`);
  }

  #signingIdentity(provider: LicensedProvider): Promise<Identity> {
    return this.#identity(this.#signingPath(provider), () =>
      this.authority.issueProviderIdentity({
        providerName: provider.name,
        serviceAddress: provider.serviceAddress,
      }),
    );
  }

  /** DIR-9: fetches the records of those who publish them, and signs the index of what is good. Never rejects. */
  collect(): Promise<void> {
    this.#collecting ??= this.#fetchAndSign().finally(() => {
      this.#collecting = undefined;
    });
    return this.#collecting;
  }

  async #fetchAndSign(): Promise<void> {
    const fresh = new Map<string, Buffer>();
    const { journal } = this.#options;
    const ca = await readFile(this.caFile);
    await Promise.all(
      this.#providers.map(async ({ key, source: url }) => {
        if (url === '') return;
        try {
          fresh.set(key, await new HttpsSource({ url, ca }).fetch());
        } catch (error) {
          journal.warn({ key, error }, 'the record of a provider cannot be had: the one before stays');
        }
      }),
    );
    await this.#sign(fresh);
  }

  async #sign(fresh: ReadonlyMap<string, Buffer>): Promise<void> {
    const { clock, journal } = this.#options;
    const brought = this.#providers.map((provider) => ({
      provider,
      fresh: fresh.get(provider.key),
      kept: this.#records.get(provider.key),
    }));
    const isRevoked = (certificate: Buffer) => this.authority.isRevoked(certificate);
    const now = clock.now();
    const { records, providers } = await collectIndex(brought, { now, previous: emptySnapshot, isRevoked });
    for (const { key, outcome, problems } of providers) {
      const record = fresh.get(key);
      if (outcome === 'taken' && record !== undefined) this.#records.set(key, record);
      if (problems.length > 0) journal.warn({ key, problems }, 'the record of a provider is not taken');
    }
    this.#index = await this.authority.signIndex(
      writeIndex({ locationUrl: this.indexUrl, providers: records }),
    );
    this.#signedAt = now;
  }

  /** Collected again by the first who asks a day later. */
  async #indexOfToday(): Promise<Buffer> {
    if (this.#options.clock.now() - this.#signedAt >= DAY_MS) await this.collect();
    return this.#index;
  }

  /** A provider as it is registered, and the first record of it, as it would be brought by hand. */
  async #registered(provider: LicensedProvider): Promise<RegisteredProvider> {
    const { key, name, serviceAddress, hostname, recordUrl } = provider;
    const signer = await this.#signingIdentity(provider);
    const record = writeOwnRecords([
      {
        providerName: name,
        certificates: [signer.certificate],
        mailReceipt: provider.serviceMailbox,
        managedDomains: provider.domains,
        ldifLocationUrl: recordUrl ?? `https://${hostname}/igpec/${key}.ldif.p7m`,
      },
    ]);
    this.#records.set(key, await signFile(record, { signer, signingTimeMs: this.#options.clock.now() }));
    const certificates = [{ purpose: 'signature', der: signer.certificate } as const];
    return { key, name, serviceAddress, source: recordUrl ?? '', hosts: [hostname], certificates };
  }

  /** The identity at a path while it is good, else a new one. */
  async #identity(path: string, issue: () => Promise<Identity>): Promise<Identity> {
    if (await exists(`${path}.pem`)) {
      const known = await loadIdentity(path);
      if (this.#isGood(known.certificate)) return known;
    }
    const identity = await issue();
    await saveIdentity(identity, path);
    return identity;
  }

  /** Whether this Authority issued it, with the URLs it has now, and it is in force. */
  #isGood(der: Buffer): boolean {
    const reading = readCertificate(der);
    if (!reading.ok) return false;
    const { crlUrls, notBefore, notAfter } = reading.value;
    const { signing, tls } = this.authority.issuers;
    const now = this.#options.clock.now();
    return (
      notBefore <= now &&
      now < notAfter &&
      [signing, tls].some(
        ({ crlUrl, keyPair }) =>
          crlUrls.includes(crlUrl) && new X509Certificate(der).verify(keyPair.publicKey),
      )
    );
  }

  async #writeCertificates(): Promise<void> {
    const { root, signing, tls, index } = this.authority.parts.certificates;
    // The TLS authority is there too: clients that take one file can check our servers with it.
    await writeFile(this.caFile, [root, tls, signing].map(certificatePem).join(''));
    await writeFile(this.rootFile, certificatePem(root));
    await writeFile(this.signingCaFile, certificatePem(signing));
    await writeFile(this.indexSignerFile, certificatePem(index));
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
