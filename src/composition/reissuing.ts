// SPDX-License-Identifier: EUPL-1.2
import { ReissueOrders } from '../fronts/control/reissue-orders.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import type { Config } from '../platform/config/config.ts';
import { Attestation } from '../points/attestation.ts';
import type { CertificationGate } from '../points/certification-gate.ts';
import { ReissueDesk } from '../points/reissuing/reissue-desk.ts';
import type { Signer } from '../trust/signing/signer.ts';
import { openSigner } from './signing.ts';
import type { Around } from './surroundings.ts';

export interface ReissueGround {
  readonly store: HouseStore;
  readonly around: Pick<Around, 'clock' | 'ids'>;
  readonly signer: Signer;
  readonly gate?: CertificationGate;
}

/** Takes orders to issue again what holders lost. */
export function openReissueOrders({ provider }: Config, ground: ReissueGround): ReissueOrders {
  const { store, around, signer, gate } = ground;
  const { name, serviceAddress } = provider;
  const domain = serviceAddress.slice(serviceAddress.lastIndexOf('@') + 1);
  return new ReissueOrders(
    new ReissueDesk({
      ...around,
      store,
      attestation: new Attestation({ signer, numbers: store, ...(gate && { gate }) }),
      provider: { name, domain, serviceAddress },
    }),
  );
}

/** The same for a provider that stands still. @throws Fault when its key cannot be used */
export async function openStandingReissueOrders(
  config: Config,
  {
    store,
    ...ground
  }: {
    readonly store: HouseStore;
    readonly around: Around;
    readonly stack: AsyncDisposableStack;
  },
): Promise<ReissueOrders> {
  return openReissueOrders(config, {
    store,
    around: ground.around,
    signer: await openSigner(config, ground),
  });
}
