// SPDX-License-Identifier: EUPL-1.2
import type { SpooledMessage } from '../../src/mailroom/contents/spool.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { House } from '../../src/points/house.ts';
import type { Scanned } from '../../src/trust/antivirus/scanner.ts';

/** A provider of a world, as its users and the wires know it. */
export interface Home {
  /** Short name. */
  readonly key: string;
  readonly store: HouseStore;
  readonly clock: Clock;
  readonly house: House;
  /** A message taken in as a door would take it. */
  spool(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<Scanned<SpooledMessage>>;
}
