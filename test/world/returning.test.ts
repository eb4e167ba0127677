// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { examineStore } from '../../src/composition/store-examination.ts';
import type { Seen } from './seen.ts';
import { World } from './world.ts';

const CARLA = 'carla@pec.beta.test';
const DARIO = 'dario@pec.beta.test';
const LINE = `${'x'.repeat(76)}\r\n`;
/** Sizes that rest in the database, and in a file. */
const SIZES = [40_000, 700_000];
const text = (sizeBytes: number) => LINE.repeat(Math.ceil(sizeBytes / LINE.length));

type Alfa = World['alfa'];

/** Octets of all blobs that the messages of a mailbox are made of, each once. */
function keptBytes({ store }: Alfa, contents: readonly number[]): number {
  const reach = new Map<number, number>();
  for (const id of contents) {
    const found = store.findContent(id);
    for (const { blob, offset, length } of found?.octets.slices(0, found.size) ?? [])
      reach.set(blob, Math.max(reach.get(blob) ?? 0, offset + length));
  }
  return [...reach.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function contentsOf(alfa: Alfa, name: string): number[] {
  const { store } = alfa;
  const folders = store.listFolders(alfa.user(name).mailbox.id);
  return folders.flatMap(({ id }) => store.listMessages(id).map(({ content }) => content));
}

async function deliveries(alfa: Alfa): Promise<Seen[]> {
  return (await alfa.user('anna').messages()).filter(({ kind }) => kind === 'avvenuta-consegna');
}

/** What came back, as it came: the mailbox has trace fields of its own on top. */
function carried(world: World, kind = 'delivery-complete'): Buffer[] {
  return world.network.hops.filter((hop) => hop.kind === kind).map(({ octets }) => octets);
}

async function isSound(world: World): Promise<void> {
  for (const { key } of world.providers) {
    const folder = join(world.folder, key);
    for await (const finding of examineStore({ folder, quick: false }))
      assert.ok(finding.passing, JSON.stringify(finding));
    assert.deepEqual(readdirSync(join(folder, 'spool')), []);
  }
}

/** Files go a moment after the commit that lets them go. */
async function keepsNoFiles(world: World, key: string): Promise<void> {
  const folder = join(world.folder, key, 'store', 'blobs');
  const files = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));
  for (let turn = 0; turn < 500 && files().length > 0; turn++) await setTimeout(10);
  assert.deepEqual(files(), []);
}

/** A message whose delivery receipt is made and does not arrive. */
async function loses(world: World, sizeBytes: number): Promise<{ id: string; receipt: Buffer }> {
  let receipt: Buffer | undefined;
  world.network.tamper = (octets, { kind }) => {
    if (kind !== 'delivery-complete') return octets;
    receipt = octets;
    return octets.subarray(0, -400);
  };
  const id = await world.alfa.user('anna').certifies({ to: [CARLA], text: text(sizeBytes) });
  await world.settles();
  return { id, receipt: receipt ?? assert.fail('no receipt was made') };
}

/** The day goes by at the end of which nobody waits any more. */
async function giveUp(world: World): Promise<void> {
  for (let hour = 0; hour < 25; hour++) {
    await world.passes(3_600_000);
    await world.alfa.house.deadlines.look();
  }
}

suite('an original that a receipt brings back', () => {
  for (const sizeBytes of SIZES) {
    test(`DP-10 DP-2 of ${sizeBytes} octets is kept once, and both receipts read as they came`, async () => {
      await using world = await World.open(undefined, { engine: 'sqlite' });
      const { alfa } = world;
      const id = await alfa.user('anna').certifies({ to: [CARLA, DARIO], text: text(sizeBytes) });
      const envelope = alfa.store.findAwaitedEnvelope(id);
      assert.ok(envelope);
      await world.settles();
      const receipts = await deliveries(alfa);
      assert.equal(receipts.length, 2);
      for (const octets of carried(world))
        assert.ok(receipts.some((receipt) => receipt.octets.subarray(-octets.length).equals(octets)));
      const kept = keptBytes(alfa, contentsOf(alfa, 'anna'));
      assert.ok(kept < sizeBytes + 30_000, `${kept} octets`);
      assert.equal(alfa.store.findAwaitedEnvelope(id), undefined);
      assert.equal(alfa.store.findContent(envelope), undefined);
      await isSound(world);
    });
  }

  test('DP-2 with one octet changed on the way it is written in full, as it came', async () => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const { alfa } = world;
    const { id, receipt } = await loses(world, 700_000);
    const same = await alfa.spool([receipt]);
    assert.ok(same.partlyKept);
    assert.ok(same.blob.size < 30_000);
    const changed = Buffer.from(receipt);
    changed.write('y', changed.lastIndexOf(LINE) + 3);
    const other = await alfa.spool([changed]);
    assert.equal(other.partlyKept, false);
    assert.equal(other.blob.size, changed.length);
    assert.ok((await other.octets.read(0, other.size)).equals(changed));
    for (const message of [same, other]) await message.discard();
    // No receipt that can be believed came: the envelope is waited for still.
    assert.ok(alfa.store.findAwaitedEnvelope(id));
    await isSound(world);
  });

  test('AP-38 AP-40 it goes with the second notice, and with news that it was not delivered', async () => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const { alfa } = world;
    await alfa.user('anna').certifies({ to: ['nessuno@pec.beta.test'], text: text(700_000) });
    await world.settles();
    await keepsNoFiles(world, 'alfa');
    const { id } = await loses(world, 700_000);
    assert.ok(alfa.store.findAwaitedEnvelope(id));
    await giveUp(world);
    assert.ok(alfa.store.findTracking(id, CARLA)?.secondNoticeAt);
    assert.equal(alfa.store.findAwaitedEnvelope(id), undefined);
    await keepsNoFiles(world, 'alfa');
    await isSound(world);
  });

  test('it is not kept for short receipts, nor for recipients of ours', async () => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const anna = world.alfa.user('anna');
    const large = { text: text(40_000) };
    for (const letter of [
      { to: [CARLA], receipt: 'breve', ...large },
      { to: [CARLA], receipt: 'sintetica', ...large },
      { to: ['bruno@pec.alfa.test'], ...large },
      { to: [CARLA], text: text(20_000) },
    ]) {
      const id = await anna.certifies(letter);
      assert.equal(world.alfa.store.findAwaitedEnvelope(id), undefined, JSON.stringify(letter.to));
    }
    await world.settles();
    await isSound(world);
  });

  test('DP-25 gone between the last octet and the commit: the receipt is sent again, and kept by itself', async () => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const { alfa } = world;
    const { id, receipt } = await loses(world, 700_000);
    const arrival = async () => ({
      reversePath: '',
      forwardPaths: [alfa.user('anna').address],
      message: await alfa.spool([receipt]),
      peer: { address: '192.0.2.1', helo: 'mx.beta.test', tls: true },
    });
    const early = await arrival();
    assert.ok(early.message.partlyKept);
    await giveUp(world);
    assert.equal(alfa.store.findAwaitedEnvelope(id), undefined);
    await keepsNoFiles(world, 'alfa');
    await assert.rejects(alfa.house.incoming.receive(early), { code: 'kept-octets-gone', temporary: true });
    const late = await arrival();
    assert.equal(late.message.partlyKept, false);
    assert.deepEqual(await alfa.house.incoming.receive(late), { outcome: 'taken' });
    for (const { message } of [early, late]) await message.discard();
    const [came, ...others] = await deliveries(alfa);
    assert.ok(came?.octets.subarray(-receipt.length).equals(receipt));
    assert.deepEqual(others, []);
    await isSound(world);
  });
});
