// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CountingIds } from '../../platform/ids.ts';
import { parseHeader } from '../../wire/mime/header.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { readPieces } from '../../wire/mime/octets.ts';
import { decodeTransferred } from '../../wire/mime/transfer-encoding.ts';
import type { CertificationData } from '../certification-data/certification-data.ts';
import { readCertificationData } from '../certification-data/reader.ts';
import { findNamedPart, findText } from '../certified-parts.ts';
import type { Draft, DraftFacts } from '../draft.ts';
import { draftAcceptance } from '../receipts/acceptance.ts';
import { draftTakeCharge } from '../receipts/take-charge.ts';
import { isSecondTimeout, type NonDeliveryCause } from '../wording/errors.ts';
import { draftNonAcceptance } from './non-acceptance.ts';
import { draftNonDelivery } from './non-delivery.ts';
import { draftTimeoutNotice } from './timeout.ts';
import { draftNonAcceptanceForVirus, draftVirusDetection, draftVirusNonDelivery } from './virus.ts';

const SENDER = 'anna.verdi@pec.comune-borgo.test';
const ONE = 'protocollo@pec.comune-valle.test';
const SERVICE = 'servizio@gestore-alfa.test';
const FACTS: DraftFacts = {
  provider: {
    name: 'Gestore Beta S.r.l.',
    domain: 'gestore-beta.test',
    serviceAddress: 'posta-certificata@gestore-beta.test',
  },
  ids: new CountingIds(),
  instant: Date.parse('2024-11-15T18:20:38+01:00'),
  about: {
    identifier: 'pec4711@gestore-alfa.test',
    sender: SENDER,
    recipients: [
      { address: ONE, certified: true },
      { address: 'tributi@pec.comune-valle.test', certified: true },
    ],
    replyTo: 'altra@pec.comune-borgo.test',
    messageId: '<old@client.test>',
  },
};

interface Reading {
  readonly draft: Draft;
  readonly field: (name: string) => string | undefined;
  readonly data: CertificationData;
  readonly text: string;
}

async function look(draft: Draft): Promise<Reading> {
  const entity = await readPieces(draft.entity);
  const index = indexMessage(entity);
  const body = (part: ReturnType<typeof findNamedPart>): Buffer => {
    assert.ok(part !== undefined);
    return decodeTransferred(part.encoding, entity.subarray(part.bodyStart, part.bodyEnd));
  };
  const reading = readCertificationData(body(findNamedPart(index, 'daticert.xml')));
  assert.ok(reading.ok);
  assert.equal(findNamedPart(index, 'postacert.eml'), undefined);
  const header = parseHeader(draft.header);
  return {
    draft,
    field: (name) => header.first(name)?.value,
    data: reading.data,
    text: body(findText(index).part).toString('latin1'),
  };
}

test('GEN-6 GEN-7 GEN-9 what is for the user goes to the reverse path, whatever Reply-To says', async () => {
  for (const draft of [
    draftAcceptance(FACTS),
    draftNonAcceptance({ ...FACTS, error: 'x' }),
    draftNonAcceptanceForVirus({ ...FACTS, virus: 'Eicar' }),
    draftTimeoutNotice({ ...FACTS, recipient: ONE, hours: 12 }),
    draftVirusNonDelivery({ ...FACTS, recipient: ONE, virus: 'Eicar' }),
    draftNonDelivery({ ...FACTS, recipient: ONE, cause: 'refused' }),
  ]) {
    const { field } = await look(draft);
    assert.deepEqual(draft.to, [SENDER], draft.kind);
    assert.equal(field('To'), SENDER);
    assert.equal(field('From'), 'posta-certificata@gestore-beta.test'); // GEN-7
  }
});

test('GEN-14 every notification names the PEC msgid, and has an id of its own', async () => {
  const { draft, field, data, text } = await look(draftNonAcceptance({ ...FACTS, error: 'x' }));
  assert.equal(data.identifier, 'pec4711@gestore-alfa.test');
  assert.ok(text.includes('\r\nIdentificativo messaggio: pec4711@gestore-alfa.test\r\n'));
  assert.match(draft.messageId, /^[a-z0-9]{24}@gestore-beta\.test$/); // GEN-13
  assert.equal(field('Message-ID'), `<${draft.messageId}>`);
});

test('IP-13 a take-charge receipt lists all recipients and those it covers', async () => {
  const draft = draftTakeCharge({ ...FACTS, serviceMailbox: SERVICE, takenInCharge: [ONE] });
  const { data } = await look(draft);
  assert.deepEqual(draft.to, [SERVICE]);
  assert.deepEqual(data.recipients, FACTS.about.recipients);
  assert.deepEqual(data.takenInCharge, [ONE]);
});

test('what other documents added to the facts is not carried on', async () => {
  const about = {
    ...FACTS.about,
    takenInCharge: ['x@y.test'],
    receiptType: 'breve',
    deliveredTo: 'x@y.test',
  };
  const { data } = await look(draftAcceptance({ ...FACTS, about }));
  assert.equal(data.takenInCharge, undefined);
  assert.equal(data.receiptType, undefined);
  assert.equal(data.deliveredTo, undefined);
});

test('the notice of non-acceptance says why, in text and data', async () => {
  const { data, text, field } = await look(draftNonAcceptance({ ...FACTS, error: 'assenza di Caffè' }));
  assert.equal(data.error, 'altro');
  assert.equal(data.extendedError, 'assenza di Caffè');
  assert.ok(text.includes('\r\na causa di assenza di Caffè.\r\n'));
  assert.equal(field('X-VerificaSicurezza'), undefined);
});

test('notices about viruses carry the sign, the class and the name of the virus', async () => {
  const virus = 'Eicar-Test-Signature';
  const atAccess = await look(draftNonAcceptanceForVirus({ ...FACTS, virus }));
  const detected = await look(
    draftVirusDetection({ ...FACTS, virus, recipient: ONE, serviceMailbox: SERVICE }),
  );
  assert.deepEqual(detected.draft.to, [SERVICE]);
  assert.equal(detected.field('X-Mittente'), SENDER);
  assert.equal(detected.field('X-VerificaSicurezza'), undefined);
  // Everything M9 says comes out of M8.
  const { data } = detected;
  const told = await look(
    draftVirusNonDelivery({
      ...FACTS,
      about: data,
      recipient: data.deliveredTo ?? '',
      virus: data.extendedError ?? '',
    }),
  );
  for (const one of [atAccess, detected, told]) {
    assert.equal(one.data.error, 'virus');
    assert.ok(one.text.includes(`è stato rilevato un problema di sicurezza ${virus}.`));
  }
  for (const one of [atAccess, told]) assert.equal(one.field('X-VerificaSicurezza'), 'errore');
  assert.equal(told.data.deliveredTo, ONE);
});

test('the two timeout notices differ in text and error only', async () => {
  const at = async (hours: 12 | 24) => look(draftTimeoutNotice({ ...FACTS, recipient: ONE, hours }));
  const [first, second] = [await at(12), await at(24)];
  for (const name of ['X-Ricevuta', 'Subject']) assert.equal(first.field(name), second.field(name));
  assert.equal(first.data.error, 'altro');
  assert.ok(first.text.includes('nelle prime dodici ore'));
  assert.ok(second.text.includes('nelle ventiquattro ore successive'));
  assert.equal(isSecondTimeout(first.data.extendedError ?? ''), false);
  assert.equal(isSecondTimeout(second.data.extendedError ?? ''), true);
  assert.match(second.data.extendedError ?? '', /^5\.4\.1 - Gestore Beta S\.r\.l\. - /);
});

test('DP-22 each cause has its class and its status code', async () => {
  const table: readonly (readonly [NonDeliveryCause, string, string])[] = [
    ['unknown-mailbox', 'no-dest', '5.1.1'],
    ['unknown-domain', 'no-dominio', '5.1.2'],
    ['mailbox-full', 'altro', '5.2.2'],
    ['mailbox-disabled', 'altro', '5.2.1'],
    ['message-too-large', 'altro', '5.3.4'],
    ['refused', 'altro', '5.0.0'],
    ['expired', 'altro', '5.4.7'],
    ['internal', 'altro', '5.3.0'],
  ];
  for (const [cause, error, status] of table) {
    const { data, text, field } = await look(draftNonDelivery({ ...FACTS, recipient: ONE, cause }));
    assert.equal(data.error, error);
    assert.equal(data.deliveredTo, ONE);
    assert.ok(data.extendedError?.startsWith(`${status} - Gestore Beta S.r.l. - `));
    assert.ok(text.replace(/\r\n/g, ' ').includes(`è stato rilevato un errore ${data.extendedError}.`));
    assert.equal(field('X-VerificaSicurezza'), undefined);
  }
});

test('SEC-14 what a peer said is cut and cleaned', async () => {
  const detail = `550 no\r\n<b>\u0000${'x'.repeat(1000)}`;
  const { data } = await look(draftNonDelivery({ ...FACTS, recipient: ONE, cause: 'refused', detail }));
  assert.match(data.extendedError ?? '', /^5\.0\.0 - Gestore Beta S\.r\.l\. - [^(]* \(550 no <b> x+\)$/);
  assert.ok((data.extendedError ?? '').length < 420);
});
