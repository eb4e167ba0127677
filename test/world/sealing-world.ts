// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { LogSealing } from '../../src/evidence/certification-log/sealing.ts';
import { AlertBoard } from '../../src/platform/alerts.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { TimeStamping } from '../../src/trust/authority/time-stamping.ts';
import { readTimeStampReply, writeTimeStampRequest } from '../../src/wire/cms/time-stamp.ts';
import type { World } from './world.ts';
import type { WorldProvider } from './world-provider.ts';

export type Stamper = { stamp(octets: Uint8Array): Promise<Buffer> };

/** Stamps as the authority of the world. */
export async function stamperOf(world: World): Promise<Stamper> {
  const identity = await world.authority.issueTimeStamper();
  const stamping = new TimeStamping({ identity, clock: world.clock, ids: randomIds });
  return {
    async stamp(octets) {
      const digest = hash('sha256', octets, 'buffer');
      const request = writeTimeStampRequest({ digest, nonce: Buffer.of(1, 2, 3) });
      const reply = readTimeStampReply(await stamping.answer(request));
      assert.ok(reply.ok && reply.value.granted);
      return reply.value.token;
    },
  };
}

/** Closes the days that are over. */
export async function seal(world: World, { provider, stamper }: Desk): Promise<void> {
  const { store } = provider;
  await using sealing = new LogSealing({
    log: store,
    commit: (acts) => store.commit({ blobs: [], contents: [], parts: [{ acts }] }),
    signer: provider.signer(),
    stamper,
    provider: provider.emitting.name,
    clock: world.clock,
    timers: world.timers,
    journal: silentJournal,
    alerts: new AlertBoard(silentJournal),
  });
  await sealing.work();
}

export interface Desk {
  readonly provider: WorldProvider;
  readonly stamper: Stamper | null;
}
