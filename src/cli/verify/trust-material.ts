// SPDX-License-Identifier: EUPL-1.2
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { readDirectory } from '../../trust/provider-directory/directory-reader.ts';
import { type DirectorySnapshot, emptySnapshot } from '../../trust/provider-directory/directory-snapshot.ts';
import { FileSource } from '../../trust/provider-directory/file-source.ts';
import { readPemCertificates } from '../../trust/signing/authorities.ts';
import { CertificationPaths } from '../../trust/signing/certification-paths.ts';
import { CrlCache } from '../../trust/signing/crl-cache.ts';
import type { RevocationSource } from '../../trust/signing/revocation-source.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { type DemoWorld, readDemoWorld } from '../demo-world.ts';

/** Files that tell whom to trust; what is left out is not checked. */
export interface TrustFiles {
  /** PEM: the authorities that signers' certificates must lead to, with those between, in any order. */
  readonly ca?: string;
  /** PEM: the authorities of time stamps, in evidence files; those of `ca` when left out. */
  readonly tsaCa?: string;
  /** The signed provider index, and the PEM certificate of who signs it. */
  readonly index?: string;
  readonly indexSigner?: string;
  /** Revocation lists, PEM or DER. */
  readonly crl?: readonly string[];
  /** `world.json` of a demo, whose authority is trusted where nothing else is named. */
  readonly world?: string;
}

/** Whom to trust. */
export interface TrustMaterial {
  /** Null when no authority is known. */
  readonly paths: CertificationPaths | null;
  readonly index: DirectorySnapshot | null;
  readonly revocationAsked: boolean;
}

/** Reads what the files name. @throws Fault that names the file at fault */
export async function loadTrust(files: TrustFiles, clock: Clock): Promise<TrustMaterial> {
  const { ca, index, indexSigner } = await withDemoFiles(files);
  return {
    paths: ca === undefined ? null : await openPaths(ca, revocationOf(files, clock)),
    index: index === undefined ? null : await openIndex(index, indexSigner),
    revocationAsked: (files.crl ?? []).length > 0,
  };
}

/** The demo's files in the place of those not named. */
async function withDemoFiles(files: TrustFiles): Promise<TrustFiles> {
  if (files.world === undefined) return files;
  const world = await readDemoWorld(files.world);
  const kept = files.index === undefined ? findDemoIndex(world) : undefined;
  return { ca: world.caFile, ...kept, ...files };
}

/** A provider of the demo keeps the index it last read beside its store. */
function findDemoIndex({ configs }: DemoWorld): Pick<TrustFiles, 'index' | 'indexSigner'> | undefined {
  for (const { folder, directory } of configs) {
    const index = join(folder, 'index-last-good.p7m');
    if (existsSync(index) && existsSync(directory.signerFile)) {
      return { index, indexSigner: directory.signerFile };
    }
  }
  return undefined;
}

async function openPaths(caFile: string, revocation: RevocationSource | null): Promise<CertificationPaths> {
  return new CertificationPaths({ ...(await readAuthorities(caFile)), revocation });
}

/** What `ca` names, as it is. */
interface Authorities {
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
}

async function readAuthorities(file: string): Promise<Authorities> {
  const certificates = readPemCertificates(await readNamed(file), file);
  const roots = certificates.filter((certificate) => certificate.selfIssued);
  // A file of issuing authorities alone means that these are to be trusted.
  const anchors = roots.length > 0 ? roots : certificates;
  return { anchors, intermediates: certificates.filter((certificate) => !anchors.includes(certificate)) };
}

/** The same for an evidence file, which brings lists and further certificates of its own. */
export async function loadAnchors(files: TrustFiles): Promise<
  Authorities & {
    readonly stampAnchors: readonly Certificate[];
    readonly directory: DirectorySnapshot | null;
  }
> {
  const { ca, tsaCa, index, indexSigner } = await withDemoFiles(files);
  const signers = ca === undefined ? { anchors: [], intermediates: [] } : await readAuthorities(ca);
  const stampers = tsaCa === undefined ? signers : await readAuthorities(tsaCa);
  return {
    anchors: signers.anchors,
    intermediates: [...new Set([...signers.intermediates, ...stampers.intermediates])],
    stampAnchors: stampers.anchors,
    // The one that the demo keeps is of today; a file may be older.
    directory: files.index === undefined || index === undefined ? null : await openIndex(index, indexSigner),
  };
}

function revocationOf({ crl = [] }: TrustFiles, clock: Clock): RevocationSource | null {
  if (crl.length === 0) return null;
  return new CrlCache({
    clock,
    files: crl,
    readFile: (path) => readFile(path),
    fetchUrl: () => Promise.reject(new Error('nothing is asked over the network')),
  });
}

async function openIndex(file: string, signerFile: string | undefined): Promise<DirectorySnapshot> {
  if (signerFile === undefined) {
    throw new Fault('index-signer-missing', `to believe ${file}, name the certificate of its signer too`, {
      temporary: false,
    });
  }
  const signers = readPemCertificates(await readNamed(signerFile), signerFile);
  const reading = await readDirectory(await new FileSource(file).fetch(), {
    authorities: signers.map(({ der }) => der),
    // An old message may need an old index: its signer is judged at the instant of signing.
    at: undefined,
    previous: emptySnapshot,
  });
  if (reading.ok) return reading.snapshot;
  const [problem] = reading.problems;
  const why = problem === undefined ? '' : `${problem.reason}: ${problem.detail}`;
  throw new Fault('index-unusable', `${file} cannot be used: ${why}`, {
    temporary: false,
  });
}

async function readNamed(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('file-unreadable', `${path} cannot be read: ${why}`, { temporary: false, cause });
  }
}
