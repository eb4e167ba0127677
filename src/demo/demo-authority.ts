// SPDX-License-Identifier: EUPL-1.2
import { X509Certificate } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { Journal } from '../platform/journal.ts';
import { Authority } from '../trust/authority/authority.ts';
import { loadAuthority, saveAuthority } from '../trust/authority/authority-folder.ts';
import { AuthorityServer, INDEX_PATH, type Service } from '../trust/authority/authority-server.ts';
import { loadIdentity, saveIdentity } from '../trust/authority/identity-files.ts';
import { type IndexedProvider, writeIndex } from '../trust/authority/index-writer.ts';
import { certificatePem, type Identity } from '../trust/authority/key-pair.ts';
import { OCSP_PATH, OcspResponder } from '../trust/authority/ocsp-responder.ts';
import { TIME_STAMP_PATH, TimeStamping } from '../trust/authority/time-stamping.ts';
import { readCertificate } from '../wire/cms/certificate.ts';

/** A provider as the demo's Authority knows it. */
export interface LicensedProvider {
  readonly key: string;
  readonly name: string;
  readonly hostname: string;
  readonly serviceAddress: string;
  readonly serviceMailbox: string;
  readonly domains: readonly string[];
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
    const indexed = await Promise.all(providers.map((provider) => this.#indexed(provider)));
    this.#index = await this.authority.signIndex(
      writeIndex({ locationUrl: this.indexUrl, providers: indexed }),
    );
    this.#server.publishAuthority(this.authority, () => this.#index);
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

  async #indexed(provider: LicensedProvider): Promise<IndexedProvider> {
    const { certificate } = await this.#signingIdentity(provider);
    return {
      providerName: provider.name,
      certificates: [certificate],
      mailReceipt: provider.serviceMailbox,
      managedDomains: provider.domains,
      ldifLocationUrl: `https://${provider.hostname}/igpec/${provider.key}.ldif.p7m`,
    };
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
