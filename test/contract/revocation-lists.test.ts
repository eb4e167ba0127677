// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { ArchivedList } from '../../src/trust/signing/revocation-archive-store.ts';
import { ENGINES } from './engines.ts';
import { NOW, step } from './steps.ts';

/** A list as the store sees it: it does not read the octets. */
function listOf(text: string, more: Partial<ArchivedList> = {}) {
  const der = Buffer.from(text);
  const list: ArchivedList = {
    sha256: hash('sha256', der, 'hex'),
    issuer: 'a',
    series: 's',
    thisUpdate: NOW,
    nextUpdate: NOW + 1000,
    obtainedAt: NOW + 10,
    ...more,
  };
  return { list, der, act: { do: 'keep-revocation-list', list, der } as const };
}

for (const engine of ENGINES) {
  describe(`revocation lists, ${engine.name}`, () => {
    test('are found by issuer, the earliest first, and read to the octet', async (t) => {
      const store = await engine.open(t);
      const [late, early, other] = [
        listOf('late'),
        listOf('early', { thisUpdate: NOW - 5, nextUpdate: null }),
        listOf('other', { issuer: 'b', series: 'z' }),
      ];
      await store.commit(step([late.act, early.act, other.act]));
      assert.deepEqual(store.listRevocationIssuers(), ['a', 'b']);
      assert.deepEqual(
        store.listRevocationLists('a').map((list) => ({ ...list })),
        [early.list, late.list],
      );
      assert.deepEqual(store.listRevocationLists('c'), []);
      assert.deepEqual(store.revocationListOctets(late.list.sha256), late.der);
      assert.equal(store.revocationListOctets('00'), undefined);
    });

    test('are kept once for each content: the first time it was had stays', async (t) => {
      const store = await engine.open(t);
      await store.commit(step([listOf('same').act]));
      await store.commit(step([listOf('same', { obtainedAt: NOW + 99 }).act]));
      assert.deepEqual(
        store.listRevocationLists('a').map(({ obtainedAt }) => obtainedAt),
        [NOW + 10],
      );
    });

    test('go when they are forgotten, and nothing else does', async (t) => {
      const store = await engine.open(t);
      const [one, two] = [listOf('one'), listOf('two', { thisUpdate: NOW + 1 })];
      await store.commit(step([one.act, two.act]));
      await store.commit(step([{ do: 'forget-revocation-list', sha256: one.list.sha256 }]));
      await store.commit(step([{ do: 'forget-revocation-list', sha256: 'gone before' }]));
      assert.deepEqual(
        store.listRevocationLists('a').map(({ sha256 }) => sha256),
        [two.list.sha256],
      );
      assert.equal(store.revocationListOctets(one.list.sha256), undefined);
    });

    test('a step that fails keeps none of them', async (t) => {
      const store = await engine.open(t);
      const wrong = { do: 'expunge', folder: 999, uids: [1] } as const;
      await assert.rejects(store.commit(step([listOf('one').act, wrong])), { code: 'no-such-folder' });
      assert.deepEqual(store.listRevocationIssuers(), []);
    });
  });
}
