// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { draftOf, goldenCases, readDraft } from './golden-case.ts';

// UPDATE_GOLDEN=1 writes what is drafted now; look at the difference before committing it.
const update = process.env.UPDATE_GOLDEN === '1';

for (const golden of goldenCases()) {
  test(`golden ${golden.name}: ${golden.facts.about}`, async () => {
    const drafted = await readDraft(await draftOf(golden));
    const path = join(golden.folder, 'expected.eml');
    if (update) writeFileSync(path, drafted);
    assert.ok(existsSync(path), `${path} is missing: run with UPDATE_GOLDEN=1 and look at it`);
    const expected = readFileSync(path);
    const [wanted, made] = [expected, drafted].map((octets) => octets.toString('latin1').split('\n'));
    const at = made?.findIndex((line, number) => line !== wanted?.[number]) ?? -1;
    // The first line that differs says more than two whole messages.
    if (at >= 0) assert.equal(made?.[at], wanted?.[at], `line ${at + 1}`);
    assert.ok(drafted.equals(expected));
  });
}
