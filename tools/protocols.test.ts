// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { imapDocuments } from './protocols/imap-documents.ts';
import { isProtocolsPageCurrent } from './protocols.ts';

suite('the page of protocols', () => {
  test('it is what the tables say; run node tools/protocols.ts', () => {
    assert.ok(isProtocolsPageCurrent(join(import.meta.dirname, '..')));
    assert.ok(!isProtocolsPageCurrent(import.meta.dirname));
  });

  test('what is not spoken whole says what is missing, and advertises nothing when it is not spoken at all', () => {
    const seen = new Set<string>();
    for (const { rfc, state, capabilities = [], note } of imapDocuments) {
      assert.ok(!seen.has(rfc), rfc);
      seen.add(rfc);
      assert.ok(state === 'whole' || note !== undefined, rfc);
      assert.ok(state !== 'none' || capabilities.length === 0, rfc);
    }
  });
});
