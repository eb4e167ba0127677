// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** Harmless, and a virus to the test signatures. */
export const TEST_VIRUS = 'CERALACCA-PROVA-VIRUS!';
/** The test file that every antivirus knows (EICAR), in two halves so that this file is none. */
export const EICAR = `${'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD'}${'-ANTIVIRUS-TEST-FILE!$H+H*'}`;

const TAR_BLOCK = 512;

/**
 * A daily database of ClamAV without signature (`.cud`): a header of 512 octets, then a tar in gzip. `at` is the
 * instant it says it was made at.
 */
export function dailyDatabase(at: number): Buffer {
  const ndb = [
    ['Ceralacca.Test.Prova', TEST_VIRUS],
    ['Ceralacca.Test.Eicar', EICAR],
  ]
    .map(([name = '', text = '']) => `${name}:0:*:${Buffer.from(text, 'latin1').toString('hex')}\n`)
    .join('');
  const sha256 = createHash('sha256').update(ndb).digest('hex');
  const seconds = Math.floor(at / 1000);
  const head = `ClamAV-VDB:01 Jan 2026 00-00 +0000:27812:2:90`;
  const info = `${head}:X:X:test:${seconds}\ndaily.ndb:${ndb.length}:${sha256}\n`;
  const files = [tarEntry('COPYING', 'test\n'), tarEntry('daily.info', info), tarEntry('daily.ndb', ndb)];
  const body = gzipSync(Buffer.concat([...files, Buffer.alloc(2 * TAR_BLOCK)]));
  const md5 = createHash('md5').update(body).digest('hex');
  return Buffer.concat([Buffer.from(`${head}:${md5}:X:test:${seconds}`.padEnd(TAR_BLOCK)), body]);
}

/** One file of a tar (POSIX ustar). */
export function tarEntry(name: string, text: string): Buffer {
  const header = Buffer.alloc(TAR_BLOCK);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, octet) => total + octet, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(text.length / TAR_BLOCK) * TAR_BLOCK);
  body.write(text, 'latin1');
  return Buffer.concat([header, body]);
}
