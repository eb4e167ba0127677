// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { ProvingSeal } from '../../evidence/certification-log/log-proof.ts';
import { readSeal } from '../../evidence/certification-log/seal.ts';
import type { EvidenceGap } from '../../evidence/evidence-file/index-model.ts';
import { gapText } from '../../evidence/wording/evidence-gaps.ts';
import type { Instant } from '../../platform/clock.ts';
import { CertificationPaths } from '../../trust/signing/certification-paths.ts';
import { checkEncapsulated } from '../../trust/signing/encapsulated.ts';
import { speakingLists } from '../../trust/signing/speaking-lists.ts';
import { checkTimeStamp } from '../../trust/timestamping/token-check.ts';
import { type Certificate, isSignedBy } from '../../wire/cms/certificate.ts';
import { printName, sameName } from '../../wire/cms/distinguished-name.ts';
import { OID } from '../../wire/cms/oids.ts';
import type { EvidenceStore, EvidenceTrust } from './evidence-store.ts';
import type { ExaminedMessage } from './examined-message.ts';

/** What a seal says, for the report. */
export interface SealFacts {
  readonly number: number;
  readonly closedAt: Instant;
  readonly stampedAt?: Instant;
}

export interface GatheredCertificates {
  /** DER, by SHA-256. */
  readonly certificates: ReadonlyMap<string, Buffer>;
  /** Revocation lists, DER, by SHA-256. */
  readonly lists: ReadonlyMap<string, Buffer>;
  readonly seals: readonly SealFacts[];
  readonly missing: readonly EvidenceGap[];
}

export interface CertificateGrounds {
  readonly store: EvidenceStore;
  readonly trust: EvidenceTrust;
  readonly messages: readonly ExaminedMessage[];
  readonly seals: readonly ProvingSeal[];
  /** When the index is signed. */
  readonly instant: Instant;
}

/** The chains of whoever signed something in the file, and the lists that say they were not revoked then. */
export async function gatherCertificates(grounds: CertificateGrounds): Promise<GatheredCertificates> {
  const { store, trust, messages, seals, instant } = grounds;
  const found = new Found(store, [...trust.anchors, ...trust.intermediates, ...trust.stampAnchors]);
  for (const { facts, chain, signedAt } of messages) found.take(chain, { at: signedAt, name: facts.signer });
  const { anchors, intermediates } = trust;
  const paths = new CertificationPaths({ anchors, intermediates, revocation: null });
  const carried = messages.flatMap(({ chain = [] }) => chain.map(({ der }) => der));
  const own = await paths.judge(trust.certificate, { instant, carried });
  found.take(own.ok ? own.chain : undefined, { at: instant, name: trust.provider.serviceAddress });
  const said: SealFacts[] = [];
  for (const seal of seals) said.push(await takeSeal(seal, { found, paths, trust }));
  return {
    certificates: found.certificates,
    lists: found.lists,
    seals: said,
    missing: [...found.missing.values()],
  };
}

async function takeSeal(
  { number, signed, token }: ProvingSeal,
  {
    found,
    paths,
    trust,
  }: { readonly found: Found; readonly paths: CertificationPaths; readonly trust: EvidenceTrust },
): Promise<SealFacts> {
  const opened = await checkEncapsulated(signed, {
    contentType: OID.data,
    paths,
    instantOf: (content) => readSeal(content)?.closedAt,
  });
  const closedAt = opened.ok ? (readSeal(opened.content)?.closedAt ?? 0) : 0;
  found.take(opened.ok ? opened.chain : undefined, { at: closedAt, name: trust.provider.serviceAddress });
  if (token === undefined) return { number, closedAt };
  const stampPaths = new CertificationPaths({
    anchors: trust.stampAnchors,
    intermediates: trust.intermediates,
    revocation: null,
    purpose: 'time stamps',
  });
  const stamp = await checkTimeStamp(token, { octets: signed, paths: stampPaths });
  if (!stamp.ok) return { number, closedAt };
  found.keep(stamp.chain);
  return { number, closedAt, stampedAt: stamp.instant };
}

class Found {
  readonly certificates = new Map<string, Buffer>();
  readonly lists = new Map<string, Buffer>();
  readonly missing = new Map<string, EvidenceGap>();
  readonly #store: EvidenceStore;
  readonly #authorities: readonly Certificate[];

  constructor(store: EvidenceStore, authorities: readonly Certificate[]) {
    this.#store = store;
    this.#authorities = authorities;
  }

  /** A chain, and what the archive has of its revocation at that time; what there is not of either is missing. */
  take(
    chain: readonly Certificate[] | undefined,
    { at, name }: { readonly at: Instant; readonly name: string },
  ): void {
    if (chain === undefined) {
      this.#lacks({ what: 'certificato', why: 'non-conservato', name });
      return;
    }
    this.keep(chain);
    const whole = this.#upToRoot(chain);
    for (const [place, certificate] of whole.entries()) {
      const issuer = whole[place + 1];
      if (issuer === undefined) continue;
      const speaking = speakingLists(this.#store, { certificate, issuer, instant: at });
      for (const { sha256, der } of speaking) this.lists.set(sha256, der);
      if (speaking.length === 0)
        this.#lacks({ what: 'revoca', why: 'non-conservato', name: printName(certificate.subject) });
    }
  }

  keep(chain: readonly Certificate[]): void {
    for (const { der } of this.#upToRoot(chain)) this.certificates.set(hash('sha256', der, 'hex'), der);
  }

  /** A provider may trust an authority below a root; whoever verifies may know the root only. */
  #upToRoot(chain: readonly Certificate[]): readonly Certificate[] {
    const whole = [...chain];
    for (let last = whole.at(-1); last !== undefined; ) {
      const lower = last;
      last = this.#authorities.find(
        (issuer) =>
          !whole.some(({ der }) => der.equals(issuer.der)) &&
          sameName(issuer.subject, lower.issuer) &&
          isSignedBy(lower, issuer),
      );
      if (last !== undefined) whole.push(last);
    }
    return whole;
  }

  #lacks({ name, ...gap }: Omit<EvidenceGap, 'text'> & { readonly name: string }): void {
    this.missing.set(`${gap.what} ${name}`, { ...gap, text: gapText({ ...gap, name }) });
  }
}
