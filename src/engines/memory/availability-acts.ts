// SPDX-License-Identifier: EUPL-1.2
import {
  type AvailabilityAct,
  MAX_SERVING_SPANS,
  type ServingSpan,
} from '../../evidence/availability/availability-store.ts';
import type { Tables } from './tables.ts';

export function performAvailabilityAct(tables: Tables, act: AvailabilityAct): void {
  if (act.do === 'put-serving-span') {
    tables.servingSpans.set(act.span.since, act.span);
    return;
  }
  const spans = spansInOrder(tables);
  const lasting = spans.filter(({ until }) => until >= act.before);
  const kept = new Set(lasting.slice(-MAX_SERVING_SPANS));
  for (const span of spans) if (!kept.has(span)) tables.servingSpans.delete(span.since);
}

export function spansInOrder(tables: Tables): ServingSpan[] {
  return tables.servingSpans.values().sort((one, other) => one.since - other.since);
}
