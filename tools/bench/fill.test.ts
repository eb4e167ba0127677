// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import { DEFAULT_FOLDERS } from '../../src/mailroom/mailboxes/folders.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { fillStore } from './fill.ts';

test('a store is filled with as many mailboxes and messages as asked for', async () => {
  const above = mkdtempSync(join(tmpdir(), 'ceralacca-fill-'));
  const folder = join(above, 'store');
  try {
    const domain = 'alfa.test';
    const address = `altro3@${domain}`;
    await fillStore(folder, { mailboxes: 2500, domain, messages: 0, addresses: [] });
    await fillStore(folder, { mailboxes: 0, domain, messages: 1500, addresses: [address] });
    await using store = await openSqliteStore({ folder, journal: silentJournal });
    assert.equal(store.listMailboxes().length, 2500);
    const mailbox = store.findMailbox(address);
    assert.ok(mailbox);
    assert.equal(store.listFolders(mailbox.id).length, DEFAULT_FOLDERS.length);
    const inbox = store.findFolder(mailbox.id, 'INBOX');
    assert.equal(inbox?.messages, 1500);
    const [first] = store.listMessages(inbox.id, { limit: 1 });
    assert.equal(store.findContent(first?.content ?? 0)?.index.root.subtype, 'plain');
  } finally {
    rmSync(above, { recursive: true });
  }
});
