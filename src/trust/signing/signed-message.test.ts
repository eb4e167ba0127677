// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openssl, opensslAccepts } from '../../../test/openssl/test-authority.ts';
import { TestProvider, temporaryFolder } from '../../../test/openssl/test-provider.ts';
import { Fault } from '../../platform/faults.ts';
import { MemoryOctets, type Piece, readPieces } from '../../wire/mime/octets.ts';
import { type EntityToSeal, sealEntity } from './signed-message.ts';

const folder = temporaryFolder(after);
const provider = new TestProvider(folder);

const HEADER = Buffer.from('From: posta-certificata@alfa.test\r\nSubject: ACCETTAZIONE: prova\r\n');
const ENTITY = Buffer.from('Content-Type: text/plain; charset=us-ascii\r\n\r\nBuongiorno.\r\nA presto.\r\n');
const INSTANT = Date.now();

async function seal(change: Partial<EntityToSeal> = {}): Promise<readonly Piece[]> {
  const { signer } = provider;
  const { pieces } = await sealEntity({
    header: HEADER,
    entity: [ENTITY],
    boundary: 'confine-1',
    signer,
    instant: INSTANT,
    ...change,
  });
  return pieces;
}

test('GEN-5 the container of an 8-bit entity says 8bit, else nothing', async () => {
  const header = async (change: Partial<EntityToSeal>): Promise<string> => {
    const message = (await readPieces(await seal(change))).toString('latin1');
    return message.slice(0, message.indexOf('\r\n\r\n'));
  };
  const eightBit =
    'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nperch\u00e9';
  assert.match(
    await header({ entity: [Buffer.from(eightBit)], eightBit: true }),
    /boundary="confine-1"\r\nContent-Transfer-Encoding: 8bit$/,
  );
  assert.doesNotMatch(await header({}), /Content-Transfer-Encoding/);
});

test('SIG-1 GEN-1 SIG-6 the message has exactly this form', async () => {
  const digests: Buffer[] = [];
  const signer = {
    sign: async (digest: Buffer): Promise<Buffer> => {
      digests.push(digest);
      return Buffer.alloc(58, 1);
    },
  };
  const message = await readPieces(await seal({ signer }));
  const expected = [
    'From: posta-certificata@alfa.test',
    'Subject: ACCETTAZIONE: prova',
    'MIME-Version: 1.0',
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature";',
    ' micalg="sha-256";',
    ' boundary="confine-1"',
    '',
    'This is an S/MIME signed message',
    '',
    '--confine-1',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Buongiorno.',
    'A presto.',
    '',
    '--confine-1',
    'Content-Type: application/pkcs7-signature; name="smime.p7s"',
    'Content-Disposition: attachment; filename="smime.p7s"',
    'Content-Transfer-Encoding: base64',
    '',
    'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB',
    'AQ==',
    '--confine-1--',
    '',
  ];
  assert.equal(message.toString('latin1'), expected.join('\r\n'));
  assert.equal(digests.length, 1);
});

function opensslArguments(command: string, ...more: readonly string[]): string[] {
  return [command, '-verify', '-CAfile', provider.root.certificateFile, ...more];
}

test('SIG-2 SIG-4 openssl cms and smime accept it and give the entity back octet by octet', async () => {
  const input = await readPieces(await seal());
  for (const command of ['cms', 'smime']) {
    assert.deepEqual(openssl(opensslArguments(command), { input }), ENTITY, command);
    assert.deepEqual(openssl(opensslArguments(command, '-purpose', 'smimesign'), { input }), ENTITY, command);
  }
  assert.deepEqual(openssl(opensslArguments('cms', '-cades'), { input }), ENTITY);
});

test('SIG-4 a changed octet anywhere in the entity is refused by openssl', async () => {
  const message = await readPieces(await seal());
  const start = message.indexOf(ENTITY);
  const file = join(folder, 'changed.eml');
  for (let offset = start; offset < start + ENTITY.length; offset += 1) {
    const changed = Buffer.from(message);
    changed[offset] = (changed[offset] ?? 0) ^ 0x01;
    writeFileSync(file, changed);
    assert.ok(!opensslAccepts(opensslArguments('cms', '-in', file)), `octet ${offset - start}`);
  }
});

test('SIG-8 the pieces of the entity are handed on as they are, and seen once', async () => {
  const octets = new MemoryOctets(Buffer.alloc(1_000_000, 'abcdefghi\r\n'));
  const original = { octets, start: 11, end: 999_999 };
  const entity = [Buffer.from('Content-Type: text/plain\r\n\r\n'), original];
  let seen = 0;
  let largest = 0;
  const onChunk = (chunk: Buffer): void => {
    seen += chunk.length;
    largest = Math.max(largest, chunk.length);
  };
  const pieces = await seal({ entity, onChunk });
  assert.equal(pieces[2], entity[0]);
  assert.equal(pieces[3], original);
  assert.equal(seen, 28 + 999_988);
  assert.ok(largest <= 256 * 1024);
  const input = await readPieces(pieces);
  assert.deepEqual(openssl(opensslArguments('cms'), { input }), await readPieces(entity));
});

test('an entity that contains the boundary is not sealed, wherever the pieces divide it', async () => {
  const whole = Buffer.from('Content-Type: text/plain\r\n\r\n--confine-1 di un altro\r\n');
  for (let cut = 0; cut <= whole.length; cut += 1) {
    const entity = [whole.subarray(0, cut), whole.subarray(cut, cut + 2), whole.subarray(cut + 2)];
    await assert.rejects(
      seal({ entity }),
      (error) => error instanceof Fault && error.code === 'boundary-in-entity',
    );
  }
});
