// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mailbox } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { Submission } from '../../../mailroom/tracking/tracking-store.ts';
import { RowsAtHand } from './rows-at-hand.ts';

const mailbox: Mailbox = {
  id: 7,
  address: 'ufficio@alfa.test',
  holder: 'Ufficio',
  status: 'active',
  role: 'user',
  quotaBytes: 1000,
  filesReceipts: false,
};
const submission: Submission = {
  identifier: 'opec1@alfa.test',
  sender: 'ufficio@alfa.test',
  recipients: [],
  replyTo: '',
  mailbox: 7,
  receiptType: 'completa',
  acceptedAt: 0,
};

/** Rows as a database gives them, and how often it was asked. */
function database() {
  const rows = { mailbox: mailbox as Mailbox | undefined, submission: undefined as Submission | undefined };
  let reads = 0;
  return {
    rows,
    reads: () => reads,
    mailbox: () => {
      reads++;
      return rows.mailbox;
    },
    submission: () => {
      reads++;
      return rows.submission;
    },
  };
}

test('a mailbox is read once, and one that was put is known as it was put', () => {
  const atHand = new RowsAtHand();
  const read = database();
  assert.equal(atHand.mailbox('Ufficio@alfa.test', read.mailbox)?.status, 'active');
  assert.equal(atHand.mailboxOf(7, () => assert.fail('it is known')).holder, 'Ufficio');
  const { id, ...put } = { ...mailbox, status: 'disabled' as const, address: 'UFFICIO@alfa.test' };
  atHand.hear({ do: 'put-mailbox', mailbox: put, folders: [] }, { gave: 'mailbox', mailbox: id });
  assert.deepEqual(atHand.mailbox('ufficio@alfa.test', read.mailbox), { ...mailbox, status: 'disabled' });
  assert.equal(atHand.mailboxOf(7, () => assert.fail('it is known')).status, 'disabled');
  assert.equal(read.reads(), 1);
});

test('an address without a mailbox is looked for each time', () => {
  const atHand = new RowsAtHand();
  const read = database();
  read.rows.mailbox = undefined;
  assert.equal(atHand.mailbox('nuova@alfa.test', read.mailbox), undefined);
  read.rows.mailbox = { ...mailbox, address: 'nuova@alfa.test' };
  assert.equal(atHand.mailbox('nuova@alfa.test', read.mailbox)?.id, 7);
});

test('a submission is read once, and again when one was put or something may have been', () => {
  const atHand = new RowsAtHand();
  const read = database();
  const find = () => atHand.submission(submission.identifier, read.submission);
  assert.deepEqual([find(), find(), read.reads()], [undefined, undefined, 1]);
  read.rows.submission = submission;
  atHand.hear({ do: 'put-submission', submission }, undefined);
  assert.deepEqual([find(), find(), read.reads()], [submission, submission, 2]);
  atHand.forget();
  assert.deepEqual([find(), read.reads()], [submission, 3]);
});
