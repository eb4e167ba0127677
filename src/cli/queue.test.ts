// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Captured } from '../../test/cli/captured.ts';
import { HOUR_MS, World } from '../../test/world/world.ts';
import { ControlSocket } from '../fronts/control/control-socket.ts';
import { QueueOrders } from '../fronts/control/queue-orders.ts';
import { Fault } from '../platform/faults.ts';
import { silentJournal } from '../platform/journal.ts';
import { runCommandLine } from './command-line.ts';
import { explainEntry, listQueue, orderQueue } from './queue.ts';

const CARLA = 'carla@pec.beta.test';

let world: World;
let control: ControlSocket;
/** Entries the provider says it is trying. */
const underWay: number[] = [];

before(async () => {
  world = await World.open(undefined, { engine: 'sqlite' });
  for (const domain of ['pec.beta.test', 'posta.test']) world.network.unreachable.add(domain);
  await world.alfa.user('anna').certifies({ to: [CARLA, 'info@posta.test'] });
  await world.passes(2 * HOUR_MS);
  const { store } = world.alfa;
  const orders = new QueueOrders({ store, relay: { underWay }, clock: world.clock });
  control = await ControlSocket.listen({
    folder: folder(),
    obey: (order) => orders.obey(order),
    journal: silentJournal,
  });
});
after(async () => {
  await control[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const folder = () => join(world.folder, 'alfa');
const captured = () => new Captured({ clock: world.clock });
const idTo = (destination: string) =>
  world.alfa.store.listQueue().find((entry) => entry.destination === destination)?.id ?? assert.fail();

suite('ceralacca queue', () => {
  test('list shows what waits, where to, since when, and what was met', async () => {
    const seen = captured();
    assert.equal(await listQueue({ folder: folder() }, seen), 0);
    const lines = seen.stdout.text.split('\n');
    assert.match(lines[0] ?? '', /^n\. +destinazione +messaggio +da +stato +prossimo tentativo +tentativi/);
    assert.match(
      lines[2] ?? '',
      /^\d+ +pec\.beta\.test +busta di trasporto +2h00m +(in attesa|da tentare) .* pec\.beta\.test does not answer$/,
    );
    assert.equal(lines.filter((line) => /busta di trasporto/.test(line)).length, 2);
  });

  test('list keeps to its filters', async () => {
    const found = async (options: Parameters<typeof listQueue>[0]) => {
      const seen = captured();
      await listQueue({ folder: folder(), json: true, ...options }, seen);
      return (seen.json.entries as { destination: string }[]).map(({ destination }) => destination);
    };
    const both = ['pec.beta.test', 'posta.test'];
    assert.deepEqual(await found({}), both);
    assert.deepEqual(await found({ destination: 'PEC.beta.test' }), ['pec.beta.test']);
    assert.deepEqual(await found({ destination: 'nobody.test' }), []);
    assert.deepEqual(await found({ kind: 'transport-envelope' }), both);
    assert.deepEqual(await found({ kind: 'take-charge' }), []);
    assert.deepEqual(await found({ olderThanMs: HOUR_MS }), both);
    assert.deepEqual(await found({ olderThanMs: 3 * HOUR_MS }), []);
    assert.deepEqual(await found({ state: 'held' }), []);
    assert.deepEqual(await found({ limit: 1 }), ['pec.beta.test']);
    underWay.push(idTo('posta.test'));
    assert.deepEqual(await found({ state: 'under-way' }), ['posta.test']);
    underWay.pop();
  });

  test('explain tells every attempt, the next one, and what follows at the end', async () => {
    const seen = captured();
    const id = idTo('pec.beta.test');
    assert.equal(await explainEntry({ id, options: { folder: folder() } }, seen), 0);
    const { text } = seen.stdout;
    assert.match(text, /Destinatari da servire +carla@pec\.beta\.test/);
    assert.match(text, /pec\.beta\.test \(gestore PEC: TLS verificato, o niente\)/);
    assert.match(text, /Scade il +03\/03\/2026 10:15:02 \(\+0100\)/);
    assert.match(text, /Alla scadenza +avviso di mancata consegna al mittente/);
    const attempts = world.alfa.store.findQueueEntry(id)?.attempts ?? 0;
    assert.ok(attempts > 5);
    const told = text.match(/riscontrato: pec\.beta\.test does not answer/g) ?? [];
    assert.equal(told.length, attempts);
    const english = captured();
    await explainEntry({ id: idTo('posta.test'), options: { folder: folder(), lang: 'en' } }, english);
    assert.match(english.stdout.text, /At its end +a bounce into the sender's mailbox/);
  });

  test('explain of what is not there ends with 1', async () => {
    const seen = captured();
    assert.equal(await explainEntry({ id: 999, options: { folder: folder() } }, seen), 1);
    assert.match(seen.stderr.text, /^In coda non c'è il numero 999/);
  });

  test('AP-33 AP-34 held by command: nothing is tried, and the notice comes in time all the same', async () => {
    const order = async (
      what: 'retry' | 'hold' | 'release',
      choice: Parameters<typeof orderQueue>[0]['choice'],
    ) => {
      const seen = captured();
      const code = await orderQueue({ order: what, choice, options: { folder: folder() } }, seen);
      return `${code} ${seen.stdout.text.trim()}`;
    };
    assert.equal(await order('hold', { destination: 'pec.beta.test' }), '0 Trattenuti: 1.');
    const seen = captured();
    await listQueue({ folder: folder(), state: 'held' }, seen);
    assert.match(seen.stdout.text, /trattenuto +nessuno finché è trattenuto/);
    assert.match(seen.stdout.text, /Destinazioni trattenute: pec\.beta\.test/);
    const before = world.alfa.store.findQueueEntry(idTo('pec.beta.test'))?.attempts;
    world.network.unreachable.clear();
    await world.passes(HOUR_MS);
    assert.equal(world.alfa.store.findQueueEntry(idTo('pec.beta.test'))?.attempts, before);
    // What comes later is held as well; one is let go, and arrives.
    await world.alfa.user('bruno').certifies({ to: [CARLA] });
    await world.settles();
    const [, second] = world.alfa.store.listQueue();
    assert.equal(await order('release', { id: second?.id ?? 0 }), '0 Rilasciati: 1.');
    await world.settles();
    assert.equal(world.network.carried('transport-envelope', 1).reversePath, 'bruno@pec.alfa.test');
    // Nobody lets the first one go.
    await world.passes(22 * HOUR_MS);
    await world.settles();
    const kinds = await world.alfa.user('anna').kinds();
    assert.equal(kinds.filter((kind) => kind === 'errore-consegna').length, 1);
    assert.equal(await order('release', { all: true }), '0 Rilasciati: 0.');
    assert.deepEqual(world.alfa.store.listHeldDestinations(), []);
  });

  test('orders need a running provider and one choice', async () => {
    const seen = captured();
    for (const choice of [{}, { id: 1, all: true }, { destination: 'x', all: true }])
      assert.equal(await orderQueue({ order: 'retry', choice, options: { folder: folder() } }, seen), 2);
    await assert.rejects(
      orderQueue(
        { order: 'retry', choice: { all: true }, options: { folder: join(world.folder, 'beta') } },
        seen,
      ),
      (error) => error instanceof Fault && error.code === 'provider-not-running',
    );
    const stopped = captured();
    await listQueue({ folder: join(world.folder, 'beta'), lang: 'en' }, stopped);
    assert.equal(
      stopped.stdout.text,
      'The queue is empty, or nothing matches.\n\nThe provider does not run: nothing is tried.\n',
    );
  });

  test('the command line reads numbers, ages and states', async () => {
    const run = async (...words: string[]) => {
      const seen = captured();
      const code = await runCommandLine(['queue', ...words, '--folder', folder()], seen);
      return { code, out: seen.stdout.text, err: seen.stderr.text };
    };
    assert.equal((await run('list', '--older-than', '1d', '--json')).code, 0);
    assert.equal((await run('list', '--older-than', 'long')).code, 2);
    assert.equal((await run('list', '--state', 'lost')).code, 2);
    assert.equal((await run('explain', 'x')).code, 2);
    assert.equal((await run('hold', '--all')).code, 2);
    assert.equal((await run('retry', '--all')).out, 'Da tentare subito: 0.\n');
    assert.match((await run('release', '77')).err, /there is no entry 77 \(order-refused\)/);
  });
});
