// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { ADDRESS, openImapHouse, PASSWORD } from './house.ts';

const MEBIBYTE = 1024 * 1024;
const SIZE = 100 * MEBIBYTE;
/** Both ends are in this process: sockets, spool, client and what is not collected yet hold less than the message. */
const HELD_BYTES = 64 * MEBIBYTE;

const HEADER = Buffer.from('Subject: un allegato grande\r\nContent-Type: application/octet-stream\r\n\r\n');
/** Lines with numbers, so that no piece is like another. */
function piece(number: number): Buffer {
  const line = `${String(number).padStart(8, '0')} ${'0123456789'.repeat(6)}\r\n`;
  return Buffer.from(line.repeat(MEBIBYTE / line.length / 4));
}

class Watch {
  readonly #start = held();
  highest = 0;
  look(): void {
    this.highest = Math.max(this.highest, held() - this.#start);
  }
}

function held(): number {
  return process.memoryUsage().arrayBuffers;
}

test('a message of 100 MB is appended and fetched in bounded memory, octet by octet', async () => {
  await using house = await openImapHouse({ engine: 'sqlite' });
  const socket = connect({ host: '127.0.0.1', port: house.imaps, ca: readFileSync(house.caFile) });
  const lines = new Lines(socket);
  await lines.until(/^\* OK/);
  socket.write(`a LOGIN ${ADDRESS} "${PASSWORD}"\r\n`);
  await lines.until(/^a OK/);
  const hash = createHash('sha256').update(HEADER);
  const watch = new Watch();
  socket.write(`b APPEND INBOX {${SIZE}+}\r\n`);
  socket.write(HEADER);
  for (let sent = HEADER.length, number = 0; sent < SIZE; number++) {
    const octets = piece(number).subarray(0, SIZE - sent);
    hash.update(octets);
    sent += octets.length;
    if (!socket.write(octets)) await new Promise((resolve) => socket.once('drain', resolve));
    watch.look();
  }
  socket.write('\r\n');
  await lines.until(/^b OK \[APPENDUID \d+ 1\]/);
  socket.write('c SELECT INBOX\r\nd FETCH 1 (RFC822.SIZE BODY.PEEK[])\r\n');
  await lines.until(new RegExp(`^\\* 1 FETCH \\(RFC822\\.SIZE ${SIZE} BODY\\[\\] \\{${SIZE}\\}`));
  const fetched = createHash('sha256');
  await lines.octets(SIZE, (octets) => {
    fetched.update(octets);
    watch.look();
  });
  await lines.until(/^d OK/);
  assert.equal(fetched.digest('hex'), hash.digest('hex'));
  assert.ok(watch.highest < HELD_BYTES, `${Math.round(watch.highest / MEBIBYTE)} MiB held`);
  socket.destroy();
});

/** Reads lines and runs of octets, one after the other. */
class Lines {
  readonly #socket: TLSSocket;
  #held = Buffer.alloc(0);

  constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  async until(pattern: RegExp): Promise<void> {
    for (;;) {
      const end = this.#held.indexOf('\r\n');
      if (end < 0) {
        await this.#more();
        continue;
      }
      const line = this.#held.toString('latin1', 0, end);
      this.#held = this.#held.subarray(end + 2);
      if (pattern.test(line)) return;
      assert.doesNotMatch(line, /^\w+ (?:NO|BAD)/);
    }
  }

  async octets(count: number, take: (octets: Buffer) => void): Promise<void> {
    for (let left = count; left > 0; ) {
      if (this.#held.length === 0) await this.#more();
      const octets = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(octets.length);
      left -= octets.length;
      take(octets);
    }
  }

  async #more(): Promise<void> {
    for (;;) {
      const octets: Buffer | null = this.#socket.read();
      if (octets !== null) {
        this.#held = Buffer.concat([this.#held, octets]);
        return;
      }
      await new Promise((resolve) => this.#socket.once('readable', resolve));
    }
  }
}
