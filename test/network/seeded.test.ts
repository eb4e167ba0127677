// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../imap/random/seeded.ts';
import { CARLA, calmsDown, openApart, wentWell } from './providers-apart.ts';
import { type Mishap, STAGES } from './smtp-proxy.ts';

/** A larger run: CERALACCA_NETWORK_ROUNDS=300; CERALACCA_NETWORK_SEED repeats one. */
const ROUNDS = Number(process.env.CERALACCA_NETWORK_ROUNDS ?? 12);
const SEED = Number(process.env.CERALACCA_NETWORK_SEED ?? 20261122);
const MISHAPS: readonly Mishap[] = ['cut', 'cut', 'client-cut', 'server-cut', 'silence'];
/** Messages of one world, whose mailboxes are looked through at the end. */
const PER_WORLD = 50;

test(`DP-24 IP-28 lines that break anywhere, seed ${SEED}, ${ROUNDS} messages: each delivered once`, async () => {
  const random = seeded(SEED);
  for (let left = ROUNDS; left > 0; left -= PER_WORLD) {
    await using apart = await openApart();
    const { world, beforeBeta, beforeAlfa } = apart;
    const letters: string[] = [];
    for (let round = 0; round < Math.min(left, PER_WORLD); round++) {
      const proxies = [beforeBeta, beforeAlfa];
      for (const proxy of proxies) {
        proxy.plans.length = 0;
        const stage = STAGES[random(STAGES.length)];
        const mishap = MISHAPS[random(MISHAPS.length)];
        if (stage !== undefined && mishap !== undefined) proxy.plans.push({ stage, mishap });
        // An envelope with its TLS and SMTP is some ten thousand octets.
        if (random(2) === 0) proxy.cutAfterOctets = 1 + random(12_000);
        if (random(3) === 0) proxy.breakAll();
      }
      letters.push(await world.alfa.user('anna').certifies({ to: [CARLA] }));
      await calmsDown(world);
    }
    assert.ok(beforeBeta.connections > letters.length / 4);
    await wentWell(world, letters);
  }
});
