// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { PackedFile } from '../../src/cli/evidence/evidence-entries.ts';
import type { EvidenceTrust } from '../../src/cli/evidence/evidence-store.ts';
import { examineForEvidence, type IndexedMessage, indexed } from '../../src/cli/evidence/examined-message.ts';
import { type Making, makeEvidence } from '../../src/cli/evidence/making.ts';
import { readEvidenceIndex } from '../../src/evidence/evidence-file/index-reader.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { decideEvidence } from '../../src/points/reissuing/evidence-decision.ts';
import { originalsIn } from '../../src/points/reissuing/reassembly.ts';
import { CertificationPaths } from '../../src/trust/signing/certification-paths.ts';
import { readCertificate } from '../../src/wire/cms/certificate.ts';
import { MemoryOctets } from '../../src/wire/mime/octets.ts';
import type { World } from './world.ts';
import type { WorldProvider } from './world-provider.ts';

const sha256 = (octets: Buffer) => hash('sha256', octets, 'hex');

function trustOf(
  world: World,
  { provider, stamps = false }: { readonly provider: WorldProvider; readonly stamps: boolean | undefined },
): EvidenceTrust {
  const root = readCertificate(world.authority.rootCertificate);
  assert.ok(root.ok);
  return {
    provider: { name: provider.emitting.name, serviceAddress: provider.serviceAddress },
    now: world.clock.now(),
    stamps,
    certificate: provider.signer().certificate,
    anchors: [root.value],
    intermediates: [],
    stampAnchors: [root.value],
  };
}

export interface Asked {
  readonly about: string;
  readonly holder?: string;
  /** Files one of which may hold the original. */
  readonly originals?: readonly Buffer[];
  readonly add?: readonly Buffer[];
  /** In the place of the provider's. */
  readonly store?: HouseStore;
  /** Whether its index will be stamped. */
  readonly stamps?: boolean;
}

/** What an evidence file is made from. */
export async function makingOf(
  world: World,
  provider: WorldProvider,
  { about, ...asked }: Asked,
): Promise<Making> {
  const { holder, add = [], stamps, originals, store = provider.store } = asked;
  const decision = decideEvidence(store, { about, ...(holder !== undefined && { holder }) });
  assert.ok(decision.decided === 'give', JSON.stringify(decision));
  const { grounds } = decision;
  const trust = trustOf(world, { provider, stamps });
  const paths = new CertificationPaths({ anchors: trust.anchors, revocation: null });
  const examine = (message: IndexedMessage) => examineForEvidence(message, { paths, clock: world.clock });
  const added = [];
  for (const octets of add) {
    const examined = await examine(await indexed(new MemoryOctets(octets)));
    assert.ok(examined.ok);
    added.push(examined.message);
  }
  const candidates = new Map<string, Buffer>();
  for (const file of originals ?? [])
    for (const [digest, octets] of await originalsIn(file, grounds.records)) candidates.set(digest, octets);
  return {
    store,
    grounds,
    trust,
    examine,
    added,
    instant: world.clock.now(),
    ...(originals !== undefined && { originals: candidates }),
  };
}

/** The evidence file of a message, all but its signature. */
export async function evidenceOf(world: World, provider: WorldProvider, asked: Asked) {
  const made = await makeEvidence(await makingOf(world, provider, asked));
  const reading = readEvidenceIndex(made.indexOctets);
  assert.ok(reading.ok, JSON.stringify(reading));
  assert.deepEqual(reading.index, made.index);
  const files = new Map<string, Buffer>();
  for (const { entry, content } of made.files) {
    const octets = await octetsOf(content);
    assert.deepEqual([octets.length, sha256(octets)], [entry.sizeBytes, entry.sha256], entry.name);
    files.set(entry.name, octets);
  }
  return { ...made, octets: files };
}

async function octetsOf(content: PackedFile['content']): Promise<Buffer> {
  return Buffer.isBuffer(content) ? content : content.read(0, content.size);
}

export type Made = Awaited<ReturnType<typeof evidenceOf>>;
