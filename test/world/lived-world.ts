// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { writeLetter } from './letters.ts';
import type { Seen } from './seen.ts';
import { ALFA, BETA, GAMMA } from './terms.ts';
import { HOUR_MS, World } from './world.ts';
import type { WorldProvider } from './world-provider.ts';

export const ANNA = 'anna@pec.alfa.test';
export const CARLA = 'carla@pec.beta.test';
export const DARIO = 'dario@pec.beta.test';
const ELSA = 'elsa@pec.gamma.test';
export const WORM = 'this text is a worm';
const INFO = 'info@posta.test';

const ATTACHED =
  'Ecco l’atto, con i saluti dell’ufficio protocollo che lo ha registrato ieri.\r\n'.repeat(4) +
  '\r\n--limite\r\nContent-Type: application/pdf; name="atto.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
  `${`${'QXR0bw=='.repeat(9)}\r\n`.repeat(80)}--limite--\r\n`;

/** A letter with an attachment, as its sender keeps it. */
export function letterTo(to: string, receipt?: string): Buffer {
  const fields = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=limite'];
  return writeLetter(
    {
      to: [to],
      fields,
      ...(receipt !== undefined && { receipt }),
      text: `--limite\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${ATTACHED}`,
    },
    { address: ANNA, instant: Date.UTC(2026, 2, 2, 9) },
  );
}

/** Generated messages that a provider of this world delivered, and who may have them back. */
export interface Delivered {
  readonly maker: WorldProvider;
  /** In whose mailbox it lies. */
  readonly keeper: WorldProvider;
  readonly seen: Seen;
  readonly about: string;
  readonly holder: string;
}

export async function everythingDelivered(world: World): Promise<Delivered[]> {
  return (await world.everything()).map(({ owner, seen }) => {
    const maker = world.providers.find(({ serviceAddress }) => seen.field('From')?.includes(serviceAddress));
    assert.ok(maker, `${seen.subject} is of nobody`);
    const isAnomaly = seen.kind === 'anomalia';
    const isService = owner.startsWith('servizio@');
    const keeper = world.providers.find(({ store }) => store.findMailbox(owner) !== undefined);
    assert.ok(keeper);
    return {
      maker,
      keeper,
      seen,
      about: isAnomaly ? seen.messageId : seen.data.identifier,
      holder: isService ? seen.data.sender : owner,
    };
  });
}

/** A world in which every kind of message was generated, and what its author kept of her letters. */
export async function livedWorld(engine: 'memory' | 'sqlite') {
  const world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }, GAMMA], { engine });
  const { alfa, beta } = world;
  const anna = alfa.user('anna');
  const sent: Buffer[] = [];
  const sends = async (octets: Buffer, to: readonly string[]) => {
    sent.push(octets);
    return anna.sends({ octets, forwardPaths: to });
  };
  world.network.unreachable.add('pec.gamma.test');
  await sends(letterTo(CARLA), [CARLA]);
  await sends(letterTo(CARLA, 'breve'), [CARLA]);
  await sends(letterTo(DARIO, 'sintetica'), [DARIO]);
  await sends(letterTo('nessuno@pec.beta.test'), ['nessuno@pec.beta.test']);
  await sends(letterTo('bruno@pec.alfa.test', 'breve'), ['bruno@pec.alfa.test']);
  await sends(letterTo(ELSA), [ELSA]);
  beta.words.viruses.set(WORM, 'Test.Worm-1');
  const worm = { to: [CARLA], text: `${WORM}\r\n` };
  await sends(writeLetter(worm, { address: ANNA, instant: world.clock.now() }), [CARLA]);
  await world.settles();
  alfa.words.viruses.set(WORM, 'Test.Worm-1');
  assert.equal((await anna.sends(worm)).outcome, 'not-accepted');
  assert.equal((await anna.sends({ to: [CARLA], from: null })).outcome, 'not-accepted');
  const ordinary = writeLetter(
    { to: [CARLA], messageId: '<7@posta.test>', text: 'Buongiorno.\r\n'.repeat(30) },
    { address: INFO, instant: world.clock.now() },
  );
  await beta.receives(ordinary, { from: INFO, to: [CARLA] });
  await world.passes(12.1 * HOUR_MS);
  await alfa.house.deadlines.look();
  await world.passes(11.8 * HOUR_MS);
  await alfa.house.deadlines.look();
  return { world, sent: [...sent, ordinary] };
}
