// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAX_SERVING_SPANS, type ServingSpan } from '../../src/evidence/availability/availability-store.ts';
import { ENGINES } from './engines.ts';
import { NOW, step } from './steps.ts';

function span(since: number, more: Partial<ServingSpan> = {}): ServingSpan {
  return { since, until: since, state: 'serving', ended: false, ...more };
}

function put(each: ServingSpan) {
  return { do: 'put-serving-span', span: each } as const;
}

for (const engine of ENGINES) {
  describe(`times of service, ${engine.name}`, () => {
    test('are listed by their beginning, and replaced by those that begin alike', async (t) => {
      const store = await engine.open(t);
      assert.deepEqual(store.listServingSpans(), []);
      const held = span(NOW + 10, { state: 'held', why: 'clock', until: NOW + 20 });
      await store.commit(step([put(held), put(span(NOW))]));
      await store.commit(step([put(span(NOW, { until: NOW + 9, ended: true }))]));
      assert.deepEqual(store.listServingSpans(), [span(NOW, { until: NOW + 9, ended: true }), held]);
      await store.commit(step([put(span(NOW + 10, { until: NOW + 30 }))]));
      assert.deepEqual(store.listServingSpans()[1], span(NOW + 10, { until: NOW + 30 }));
    });

    test('go when they were over before an instant, and the oldest above the limit', async (t) => {
      const store = await engine.open(t);
      const old = span(NOW, { until: NOW + 5 });
      const lasting = span(NOW + 1, { until: NOW + 6 });
      await store.commit(step([put(old), put(lasting)]));
      await store.commit(step([{ do: 'forget-serving-spans', before: NOW + 6 }]));
      assert.deepEqual(store.listServingSpans(), [lasting]);
      const many = Array.from({ length: MAX_SERVING_SPANS }, (_, at) => put(span(NOW + 10 + at)));
      await store.commit(step(many));
      assert.equal(store.listServingSpans().length, MAX_SERVING_SPANS + 1);
      await store.commit(step([{ do: 'forget-serving-spans', before: NOW }]));
      const kept = store.listServingSpans();
      assert.deepEqual([kept.length, kept[0]?.since], [MAX_SERVING_SPANS, NOW + 10]);
    });

    test('a step that fails changes none of them', async (t) => {
      const store = await engine.open(t);
      await store.commit(step([put(span(NOW))]));
      const wrong = { do: 'expunge', folder: 999, uids: [1] } as const;
      const acts = [put(span(NOW, { until: NOW + 5 })), put(span(NOW + 7)), wrong];
      await assert.rejects(store.commit(step(acts)), { code: 'no-such-folder' });
      assert.deepEqual(store.listServingSpans(), [span(NOW)]);
    });
  });
}
