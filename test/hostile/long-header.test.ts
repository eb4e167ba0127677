// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SUBMITTED_HEADER_LIMIT_BYTES } from '../../src/mailroom/contents/spool.ts';
import { World } from '../world/world.ts';

/** What From, To, Date and Message-ID take, generously. */
const REST = 1000;

/** A field whose lines are all the same; so many octets in all. */
function field(name: string, text: string, size: number): string {
  const line = `${text}\r\n `;
  return `${name}: ${line.repeat(Math.floor(size / line.length))}x`;
}

suite('a header as long as it may be', () => {
  // XML makes six octets of a quotation mark, an encoded word nine of three that are no ASCII.
  for (const [what, line] of [
    ['quotation marks', '"'.repeat(900)],
    ['euro signs', `=?windows-1252?B?${Buffer.alloc(42, 0x80).toString('base64')}?=`],
    ['plain letters', 'a'.repeat(900)],
  ] as const) {
    test(`SEC-13 AP-19 DP-3 a subject of ${what} comes through, receipt included`, async () => {
      await using world = await World.open();
      const [anna, carla] = [world.alfa.user('anna'), world.beta.user('carla')];
      const octets = Buffer.from(
        [
          `From: ${anna.address}`,
          `To: ${carla.address}`,
          field('Subject', line, SUBMITTED_HEADER_LIMIT_BYTES - REST),
          'Date: Mon, 2 Mar 2026 10:15:02 +0100',
          '',
          'testo',
          '',
        ].join('\r\n'),
      );
      await anna.certifies({ octets, forwardPaths: [carla.address] });
      await world.settles();
      assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna']);
      assert.deepEqual(await carla.kinds(), ['posta-certificata']);
    });
  }

  test('AP-6 one that is longer is not accepted, and the notice says why', async () => {
    await using world = await World.open();
    const [anna, carla] = [world.alfa.user('anna'), world.beta.user('carla')];
    const outcome = await anna.sends({
      to: [carla.address],
      fields: [field('X-Long', 'a'.repeat(900), SUBMITTED_HEADER_LIMIT_BYTES)],
    });
    assert.equal(outcome.outcome, 'not-accepted');
    await world.settles();
    assert.deepEqual(await anna.kinds(), ['non-accettazione']);
    await carla.seesNothing();
  });
});
