// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { examineEvidence } from '../../src/cli/verify/evidence/evidence-examination.ts';
import type { EvidenceFindings } from '../../src/cli/verify/evidence/evidence-report.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { type Certificate, readCertificate } from '../../src/wire/cms/certificate.ts';
import { MemoryOctets } from '../../src/wire/mime/octets.ts';
import type { EvidenceWorld } from './evidence-world.ts';

export interface Examining {
  readonly made: EvidenceWorld;
  readonly clock?: Clock;
  readonly roots?: readonly Buffer[];
  readonly stampRoots?: readonly Buffer[];
}

/** What is found out about an evidence file, trusting the authority of the world unless told. */
export function examined(
  zip: Buffer,
  { made, clock, roots, stampRoots }: Examining,
): Promise<EvidenceFindings> {
  const { authority } = made.world;
  const anchors = (roots ?? [authority.rootCertificate]).map(certificateOf);
  return examineEvidence(new MemoryOctets(zip), {
    anchors: { anchors, stampAnchors: stampRoots?.map(certificateOf) ?? anchors, intermediates: [] },
    directory: null,
    clock: clock ?? made.world.clock,
  });
}

function certificateOf(der: Buffer): Certificate {
  const read = readCertificate(der);
  assert.ok(read.ok);
  return read.value;
}

/** `claim code file` of the first thing that is wrong, `good` or `incomplete` when nothing is. */
export function shortly({ verdict, wrong }: EvidenceFindings): string {
  return wrong === null ? verdict : `${wrong.claim} ${wrong.code} ${wrong.file ?? ''}`.trimEnd();
}

/** `claim code file` of everything that is not proved, each once. */
export function openPoints({ open }: EvidenceFindings): readonly string[] {
  return [...new Set(open.map(({ claim, code, file }) => `${claim} ${code} ${file ?? ''}`.trimEnd()))];
}
