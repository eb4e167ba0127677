// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCertificationData } from '../../src/evidence/certification-data/reader.ts';
import { findNamedPart } from '../../src/evidence/certified-parts.ts';
import { claimOf, messageKind, recognise } from '../../src/evidence/recognition.ts';
import { parseHeader } from '../../src/wire/mime/header.ts';
import { indexMessage } from '../../src/wire/mime/mime-index.ts';
import { decodeTransferred } from '../../src/wire/mime/transfer-encoding.ts';
import { draftOf, goldenCases, readDraft } from './golden-case.ts';

test('IP-9 every golden draft is recognised as what it is, with the data it was given', async () => {
  for (const golden of goldenCases()) {
    const draft = await draftOf(golden);
    const octets = await readDraft(draft);
    const header = parseHeader(octets);
    const index = indexMessage(octets);
    if (draft.kind === 'anomaly-envelope') {
      assert.equal(claimOf(header).kind, 'anomaly-envelope', golden.name);
      continue;
    }
    const xml = findNamedPart(index, 'daticert.xml');
    assert.ok(xml !== undefined);
    const certificationData = readCertificationData(
      decodeTransferred(xml.encoding, octets.subarray(xml.bodyStart, xml.bodyEnd)),
    );
    const recognition = recognise({ header, index, certificationData });
    assert.ok(recognition.kind !== 'neither', golden.name);
    assert.equal(messageKind(recognition, { header, index }), draft.kind, golden.name);
    const { message } = golden.facts;
    assert.equal(recognition.data.instant, draft.instant - (draft.instant % 1000));
    assert.deepEqual(recognition.data.recipients, message.recipients);
    assert.equal(recognition.data.messageId, message.messageId);
    if (recognition.kind === 'transport-envelope') assert.deepEqual(recognition.soft, [], golden.name);
  }
});

test('AP-24 the original within each envelope is the input, but for AP-23', async () => {
  for (const golden of goldenCases()) {
    const { input, facts } = golden;
    if (input === undefined || !['transport-envelope', 'anomaly-envelope'].includes(facts.draft)) continue;
    const octets = await readDraft(await draftOf(golden));
    // Cut out by hand: between the part's header and the closing boundary with the line end before it.
    const start = octets.indexOf('\r\n\r\n', octets.indexOf('message/rfc822; name="postacert.eml"')) + 4;
    const embedded = octets.subarray(start, octets.lastIndexOf('\r\n--=_ceralacca-'));
    const strip = (message: Buffer): Buffer => {
      const header = parseHeader(message);
      const kept = header.fields.filter(
        ({ key }) => key !== 'message-id' && key !== 'x-riferimento-message-id',
      );
      return Buffer.concat([
        ...kept.map(({ start, end }) => message.subarray(start, end)),
        message.subarray(header.end),
      ]);
    };
    if (facts.draft === 'anomaly-envelope') assert.ok(embedded.equals(input), golden.name);
    else if (golden.name === '37-header-only')
      assert.equal(strip(embedded).toString(), `${strip(input)}\r\n`);
    else assert.ok(strip(embedded).equals(strip(input)), golden.name);
  }
});

test('SIG-4 every entity ends with its closing boundary and one line end, as programs write it that write it anew', async () => {
  for (const golden of goldenCases()) {
    const octets = await readDraft(await draftOf(golden));
    assert.match(octets.subarray(-60).toString('latin1'), /\r\n--=_ceralacca-\w+-m--\r\n$/, golden.name);
  }
});

test('AP-24 the frame holds none of the original, so that it is stored once', async () => {
  const plain = goldenCases().find(({ name }) => name === '04-transport-envelope');
  assert.ok(plain !== undefined);
  const { entity } = await draftOf(plain);
  assert.deepEqual(
    entity.map((piece) => (piece instanceof Uint8Array ? 'ours' : 'theirs')),
    ['ours', 'theirs', 'ours'],
  );
});
