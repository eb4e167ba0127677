// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexMessage } from './mime-index.ts';
import { findPart, isEmbeddedMessage, mediaType, partFileName, walkParts } from './mime-tree.ts';

const message = [
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: message/rfc822; name=postacert.eml',
  '',
  'Content-Type: text/html',
  '',
  '<p>',
  '--b',
  'Content-Type: application/xml; name=type.xml',
  'Content-Disposition: attachment; filename=daticert.xml',
  '',
  '--b--',
].join('\r\n');
const { root } = indexMessage(Buffer.from(message));

test('walking: depth first, with what a part lies in', () => {
  assert.deepEqual(
    [...walkParts(root)].map(({ part, ancestors }) => [...ancestors, part].map(mediaType).join(' > ')),
    [
      'multipart/mixed',
      'multipart/mixed > message/rfc822',
      'multipart/mixed > message/rfc822 > text/html',
      'multipart/mixed > application/xml',
    ],
  );
});

test('walking: parts may be passed over', () => {
  const seen = [...walkParts(root, (part) => !isEmbeddedMessage(part))].map(({ part }) => part.type);
  assert.deepEqual(seen, ['multipart', 'message', 'application']);
});

test('finding: by any test, and names in their order of trust', () => {
  assert.equal(findPart(root, (part) => partFileName(part) === 'daticert.xml')?.subtype, 'xml');
  assert.equal(findPart(root, (part) => partFileName(part) === 'postacert.eml')?.type, 'message');
  assert.equal(
    findPart(root, (part) => part.type === 'video'),
    undefined,
  );
});
