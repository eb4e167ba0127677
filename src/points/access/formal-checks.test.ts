// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseHeader } from '../../wire/mime/header.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { checkFormally, type FormalLimits } from './formal-checks.ts';

const MEBIBYTE = 1024 * 1024;
const limits: FormalLimits = {
  sizeBytes: 30 * MEBIBYTE,
  recipients: 50,
  headerBytes: 10_000,
  everyHeaderRecipient: false,
  dateRequired: false,
};

const FIELDS = {
  From: 'Anna Verdi <anna@pec.alfa.test>',
  To: 'protocollo@pec.beta.test',
  Subject: 'Convocazione',
  Date: 'Mon, 2 Mar 2026 10:15:02 +0100',
  'Message-ID': '<1@client.test>',
};

interface Case {
  /** Laid over FIELDS; null takes a field out, an array writes it that many times. */
  readonly fields?: Readonly<Record<string, string | null | readonly string[]>>;
  /** Lines put before the other fields, as they are. */
  readonly raw?: string;
  readonly body?: string;
  readonly reversePath?: string;
  readonly forwardPaths?: readonly string[];
  readonly sizeBytes?: number;
  readonly limits?: Partial<FormalLimits>;
}

function check(wanted: Case) {
  const lines: string[] = [];
  for (const [name, value] of Object.entries({ ...FIELDS, ...wanted.fields })) {
    for (const one of value === null ? [] : [value].flat()) lines.push(`${name}: ${one}\r\n`);
  }
  const octets = Buffer.from(`${wanted.raw ?? ''}${lines.join('')}\r\n${wanted.body ?? 'Ciao\r\n'}`);
  return checkFormally(
    {
      header: parseHeader(octets),
      index: indexMessage(octets),
      sizeBytes: wanted.sizeBytes ?? octets.length,
      reversePath: wanted.reversePath ?? 'anna@pec.alfa.test',
      forwardPaths: wanted.forwardPaths ?? ['protocollo@pec.beta.test'],
    },
    { ...limits, ...wanted.limits },
  );
}

/** Problems found, in order. */
function problems(wanted: Case): string[] {
  return check(wanted).map(({ problem }) => problem);
}

const many = (count: number) => Array.from({ length: count }, (_, at) => `u${at}@pec.beta.test`);

type Table = readonly (readonly [sentence: string, wanted: Case, problems: readonly string[]])[];

function checkTable(table: Table): void {
  for (const [sentence, wanted, expected] of table) {
    assert.deepEqual(problems(wanted), expected, sentence);
  }
}

suite('formal checks', () => {
  test('AP-6 a message that conforms passes', () => {
    checkTable([
      ['plain', {}, []],
      ['no body', { body: '' }, []],
      ['no Message-ID, no Subject', { fields: { 'Message-ID': null, Subject: null } }, []],
      ['folded fields', { fields: { Subject: 'uno\r\n due\r\n\ttre' } }, []],
      ['a line of 998 octets', { body: `${'x'.repeat(998)}\r\n` }, []],
      ['no Date, where none is asked for', { fields: { Date: null } }, []],
      ['fields nobody knows', { fields: { 'X-Altro': ['a', 'b'], Received: ['x', 'y'] } }, []],
      ['one Sender', { fields: { Sender: 'Segreteria <s@pec.alfa.test>' } }, []],
    ]);
  });

  test('AP-6 what RFC 5322 does not allow fails', () => {
    checkTable([
      ['a line without colon', { raw: 'questo non va\r\n' }, ['malformed-header']],
      ['mbox line', { raw: '>From anna Mon Mar 2\r\n' }, ['malformed-header']],
      ['8-bit header', { fields: { Subject: 'Perché' } }, ['malformed-header']],
      ['blank in a name', { raw: 'Bad Name: x\r\n' }, ['malformed-header']],
      ['a header line of 999 octets', { fields: { 'X-Lungo': 'x'.repeat(990) } }, ['line-too-long']],
      ['a line of 999 octets', { body: `${'x'.repeat(999)}\r\n` }, ['line-too-long']],
      ['LF alone', { body: 'a\nb\r\n' }, ['bare-line-end']],
      ['CR alone', { body: 'a\rb\r\n' }, ['bare-line-end']],
      ['NUL', { body: 'a\0b\r\n' }, ['nul-octet']],
      ['two Subjects', { fields: { Subject: ['a', 'b'] } }, ['repeated-field']],
      ['two Message-IDs', { fields: { 'Message-ID': ['<1@a.test>', '<2@a.test>'] } }, ['repeated-field']],
      ['two Tos', { fields: { To: [FIELDS.To, FIELDS.To] } }, ['repeated-field']],
      ['a bad Date', { fields: { Date: 'domani' } }, ['bad-date']],
      [
        'no Date where one is asked for',
        { fields: { Date: null }, limits: { dateRequired: true } },
        ['missing-date'],
      ],
      ['a bad Message-ID', { fields: { 'Message-ID': 'uno due' } }, ['bad-message-id']],
      ['two Senders', { fields: { Sender: 'a@b.test, c@d.test' } }, ['malformed-header']],
      ['a Sender that is none', { fields: { Sender: 'nessuno' } }, ['malformed-header']],
      ['a bad Reply-To', { fields: { 'Reply-To': 'nessuno' } }, ['bad-reply-to']],
      ['a bad Cc', { fields: { Cc: 'nessuno' } }, ['bad-cc']],
      ['one octet of header too much', { limits: { headerBytes: 100 } }, ['header-too-large']],
    ]);
  });

  test('AP-7 From holds exactly one valid address', () => {
    checkTable([
      ['none', { fields: { From: null } }, ['missing-from']],
      ['empty', { fields: { From: '' } }, ['bad-from']],
      ['not an address', { fields: { From: 'Anna Verdi' } }, ['bad-from']],
      ['no domain', { fields: { From: '<anna>' } }, ['bad-from']],
      ['two authors', { fields: { From: 'anna@pec.alfa.test, b@pec.alfa.test' } }, ['several-from']],
      ['an empty group', { fields: { From: 'tutti:;' } }, ['bad-from']],
    ]);
  });

  test('AP-8 To holds at least one valid address', () => {
    const onlyCc = { Cc: 'protocollo@pec.beta.test' };
    checkTable([
      ['several', { fields: { To: 'a@x.test, protocollo@pec.beta.test' } }, []],
      ['a group of one', { fields: { To: 'uffici: protocollo@pec.beta.test;' } }, []],
      ['none, only Cc', { fields: { To: null, ...onlyCc } }, ['missing-to']],
      ['empty, only Cc', { fields: { To: '', ...onlyCc } }, ['missing-to']],
      ['an empty group', { fields: { To: 'undisclosed-recipients:;', ...onlyCc } }, ['bad-to']],
      [
        'one that is none among good ones',
        { fields: { To: 'protocollo@pec.beta.test, nessuno' } },
        ['bad-to'],
      ],
    ]);
  });

  test('AP-9 the reverse path is the address in From, in whatever letter case', () => {
    checkTable([
      ['domain in capitals', { reversePath: 'anna@PEC.ALFA.TEST' }, []],
      ['local part in capitals', { reversePath: 'ANNA@pec.alfa.test' }, []],
      ['another local part', { reversePath: 'bruno@pec.alfa.test' }, ['sender-mismatch']],
      ['another domain', { reversePath: 'anna@pec.beta.test' }, ['sender-mismatch']],
      ['the null path', { reversePath: '' }, ['sender-mismatch']],
    ]);
  });

  test('AP-10 every forward path stands in To or Cc', () => {
    const cc = { Cc: 'B <b@x.test>' };
    checkTable([
      ['in Cc', { fields: cc, forwardPaths: ['b@x.test'] }, []],
      ['in other letter case', { forwardPaths: ['PROTOCOLLO@pec.beta.test'] }, []],
      ['inside a group', { fields: { To: 'a: b@x.test, c@x.test;' }, forwardPaths: ['c@x.test'] }, []],
      ['hidden', { forwardPaths: ['protocollo@pec.beta.test', 'z@x.test'] }, ['recipient-not-in-header']],
      [
        'only in Reply-To',
        { fields: { 'Reply-To': 'z@x.test' }, forwardPaths: ['z@x.test'] },
        ['recipient-not-in-header'],
      ],
      ['U-7: one of the header left out', { fields: cc }, []],
      [
        'the same where all are asked for',
        { fields: cc, limits: { everyHeaderRecipient: true } },
        ['header-recipient-not-served'],
      ],
    ]);
    assert.equal(check({ forwardPaths: ['z@x.test'] })[0]?.about, 'z@x.test');
  });

  test('AP-11 Bcc is absent or empty', () => {
    checkTable([
      ['empty', { fields: { Bcc: '' } }, []],
      ['blank', { fields: { Bcc: '  ' } }, []],
      ['not empty', { fields: { Bcc: 'z@x.test' } }, ['bcc-present']],
      ['unreadable', { fields: { Bcc: '???' } }, ['bcc-present']],
      ['in small letters', { fields: { bcc: 'z@x.test' } }, ['bcc-present']],
    ]);
  });

  test('AP-12 AP-15 the size, and the size times the recipients, stay within the limit', () => {
    const two = { fields: { To: 'a@x.test, b@x.test' }, forwardPaths: ['a@x.test', 'b@x.test'] };
    checkTable([
      ['at the limit', { sizeBytes: limits.sizeBytes }, []],
      ['one octet above', { sizeBytes: limits.sizeBytes + 1 }, ['too-large']],
      ['the product at the limit', { ...two, sizeBytes: 15 * MEBIBYTE }, []],
      ['the product above', { ...two, sizeBytes: 15 * MEBIBYTE + 1 }, ['too-large-for-recipients']],
    ]);
    assert.equal(check({ sizeBytes: limits.sizeBytes + 1 })[0]?.about, String(limits.sizeBytes + 1));
  });

  test('AP-13 fifty recipients are allowed, and one above the limit is not', () => {
    const to = (count: number): Case => ({
      fields: { To: many(count).join(',\r\n ') },
      forwardPaths: many(count),
    });
    checkTable([
      ['50', to(50), []],
      ['51', to(51), ['too-many-recipients']],
    ]);
  });

  test('AP-14 all that is wrong is told at once, in the order of the law', () => {
    const wrong: Case = {
      fields: { From: 'bruno@pec.alfa.test', To: null, Bcc: 'z@x.test' },
      forwardPaths: ['z@x.test'],
      sizeBytes: limits.sizeBytes + 1,
    };
    assert.deepEqual(problems(wrong), [
      'sender-mismatch',
      'missing-to',
      'bcc-present',
      'recipient-not-in-header',
      'too-large',
    ]);
  });

  test('AP-6 no octets make the checks throw', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.array(fc.string(), { maxLength: 3 }),
        (octets, paths) => {
          const message = Buffer.from(octets);
          checkFormally(
            {
              header: parseHeader(message),
              index: indexMessage(message),
              sizeBytes: message.length,
              reversePath: paths[0] ?? '',
              forwardPaths: paths,
            },
            limits,
          );
        },
      ),
    );
  });
});
