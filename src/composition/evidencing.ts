// SPDX-License-Identifier: EUPL-1.2
import { EvidenceOrders } from '../fronts/control/evidence-orders.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import type { Config } from '../platform/config/config.ts';
import { type CertificationGate, openGate } from '../points/certification-gate.ts';
import { EvidenceDesk } from '../points/reissuing/evidence-desk.ts';
import type { Signer } from '../trust/signing/signer.ts';
import { openStamper } from './sealing.ts';
import { openSigner } from './signing.ts';
import type { Around } from './surroundings.ts';
import { certificates } from './trust.ts';

export interface EvidenceGround {
  readonly store: HouseStore;
  readonly around: Around;
  readonly signer: Signer;
  readonly gate?: CertificationGate;
}

/** Takes orders to make evidence files. @throws Fault when a file that the configuration names cannot be read */
export async function openEvidenceOrders(config: Config, ground: EvidenceGround): Promise<EvidenceOrders> {
  const { store, around, signer, gate = openGate } = ground;
  const { provider, trust, timestamping } = config;
  const { name, serviceAddress } = provider;
  const stamper = timestamping.url === undefined ? null : await openStamper(config, around);
  const der = async (file: string | undefined) =>
    file === undefined ? [] : (await certificates(file)).map((certificate) => certificate.der);
  return new EvidenceOrders(
    new EvidenceDesk({
      store,
      provider: { name, serviceAddress },
      signer,
      stamper,
      gate,
      clock: around.clock,
    }),
    {
      provider: { name, serviceAddress },
      clock: around.clock,
      stamps: stamper !== null,
      certificate: signer.certificate.der,
      anchors: await der(trust.anchorsFile),
      intermediates: await der(trust.intermediatesFile),
      stampAnchors: await der(timestamping.anchorsFile ?? trust.anchorsFile),
    },
  );
}

/** The same for a provider that stands still. @throws Fault when its key cannot be used */
export async function openStandingEvidenceOrders(
  config: Config,
  {
    store,
    ...ground
  }: {
    readonly store: HouseStore;
    readonly around: Around;
    readonly stack: AsyncDisposableStack;
  },
): Promise<EvidenceOrders> {
  const { around } = ground;
  return openEvidenceOrders(config, { store, around, signer: await openSigner(config, ground) });
}
