// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readMailboxFile } from './mailbox-file.ts';

const HEAD = 'address;holder;quota;files-receipts;ordinary';
const defectOf = (text: string) =>
  readMailboxFile(text)
    .defects.map(({ line, defect }) => `${line} ${defect}`)
    .join();

suite('a file of mailboxes', () => {
  test('is read as spreadsheets write it, by the names of its columns', () => {
    const text = [
      `\ufeff${HEAD}`,
      'anna@pec.alfa.test;Anna Verdi;500m;on;Deliver',
      '',
      ' bruno@pec.alfa.test ; "Studio ""Neri""; Bianchi" ;;;',
      'carla@pec.alfa.test;Carla, e altri;2G;off;provider',
    ].join('\r\n');
    const { mailboxes, defects } = readMailboxFile(text);
    assert.deepEqual(defects, []);
    assert.deepEqual(mailboxes, [
      {
        line: 2,
        mailbox: {
          address: 'anna@pec.alfa.test',
          holder: 'Anna Verdi',
          quotaBytes: 500 * 1024 ** 2,
          filesReceipts: true,
          ordinaryMail: 'deliver',
        },
      },
      { line: 4, mailbox: { address: 'bruno@pec.alfa.test', holder: 'Studio "Neri"; Bianchi' } },
      {
        line: 5,
        mailbox: {
          address: 'carla@pec.alfa.test',
          holder: 'Carla, e altri',
          quotaBytes: 2 * 1024 ** 3,
          filesReceipts: false,
          ordinaryMail: 'provider',
        },
      },
    ]);
    assert.equal(
      readMailboxFile('Holder,Address\n"Verdi, Anna",a@b.test').mailboxes[0]?.mailbox.holder,
      'Verdi, Anna',
    );
  });

  test('a first line that does not say the columns is told, and nothing is read', () => {
    for (const [head, defect] of [
      ['', 'head'],
      ['anna@pec.alfa.test;Anna', 'head'],
      ['address;quota', 'head'],
      ['address;holder;telephone', 'column'],
      ['address;holder;holder', 'column-twice'],
      ['address;"holder', 'quotes'],
    ] as const) {
      const { mailboxes, defects } = readMailboxFile(`${head}\na@b.test;x;y`);
      assert.deepEqual([mailboxes, defects], [[], [{ line: 1, defect }]], head);
    }
  });

  test('every line that is wrong is told with its number', () => {
    for (const [line, defect] of [
      ['a@b.test;Anna;1G;on', '2 cells'],
      ['a@b.test;Anna;1G;on;refuse;more', '2 cells'],
      ['a@b.test;"Anna;1G;on;refuse', '2 quotes'],
      ['a@b.test;An"na;1G;on;refuse', '2 quotes'],
      ['a@b.test;"Anna"x;1G;on;refuse', '2 quotes'],
      [';Anna;1G;on;refuse', '2 address-missing'],
      ['a@b.test;Anna;big;on;refuse', '2 quota'],
      ['a@b.test;Anna;0;on;refuse', '2 quota'],
      ['a@b.test;Anna;99999999999T;on;refuse', '2 quota'],
      ['a@b.test;Anna;1G;yes;refuse', '2 files-receipts'],
      ['a@b.test;Anna;1G;toString;refuse', '2 files-receipts'],
      ['a@b.test;Anna;1G;on;keep', '2 ordinary'],
    ] as const)
      assert.equal(defectOf(`${HEAD}\n${line}`), defect, line);
    assert.equal(defectOf(`${HEAD}\nx\n\na@b.test;Anna;;;\ny`), '2 cells,5 cells');
  });
});
