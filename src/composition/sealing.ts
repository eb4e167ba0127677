// SPDX-License-Identifier: EUPL-1.2
import { LogSealing } from '../evidence/certification-log/sealing.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import type { Config } from '../platform/config/config.ts';
import { type CertificationGate, requireOpenGate } from '../points/certification-gate.ts';
import { CertificationPaths } from '../trust/signing/certification-paths.ts';
import type { Signer } from '../trust/signing/signer.ts';
import { TimeStampClient } from '../trust/timestamping/time-stamp-client.ts';
import { type CoverFacts, openRevocationCover } from './revocation-cover.ts';
import type { Around } from './surroundings.ts';
import { certificates } from './trust.ts';

/** What seals the certification log every day (LOG-5, LOG-7) and lets go of what is too old (LOG-3). */
export async function openSealing(
  config: Config,
  facts: {
    readonly store: HouseStore;
    readonly signer: Signer;
    readonly around: Around;
    readonly gate: CertificationGate;
  } & Omit<CoverFacts, 'around'>,
): Promise<LogSealing> {
  const { store, signer, around, gate } = facts;
  const { clock, timers, journal, alerts } = around;
  return new LogSealing({
    log: store,
    commit: (acts) => store.commit({ blobs: [], contents: [], parts: [{ acts }] }),
    signer: {
      seal: async (content, instant) => {
        requireOpenGate(gate);
        return signer.seal(content, instant);
      },
    },
    stamper: await openStamper(config, around),
    cover: await openRevocationCover(config, facts),
    provider: config.provider.name,
    clock,
    timers,
    journal,
    alerts,
  });
}

/** The time-stamp authority of the configuration; null, and a warning, when it names none. */
export async function openStamper(
  { timestamping, trust }: Config,
  { ids, journal }: Around,
): Promise<TimeStampClient | null> {
  const { url, anchorsFile = trust.anchorsFile, answerSeconds } = timestamping;
  if (url === undefined) {
    journal.warn(
      {},
      'no time-stamp authority is configured (timestamping.url): the seals of the log get no stamp',
    );
    return null;
  }
  const paths = new CertificationPaths({
    anchors: await certificates(anchorsFile),
    revocation: null,
    purpose: 'time stamps',
  });
  return new TimeStampClient({ url, paths, ids, timeoutMs: answerSeconds * 1000 });
}
