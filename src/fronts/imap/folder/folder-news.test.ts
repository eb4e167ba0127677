// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { UidSet } from '../../../wire/imap/view/uid-set.ts';
import { FolderNews } from './folder-news.ts';

const message = (uid: number, modseq: number, ...flags: string[]) => ({ uid, modseq, flags });

function told(news: FolderNews, since: number) {
  const changes = news.since(since);
  return changes && { ...changes, vanished: [...changes.vanished] };
}

suite('the last readings of a folder', () => {
  test('tell what happened after any of them, in the present state', () => {
    const news = new FolderNews();
    news.add({ from: 10, to: 12, messages: [message(1, 11), message(2, 12)], vanished: UidSet.EMPTY });
    news.add({ from: 12, to: 15, messages: [message(1, 14, 'x')], vanished: UidSet.of([2]) });
    assert.deepEqual(told(news, 12), { highestModseq: 15, messages: [message(1, 14, 'x')], vanished: [2] });
    assert.deepEqual(told(news, 10), { highestModseq: 15, messages: [message(1, 14, 'x')], vanished: [2] });
    // Between two readings: somebody asked the store itself.
    assert.deepEqual(told(news, 14), { highestModseq: 15, messages: [], vanished: [2] });
    assert.equal(told(news, 9), undefined);
    news.clear();
    assert.equal(told(news, 12), undefined);
  });

  test('are so many and no more', () => {
    const news = new FolderNews();
    for (let at = 0; at < 16; at++)
      news.add({ from: at, to: at + 1, messages: [message(1, at + 1)], vanished: UidSet.EMPTY });
    assert.ok(news.since(0));
    news.add({ from: 16, to: 17, messages: [], vanished: UidSet.EMPTY });
    assert.equal(news.since(0), undefined);
    assert.ok(news.since(1));
    const many = Array.from({ length: 500 }, (_, at) => message(at, 18));
    news.add({ from: 17, to: 18, messages: many, vanished: UidSet.EMPTY });
    assert.ok(news.since(17));
    news.add({ from: 18, to: 19, messages: [message(1, 19)], vanished: UidSet.EMPTY });
    assert.equal(news.since(17), undefined);
    assert.ok(news.since(18));
  });
});
