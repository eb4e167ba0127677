// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { suite, test } from 'node:test';
import { everythingDelivered, livedWorld } from './lived-world.ts';
import type { Seen } from './seen.ts';

const sha256 = (octets: Buffer) => hash('sha256', octets, 'hex');

/** SHA-256 of what the signature covers (RFC 5751 section 3.4.3). */
function signedDigest({ octets, mixed }: Seen): string {
  return sha256(octets.subarray(mixed.headerStart, mixed.bodyEnd));
}

suite('the log names what was signed', () => {
  for (const engine of ['memory', 'sqlite'] as const) {
    test(`LOG-2 every message that was made, and every one that came, by its digest (${engine})`, async () => {
      const { world } = await livedWorld(engine);
      await using _ = world;
      const kinds = new Set<string>();
      for (const { maker, keeper, seen, about } of await everythingDelivered(world)) {
        const digest = signedDigest(seen);
        const made = maker.log(about).filter(({ generated = [], digests = [] }) => {
          return generated.length === digests.length && digests[generated.indexOf(seen.messageId)] === digest;
        });
        assert.equal(made.length, 1, seen.subject);
        kinds.add(seen.kind);
        // The sender's provider encloses the original; so does the recipient's, in all receipts but the concise one.
        const { original = '' } = made[0] ?? {};
        if (seen.kind === 'posta-certificata')
          assert.equal(sha256(seen.original ?? Buffer.alloc(0)), original);
        if (maker === keeper) continue;
        const came = keeper.log(about).filter(({ digests }) => digests?.includes(digest));
        assert.notEqual(came.length, 0, seen.subject);
        for (const { event, generated } of came) {
          assert.equal(generated, undefined);
          assert.match(event, /-received$/);
        }
      }
      assert.equal(kinds.size, 9);
    });
  }
});
