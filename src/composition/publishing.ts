// SPDX-License-Identifier: EUPL-1.2
import { PublicationFront } from '../fronts/publication/publication-front.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config/config.ts';
import { loadTlsIdentity } from '../platform/tls.ts';
import { writeOwnRecords } from '../trust/authority/index-writer.ts';
import type { Signer } from '../trust/signing/signer.ts';
import { listening } from './doors.ts';
import type { Around } from './surroundings.ts';
import { certificates } from './trust.ts';

/** For how long one signature serves all who ask. */
const SIGNED_ANEW_MS = 3_600_000;

/** Our own record as the index should hold it: an LDIF of the main record and those of secondary environments, signed with our PEC key (DIR-7). */
export class OwnRecord {
  readonly #ldif: Buffer;
  readonly #signer: Signer;
  readonly #clock: Clock;
  #signed: { readonly at: number; readonly p7m: Promise<Buffer> } | undefined;

  private constructor(parts: { ldif: Buffer; signer: Signer; clock: Clock }) {
    this.#ldif = parts.ldif;
    this.#signer = parts.signer;
    this.#clock = parts.clock;
  }

  /** Throws a `Fault` when the further certificates cannot be read. */
  static async open(
    { provider, publication }: Config,
    tools: { signer: Signer; clock: Clock },
  ): Promise<OwnRecord> {
    const { url, otherCertificatesFile: file, environments, description } = publication;
    const own = tools.signer.certificate.der;
    // DIR-4, DIR-5: while a key is changed both certificates stand in the record
    const others = file === undefined ? [] : await signingCertificates(file);
    // DIR-1, DIR-2: one file for all environments, its URL in the main record alone
    const secondary = Object.entries(environments).map(async ([providerUnit, environment]) => ({
      providerName: provider.name,
      providerUnit,
      certificates: await signingCertificates(environment.certificatesFile),
      mailReceipt: environment.serviceMailbox,
      managedDomains: environment.domains,
    }));
    const ldif = writeOwnRecords([
      {
        providerName: provider.name,
        certificates: [own, ...others.filter((der) => !der.equals(own))],
        mailReceipt: provider.serviceMailbox,
        managedDomains: provider.domains,
        ldifLocationUrl: url,
        description,
      },
      ...(await Promise.all(secondary)),
    ]);
    return new OwnRecord({ ldif, ...tools });
  }

  /** The `.p7m`, signed within the last hour. Throws a `Fault` when the key cannot be used. */
  file(): Promise<Buffer> {
    const now = this.#clock.now();
    const { at, p7m } = this.#signed ?? {};
    if (p7m !== undefined && at !== undefined && now >= at && now - at < SIGNED_ANEW_MS) return p7m;
    const fresh = this.#signer.seal(this.#ldif, now);
    this.#signed = { at: now, p7m: fresh };
    fresh.catch(() => {
      if (this.#signed?.p7m === fresh) this.#signed = undefined;
    });
    return fresh;
  }
}

/** Files that an authority hands out hold its own certificates too; SIG-12: ours have no basic constraints. */
async function signingCertificates(file: string): Promise<Buffer[]> {
  const listed = await certificates(file);
  return listed.filter(({ basicConstraints }) => basicConstraints === null).map(({ der }) => der);
}

/** DIR-8: our own record over HTTPS, where the configuration says so. Returns the port. */
export async function openPublication(
  config: Config,
  { signer, around, stack }: { signer: Signer; around: Around; stack: AsyncDisposableStack },
): Promise<number | undefined> {
  const { url, listen } = config.publication;
  if (url === undefined || listen === null) return undefined;
  const record = await OwnRecord.open(config, { signer, clock: around.clock });
  const { keyFile, certificateFile: certFile } = config.tls;
  const front = stack.use(
    new PublicationFront({
      identity: loadTlsIdentity({ keyFile, certFile }),
      path: new URL(url).pathname,
      file: () => record.file(),
      journal: around.journal,
    }),
  );
  return listening('publication.listen', listen, () => front.listen(listen));
}
