// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { HASH, message, read, recipient, record, withIndex } from '../../../test/evidence/report-sample.ts';
import { NEVER_PROVED } from '../wording/report-claims.ts';
import { drawReport } from './report.ts';

suite('what has no room', () => {
  test('is cut visibly, on one page for each recipient', () => {
    const recipients = Array.from({ length: 12 }, (_, at) => ({
      ...recipient,
      address: `destinatario-${at}@${'nome-di-dominio-lungo.'.repeat(8)}test`,
    }));
    const many = Array.from({ length: 150 }, (_, at) => at + 100);
    const pages = read(
      drawReport({
        ...withIndex({
          ...{
            recipients,
            subject: 'Oggetto '.repeat(3000),
            sender: 'x'.repeat(5000),
            identifier: 'i'.repeat(900),
          },
          provider: { name: 'Gestore '.repeat(200), serviceAddress: 's'.repeat(500) },
          messages: many.slice(0, 60).map((at) =>
            message('timeout-12h', {
              file: `messages/notice-${at}.eml`,
              provider: 'P'.repeat(400),
              signer: `${at}`,
            }),
          ),
          records: many.map((sequence) => ({ sequence, leaf: HASH, inclusion: [] })),
          missing: many.map((at) => ({
            what: 'certificato',
            why: 'non-conservato',
            text: `${'manca '.repeat(100)}${at}`,
          })),
        }),
        records: many.map((sequence) => record(sequence, 'envelope-sent')),
      }),
    );
    assert.equal(pages.length, 12);
    for (const [at, page] of pages.entries()) {
      assert.ok(page.includes(`pagina ${at + 1} di 12`), page);
      assert.ok(page.includes('[…] per intero in index.xml'), page);
      assert.match(page, /\[…\] altri \d+ eventi: per intero in index\.xml/);
      assert.match(page, /Altre mancanze: \d+; sono elencate in index\.xml\./);
      assert.ok(page.includes(NEVER_PROVED.read) && page.includes('ceralacca verify'), page);
    }
  });

  test('whatever the texts hold, nothing reaches beyond the page and nothing throws', () => {
    const wild = fc.string({ unit: 'binary', maxLength: 400 });
    fc.assert(
      fc.property(wild, wild, wild, wild, (subject, sender, name, gap) => {
        const pdf = drawReport(
          withIndex({
            ...{ subject, sender, provider: { name, serviceAddress: sender } },
            missing: [{ what: 'certificato', why: 'danneggiato', text: gap }],
          }),
        );
        for (const [left, right, bottom] of boxes(pdf)) {
          assert.ok(left >= 41 && right <= 556 && bottom <= 830, `${left} ${right} ${bottom}`);
        }
      }),
      { numRuns: 15 },
    );
  });
});

/** Where poppler finds words. */
function boxes(pdf: Uint8Array): readonly (readonly [left: number, right: number, bottom: number])[] {
  const { stdout } = spawnSync('pdftotext', ['-bbox', '-', '-'], { input: pdf });
  const words = [...stdout.toString().matchAll(/<word xMin="(.*?)" yMin=".*?" xMax="(.*?)" yMax="(.*?)">/g)];
  assert.ok(words.length > 200);
  return words.map(([, left, right, bottom]) => [Number(left), Number(right), Number(bottom)]);
}
