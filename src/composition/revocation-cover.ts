// SPDX-License-Identifier: EUPL-1.2
import type { StoredSeal } from '../evidence/certification-log/sealed-log-store.ts';
import type { SealCover } from '../evidence/certification-log/sealing.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config/config.ts';
import type { ProviderDirectory } from '../trust/provider-directory/provider-directory.ts';
import { CertificationPaths, type PathResult } from '../trust/signing/certification-paths.ts';
import { encapsulatedSigner } from '../trust/signing/encapsulated.ts';
import { type Certificate, readCertificate } from '../wire/cms/certificate.ts';
import { printName } from '../wire/cms/distinguished-name.ts';
import type { Around } from './surroundings.ts';
import { certificates, type Revocation } from './trust.ts';

/** What the cover of the seals is made of. */
export interface CoverFacts {
  readonly directory: ProviderDirectory;
  readonly revocation: Revocation;
  readonly around: Around;
}

/** What has the revocation lists of each day fetched and kept. */
export async function openRevocationCover(
  { directory: index, timestamping, trust }: Config,
  { directory, revocation, around }: CoverFacts,
): Promise<SealCover> {
  const { anchorsFile, intermediatesFile } = trust;
  const anchors = await certificates(anchorsFile);
  const intermediates = intermediatesFile === undefined ? [] : await certificates(intermediatesFile);
  const terms = { anchors, intermediates, revocation: revocation.source };
  return new RevocationCover({
    messages: new CertificationPaths(terms),
    stamps: new CertificationPaths({
      ...terms,
      anchors: await certificates(timestamping.anchorsFile ?? anchorsFile),
      purpose: 'time stamps',
    }),
    index: new CertificationPaths({ ...terms, purpose: 'anything' }),
    indexSigners: await certificates(index.signerFile),
    directory,
    kept: () => revocation.archive.settled(),
    clock: around.clock,
  });
}

interface CoverParts {
  /** For certificates that sign messages, that stamp time, and that sign the index. */
  readonly messages: CertificationPaths;
  readonly stamps: CertificationPaths;
  readonly index: CertificationPaths;
  readonly indexSigners: readonly Certificate[];
  readonly directory: ProviderDirectory;
  /** Resolves when the lists that were fetched are kept. */
  readonly kept: () => Promise<void>;
  readonly clock: Clock;
}

/**
 * Has the revocation lists fetched that speak of whoever signed and stamped a seal, and once for each seal those of
 * every signer of the index: so that of each day there are lists, and later ones of the days before.
 */
class RevocationCover implements SealCover {
  readonly #parts: CoverParts;
  #lastSeal = 0;

  constructor(parts: CoverParts) {
    this.#parts = parts;
  }

  async cover({ number, signed, token }: StoredSeal): Promise<readonly string[]> {
    const { messages, stamps, kept } = this.#parts;
    const missing = [await this.#missing(signed, messages)];
    if (token !== undefined) missing.push(await this.#missing(token, stamps));
    if (number !== this.#lastSeal) await this.#askForOthers();
    this.#lastSeal = number;
    await kept();
    return missing.filter((sentence) => sentence !== undefined);
  }

  /** Why the lists about a signer could not be had, or what they say against it. */
  async #missing(signed: Uint8Array, paths: CertificationPaths): Promise<string | undefined> {
    const signer = encapsulatedSigner(signed);
    if (signer === undefined) return 'nobody knows who signed';
    const { certificate, carried } = signer;
    const path = await this.#judge(certificate, { paths, carried });
    return path.ok ? undefined : `${printName(certificate.subject)}: ${path.detail}`;
  }

  async #askForOthers(): Promise<void> {
    const { directory, indexSigners, messages, index } = this.#parts;
    for (const signer of indexSigners) await this.#judge(signer, { paths: index });
    for (const der of directory.current.records.flatMap((record) => record.certificates)) {
      const reading = readCertificate(der);
      if (reading.ok) await this.#judge(reading.value, { paths: messages });
    }
  }

  #judge(
    certificate: Certificate,
    { paths, carried = [] }: { readonly paths: CertificationPaths; readonly carried?: readonly Buffer[] },
  ): Promise<PathResult> {
    return paths.judge(certificate, { instant: this.#parts.clock.now(), carried });
  }
}
