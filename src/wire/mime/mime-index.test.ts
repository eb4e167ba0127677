// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexMessage, type MimeIndex, type MimePart } from './mime-index.ts';

const crlf = (...lines: string[]) => Buffer.from(lines.join('\r\n'), 'latin1');

/** A drawing of the tree: type, and the body between bars. */
function draw(message: Buffer, part: MimePart = indexMessage(message).root): unknown {
  const name = `${part.type}/${part.subtype}`;
  if (part.parts.length > 0) return [name, ...part.parts.map((child) => draw(message, child))];
  return `${name}|${message.toString('latin1', part.bodyStart, part.bodyEnd)}|`;
}

interface Row {
  readonly title: string;
  readonly message: Buffer;
  readonly tree: unknown;
  readonly defects?: MimeIndex['defects'];
}

const MULTIPART = 'Content-Type: multipart/mixed; boundary=b';

const rows: Row[] = [
  { title: 'nothing at all', message: Buffer.alloc(0), tree: 'text/plain||' },
  { title: 'a plain message', message: crlf('Subject: x', '', 'hello', ''), tree: 'text/plain|hello\r\n|' },
  { title: 'a body without header', message: crlf('', 'hello'), tree: 'text/plain|hello|' },
  {
    title: 'a header without body or empty line',
    message: crlf('Subject: x', ''),
    tree: 'text/plain||',
    defects: ['header-without-end'],
  },
  {
    title: 'preamble, epilogue, blanks after boundaries',
    message: crlf(
      MULTIPART,
      '',
      'pre',
      '--b \t',
      '',
      'one',
      '--b',
      'Content-Type: TEXT/HTML',
      '',
      'two',
      '--b--  ',
      'epi',
    ),
    tree: ['multipart/mixed', 'text/plain|one|', 'text/html|two|'],
  },
  {
    title: 'only the line end before a boundary belongs to it',
    message: crlf(MULTIPART, '', '--b', '', 'one', '', '', '--b--', ''),
    tree: ['multipart/mixed', 'text/plain|one\r\n\r\n|'],
  },
  {
    title: 'the empty line after a header also ends at the boundary',
    message: crlf(MULTIPART, '', '--b', '', '--b', 'X: y', '', '--b--'),
    tree: ['multipart/mixed', 'text/plain||', 'text/plain||'],
  },
  {
    title: 'parts without header, body or empty line',
    message: crlf(MULTIPART, '', '--b', '--b', 'Content-Type: text/html', '--b--'),
    tree: ['multipart/mixed', 'text/plain||', 'text/html||'],
    defects: ['header-without-end'],
  },
  {
    title: 'a missing closing boundary: the last body reaches to the end',
    message: crlf(MULTIPART, '', '--b', '', 'one', ''),
    tree: ['multipart/mixed', 'text/plain|one\r\n|'],
    defects: ['closing-boundary-missing'],
  },
  {
    title: 'an inner multipart ended by the boundary of the outer',
    message: crlf(
      MULTIPART,
      '',
      '--b',
      'Content-Type: multipart/alternative; boundary=i',
      '',
      '--i',
      '',
      'one',
      '--b',
      '',
      'two',
      '--b--',
    ),
    tree: ['multipart/mixed', ['multipart/alternative', 'text/plain|one|'], 'text/plain|two|'],
    defects: ['closing-boundary-missing'],
  },
  {
    title: 'a boundary that begins another one, either way round',
    message: crlf(
      MULTIPART,
      '',
      '--b',
      'Content-Type: multipart/mixed; boundary=bb',
      '',
      '--bb',
      'Content-Type: multipart/mixed; boundary="b--"',
      '',
      '--b--',
      '',
      'deep',
      '--b----',
      '--bb',
      '',
      '--bbb',
      '--bb--',
      '--b',
      '',
      'last',
      '--b--',
    ),
    tree: [
      'multipart/mixed',
      ['multipart/mixed', ['multipart/mixed', 'text/plain|deep|'], 'text/plain|--bbb|'],
      'text/plain|last|',
    ],
  },
  {
    title: 'the same boundary within itself: the innermost counts, and after its end the outer again',
    message: crlf(
      MULTIPART,
      '',
      '--b',
      MULTIPART,
      '',
      '--b',
      '',
      'in',
      '--b--',
      '--b',
      '',
      'out',
      '--b--',
      '--b',
      'epilogue',
    ),
    tree: ['multipart/mixed', ['multipart/mixed', 'text/plain|in|'], 'text/plain|out|'],
  },
  {
    title: 'boundaries after the closing one are epilogue',
    message: crlf(MULTIPART, '', '--b', '', 'one', '--b--', '--b', '', 'never', '--b--'),
    tree: ['multipart/mixed', 'text/plain|one|'],
  },
  {
    title: 'something after the boundary on its line makes it text',
    message: crlf(MULTIPART, '', '--b', '', 'one', '--b x', '--bx', '--b-', ' --b', '--b--'),
    tree: ['multipart/mixed', 'text/plain|one\r\n--b x\r\n--bx\r\n--b-\r\n --b|'],
  },
  {
    title: 'a boundary of blanks and specials, quoted, in a folded field',
    message: crlf(
      'content-type: Multipart/Mixed;',
      '\tBOUNDARY="=_ (a) \\"b\\" "',
      '',
      '--=_ (a) "b"',
      '',
      'one',
      '--=_ (a) "b"--',
    ),
    tree: ['multipart/mixed', 'text/plain|one|'],
  },
  {
    title: 'an unquoted boundary with an equals sign, as many write it',
    message: crlf(
      'Content-Type: multipart/mixed; boundary=----=_Part_1.2 ; charset=x',
      '',
      '------=_Part_1.2',
      '',
      'one',
      '------=_Part_1.2--',
    ),
    tree: ['multipart/mixed', 'text/plain|one|'],
  },
  {
    title: 'a multipart without boundary, and one whose boundary never comes',
    message: crlf(
      MULTIPART,
      '',
      '--b',
      'Content-Type: multipart/mixed',
      '',
      'x',
      '--b',
      'Content-Type: multipart/mixed; boundary=never',
      '',
      'y',
      '--b--',
    ),
    tree: ['multipart/mixed', 'multipart/mixed|x|', 'multipart/mixed|y|'],
    defects: ['multipart-without-boundary', 'closing-boundary-missing', 'multipart-without-parts'],
  },
  {
    title: 'an embedded message, whose multipart the outer boundary ends',
    message: crlf(
      MULTIPART,
      '',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'Subject: in',
      'Content-Type: multipart/mixed; boundary=m',
      '',
      '--m',
      '',
      'one',
      '--b--',
    ),
    tree: ['multipart/mixed', ['message/rfc822', ['multipart/mixed', 'text/plain|one|']]],
    defects: ['closing-boundary-missing'],
  },
  {
    title: 'an embedded message without anything in it',
    message: crlf(
      MULTIPART,
      '',
      '--b',
      'Content-Type: message/rfc822',
      '',
      '--b',
      'Content-Type: message/rfc822',
      '--b--',
    ),
    tree: ['multipart/mixed', ['message/rfc822', 'text/plain||'], ['message/rfc822', 'text/plain||']],
    defects: ['header-without-end'],
  },
  {
    title: 'the parts of a digest are messages unless they say otherwise',
    message: crlf(
      'Content-Type: multipart/digest; boundary=b',
      '',
      '--b',
      '',
      'Subject: 1',
      '',
      'one',
      '--b',
      'Content-Type: text/plain',
      '',
      'two',
      '--b--',
    ),
    tree: ['multipart/digest', ['message/rfc822', 'text/plain|one|'], 'text/plain|two|'],
  },
  {
    title: 'an embedded message in base64 stays closed',
    message: crlf(
      'Content-Type: message/rfc822',
      'Content-Transfer-Encoding: BASE64',
      '',
      'U3ViamVjdDogeA0K',
    ),
    tree: 'message/rfc822|U3ViamVjdDogeA0K|',
    defects: ['encoded-container'],
  },
  {
    title: 'a multipart that claims an encoding is opened all the same',
    message: crlf(MULTIPART, 'Content-Transfer-Encoding: quoted-printable', '', '--b', '', 'one', '--b--'),
    tree: ['multipart/mixed', 'text/plain|one|'],
    defects: ['encoded-container'],
  },
  {
    title: 'other message types stay closed',
    message: crlf('Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; x', ''),
    tree: 'message/delivery-status|Reporting-MTA: dns; x\r\n|',
  },
  {
    title: 'a content type that cannot be read is text/plain',
    message: crlf('Content-Type: text', '', 'x'),
    tree: 'text/plain|x|',
    defects: ['malformed-content-type'],
  },
  {
    title: 'of two content types the first counts',
    message: crlf('Content-Type: text/html', 'Content-Type: text/plain', '', 'x'),
    tree: 'text/html|x|',
    defects: ['repeated-content-field'],
  },
  {
    title: 'a line of blanks does not end a header; a line without colon does not either',
    message: crlf('Subject: x', ' ', 'From MAILER', 'Content-Type: text/html', '', 'x'),
    tree: 'text/html|x|',
    defects: ['malformed-header'],
  },
  {
    title: 'LF alone ends lines too, mixed with CRLF',
    message: Buffer.from(`${MULTIPART}\n\n--b\n\none\r\n\n--b\r\n\r\ntwo\n--b--\n`),
    tree: ['multipart/mixed', 'text/plain|one\r\n|', 'text/plain|two|'],
  },
  {
    title: 'CR alone ends nothing',
    message: Buffer.from(`${MULTIPART}\r\n\r\n--b\r\n\r\none\r--b--\rx\r\n--b--`),
    tree: ['multipart/mixed', 'text/plain|one\r--b--\rx|'],
  },
];

for (const { title, message, tree, defects = [] } of rows) {
  test(`index: ${title}`, () => {
    assert.deepEqual(draw(message), tree);
    assert.deepEqual(indexMessage(message).defects, defects);
  });
}
