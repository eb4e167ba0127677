// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

/** What was known of an INBOX before somebody looked at it. */
export interface Before {
  readonly delivered: ReadonlySet<number>;
  readonly gone: ReadonlySet<number>;
}

/** What everybody at one INBOX was told, by UID: what must be there, and what cannot be. */
export class Ledger {
  /** Octets of what was delivered and acknowledged. */
  readonly delivered = new Map<number, string>();
  /** Somebody began to remove or move it; it may be there or not. */
  readonly doubtful = new Set<number>();
  /** Somebody was told that it is gone. */
  readonly gone = new Set<number>();
  /** Where it is in the other folder, as somebody was told who moved it. */
  readonly moved = new Map<number, number>();

  before(): Before {
    return { delivered: new Set(this.delivered.keys()), gone: new Set(this.gone) };
  }

  /** Fails unless these UIDs can be all there is, for somebody who looked after `before`. */
  check(seen: readonly number[], { delivered, gone }: Before): void {
    for (const [at, uid] of seen.entries()) {
      assert.ok(at === 0 || uid > (seen[at - 1] ?? 0), `UIDs do not grow: ${seen}`);
      assert.ok(!gone.has(uid), `${uid} is there again`);
    }
    const there = new Set(seen);
    for (const uid of delivered)
      assert.ok(there.has(uid) || this.doubtful.has(uid), `${uid} is lost: ${seen}`);
  }

  /** Fails unless the octets are those delivered under this UID. */
  checkOctets(uid: number, octets: string): void {
    const expected = this.delivered.get(uid);
    // Seen a moment before its delivery was acknowledged.
    if (expected !== undefined) assert.equal(octets, expected, `octets of ${uid}`);
  }
}
