// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { parseHeader } from '../../src/wire/mime/header.ts';
import { checkCertificationData, checkSignatures } from './checks.ts';
import { ORIGINALS, type OriginalKind } from './originals.ts';
import { bodyOf } from './seen.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';

const CARLA = 'carla@pec.beta.test';

function write({ header, body, headerOnly }: OriginalKind): Buffer {
  const lines = [
    'From: "Verdi, Anna"  <anna@pec.alfa.test>',
    'to:carla@pec.beta.test',
    'Subject: Oggetto',
    'Date: Mon, 2 Mar 2026 10:15:00 +0100',
  ];
  const end = headerOnly === true ? '' : '\r\n';
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n${header}${end}`), body]);
}

const sha256 = (octets: Buffer) => createHash('sha256').update(octets).digest('hex');

/** The fields as they stand in the octets, but for those of AP-23. */
function otherFields(octets: Buffer): string[] {
  return parseHeader(octets)
    .fields.filter(({ key }) => key !== 'message-id' && key !== 'x-riferimento-message-id')
    .map(({ start, end }) => octets.toString('latin1', start, end));
}

suite('originals, octet by octet', () => {
  test('AP-23 AP-24 AP-25 DP-10 SEC-7 what was submitted is what arrives and what comes back', async () => {
    assert.ok(ORIGINALS.length >= 45, `${ORIGINALS.length} kinds`);
    await using world = await World.open([ALFA, BETA]);
    const anna = world.alfa.user('anna');
    const sent = new Map<string, { readonly octets: Buffer; readonly name: string }>();
    for (const original of ORIGINALS) {
      const octets = write(original);
      const outcome = await anna.sends({ octets, forwardPaths: [CARLA] });
      assert.equal(outcome.outcome, 'accepted', `${original.name}: ${JSON.stringify(outcome)}`);
      sent.set(outcome.identifier, { octets, name: original.name });
    }
    await world.settles({ hurry: true });
    const arrived = [
      ...(await world.beta.user('carla').messages()),
      ...(await anna.messages()).filter(({ kind }) => kind === 'avvenuta-consegna'),
    ];
    assert.equal(arrived.length, ORIGINALS.length * 2);
    for (const { kind, data, original, index } of arrived) {
      const { octets, name } = sent.get(data.identifier) ?? {};
      assert.ok(octets && original, `${kind} of ${name}`);
      assert.equal(sha256(bodyOf(original)), sha256(bodyOf(octets)), `body in ${kind} of ${name}`);
      assert.deepEqual(otherFields(original), otherFields(octets), `header in ${kind} of ${name}`);
      const header = parseHeader(original);
      const before = parseHeader(octets).first('Message-ID')?.value;
      assert.deepEqual(
        header.all('Message-ID').map(({ value }) => value),
        [`<${data.identifier}>`],
        `new id in ${kind} of ${name}`,
      );
      assert.deepEqual(
        header.all('X-Riferimento-Message-ID').map(({ value }) => value),
        before === undefined ? [] : [before],
        `reference in ${kind} of ${name}`,
      );
      assert.equal(
        index.eightBit,
        octets.some((octet) => octet > 127),
        `label of ${name}`,
      );
    }
    await checkCertificationData(world);
    assert.equal(await checkSignatures(world, 'posta-certificata'), ORIGINALS.length);
  });

  test('AP-24 SIG-8 a certified envelope forwarded as an attachment is just an original', async () => {
    await using world = await World.open([ALFA, BETA]);
    const [anna, carla] = [world.alfa.user('anna'), world.beta.user('carla')];
    await anna.certifies({ to: [CARLA] });
    await world.settles();
    const { octets: envelope } = await carla.sees('posta-certificata');
    const text = Buffer.concat([
      Buffer.from('--fwd\r\nContent-Type: message/rfc822\r\n\r\n'),
      envelope,
      Buffer.from('\r\n--fwd--\r\n'),
    ]);
    const header = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=fwd\r\n';
    const octets = Buffer.concat([
      Buffer.from(
        `From: ${carla.address}\r\nTo: ${anna.address}\r\nSubject: POSTA CERTIFICATA: Convocazione\r\n`,
      ),
      Buffer.from(`Date: Mon, 2 Mar 2026 10:15:00 +0100\r\n${header}\r\n`),
      text,
    ]);
    await carla.certifies({ octets, forwardPaths: [anna.address] });
    await world.settles();
    const seen = await anna.sees('posta-certificata');
    assert.equal(seen.subject, 'POSTA CERTIFICATA: POSTA CERTIFICATA: Convocazione');
    assert.equal(sha256(bodyOf(seen.original ?? Buffer.alloc(0))), sha256(text));
    // The signature of the envelope inside the envelope holds as well.
    await checkSignatures(world);
  });
});

for (const engine of ['memory', 'sqlite'] as const) {
  suite(`originals at rest, ${engine}`, () => {
    test('AP-24 each original is stored once at each provider, whatever carries it', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const anna = world.alfa.user('anna');
      const text = `${'x'.repeat(78)}\r\n`.repeat(5000);
      await anna.certifies({ to: [CARLA, 'dario@pec.beta.test'], cc: ['bruno@pec.alfa.test'], text });
      await world.settles();
      for (const provider of world.providers) {
        const blobs = new Set<number>();
        for (const { address } of provider.store.listMailboxes()) {
          for (const folder of provider.store.listFolders(provider.user(address).mailbox.id)) {
            for (const { content } of provider.store.listMessages(folder.id)) {
              const found = provider.store.findContent(content);
              for (const { blob, length } of found?.octets.slices(0, found.size) ?? []) {
                if (length > 300_000) blobs.add(blob);
              }
            }
          }
        }
        // At Alfa also inside each complete receipt that came from Beta.
        assert.equal(blobs.size, 1, provider.key);
      }
    });
  });
}
