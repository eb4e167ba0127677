// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECEIPT_TYPES, type ReceiptType } from '../certification-data/certification-data.ts';
import { chooseReceipt, readReceiptType } from './receipt-choice.ts';

const ME = 'protocollo@pec.comune-valle.test';
const OTHER = 'altri@pec.comune-valle.test';

function choose(requested: ReceiptType, to: string[], cc: string[]): ReceiptType {
  return chooseReceipt({ requested, recipient: ME, to, cc });
}

test('DP-7 DP-8 who is in To gets what was asked for, who is in Cc the concise one', () => {
  for (const requested of RECEIPT_TYPES) {
    assert.equal(choose(requested, [`Io <${ME}>, ${OTHER}`], [OTHER]), requested);
    assert.equal(choose(requested, [OTHER], [`${OTHER}, ${ME.toUpperCase()}`]), 'sintetica');
    assert.equal(choose(requested, [], [ME]), 'sintetica');
  }
});

test('DP-9 who cannot be classified counts as primary', () => {
  for (const requested of RECEIPT_TYPES) {
    assert.equal(choose(requested, [ME], [ME]), requested, 'in both');
    assert.equal(choose(requested, [OTHER], [OTHER]), requested, 'in neither');
    assert.equal(choose(requested, [], []), requested, 'no fields');
    assert.equal(choose(requested, ['@@ <<'], [ME]), requested, 'unreadable To');
    assert.equal(choose(requested, [OTHER], ['@@ <<']), requested, 'unreadable Cc');
  }
});

test('DP-7 several fields and groups are read as one list', () => {
  assert.equal(choose('completa', [OTHER], [OTHER, `Uffici: a@b.test, ${ME};`]), 'sintetica');
  assert.equal(choose('breve', [OTHER, ME], ['']), 'breve');
});

test('AP-28 DP-6 the type is read whatever its letters and blanks; anything else is completa', () => {
  assert.equal(readReceiptType(' Breve '), 'breve');
  assert.equal(readReceiptType('SINTETICA'), 'sintetica');
  for (const value of [undefined, '', 'completa', 'complet', 'nessuna']) {
    assert.equal(readReceiptType(value), 'completa');
  }
});
