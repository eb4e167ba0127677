// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PeerTimeouts } from '../../src/mailroom/queue/peer-connection.ts';
import { FixedClock, systemClock } from '../../src/platform/clock.ts';
import { identityPem } from '../../src/trust/authority/key-pair.ts';
import { openSockets } from '../world/sockets.ts';
import { ALFA, BETA } from '../world/terms.ts';
import { World } from '../world/world.ts';
import { SmtpProxy } from './smtp-proxy.ts';

export const CARLA = 'carla@pec.beta.test';
const MINUTE_MS = 60_000;
/** Time-outs of RFC 5321 section 4.5.3.2, short enough to be waited for. */
const SHORT: PeerTimeouts = { connectMs: 2_000, sessionMs: 400, replyMs: 400 };

/** Two providers, each behind a proxy that can fail. */
export interface Apart extends AsyncDisposable {
  readonly world: World;
  /** What stands before Beta: envelopes pass it. */
  readonly beforeBeta: SmtpProxy;
  /** What stands before Alfa: receipts pass it. */
  readonly beforeAlfa: SmtpProxy;
}

export async function openApart({
  timeouts = SHORT,
  engine = 'memory',
}: {
  readonly timeouts?: Partial<PeerTimeouts>;
  readonly engine?: 'memory' | 'sqlite';
} = {}): Promise<Apart> {
  await using opening = new AsyncDisposableStack();
  const world = opening.use(
    await World.open([ALFA, BETA], { clock: new FixedClock(systemClock.now()), engine }),
  );
  const proxies = new Map<string, SmtpProxy>();
  opening.use(
    await openSockets(world, {
      timeouts,
      between: async (key, { port, hostName }) => {
        const proxy = opening.use(await SmtpProxy.open(port, await certified(world, hostName)));
        proxies.set(key, proxy);
        return proxy.port;
      },
    }),
  );
  const beforeBeta = proxies.get('beta');
  const beforeAlfa = proxies.get('alfa');
  assert.ok(beforeBeta && beforeAlfa);
  const open = opening.move();
  return { world, beforeBeta, beforeAlfa, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** A certificate of the authority for that machine. */
export async function certified(world: World, hostName: string): Promise<SmtpProxy['identity']> {
  const identity = await world.authority.issueTlsServer({ organization: 'Gestore', dns: [hostName] });
  const { certificate, key } = identityPem(identity);
  return { cert: Buffer.from(certificate), key: Buffer.from(key) };
}

/** Lets the queues work until they are empty, minute by minute; fails when they never are. */
export async function calmsDown(world: World, minutes = 240): Promise<void> {
  const waiting = () => world.providers.some(({ store }) => store.listQueue().length > 0);
  for (let minute = 0; waiting() && minute < minutes; minute++) await world.passes(MINUTE_MS);
  assert.deepEqual(
    world.providers.flatMap(({ store }) => store.listQueue().map(({ lastError }) => lastError)),
    [],
  );
}

/** What one message makes, exactly once at everybody's: M1, one M6, one delivery and one M10 for each recipient. */
export async function wentWell(
  world: World,
  letters: readonly string[],
  recipients: readonly string[] = [CARLA],
): Promise<void> {
  const { alfa, beta } = world;
  const each = <T>(things: readonly T[]) => things.flatMap((thing) => letters.map(() => thing));
  assert.deepEqual(await alfa.user('anna').kinds(), [
    ...letters.map(() => 'accettazione'),
    ...each(recipients.map(() => 'avvenuta-consegna')),
  ]);
  for (const recipient of recipients)
    assert.deepEqual(
      await beta.user(recipient).kinds(),
      letters.map(() => 'posta-certificata'),
    );
  for (const id of letters) {
    const covered = (await alfa.service.messages())
      .filter(({ data }) => data.identifier === id)
      .flatMap(({ data }) => data.takenInCharge);
    assert.deepEqual(covered.sort(), [...recipients].sort(), 'one take-charge for each recipient');
    for (const recipient of recipients) {
      assert.equal(alfa.store.findTracking(id, recipient)?.outcome, 'delivered');
      assert.equal(beta.story(id).filter((line) => line === `delivered ${recipient}`).length, 1);
    }
  }
  for (const { key } of world.providers) assert.deepEqual(readdirSync(join(world.folder, key, 'spool')), []);
}
