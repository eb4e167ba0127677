// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Dialogue } from '../../../test/smtp/dialogue.ts';
import { OK, openDoor, showsCertificate } from '../../../test/smtp/open-door.ts';

const ENVELOPE = 'MAIL FROM:<a@alfa.test>\r\nRCPT TO:<b@beta.test>\r\n';

/** A dialogue that has heard the greeting and the reply to EHLO. */
async function greeted(port: number): Promise<Dialogue> {
  const dialogue = await Dialogue.open(port);
  await dialogue.reply();
  await dialogue.say('EHLO client.test');
  return dialogue;
}

async function replies(dialogue: Dialogue, count: number): Promise<string> {
  const codes: string[] = [];
  for (let left = count; left > 0; left--) codes.push((await dialogue.reply()).slice(0, 3));
  return codes.join(' ');
}

suite('smtp door, messages by BDAT', () => {
  showsCertificate();

  test('RFC 3030 RFC 2920 what is said to an envelope and to its message comes in one piece', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    using dialogue = await greeted(port);
    dialogue.write(`${ENVELOPE}BDAT 9 LAST\r\nA: \xe8\r\n\r\n.`);
    assert.equal(await replies(dialogue, 3), '250 250 250');
    assert.equal(heard.transactions[0]?.octets, 'A: \xe8\r\n\r\n.\r\n');
  });

  test('a message taken back in its middle is broken off for its reader, and the next one is another', async () => {
    let begun = 0;
    const { door, port, heard } = await openDoor({
      host: {
        takeMessage: async (octets) => {
          begun += 1;
          for await (const _ of octets) await new Promise((resolve) => setImmediate(resolve));
          return OK;
        },
      },
    });
    await using _ = door;
    using dialogue = await greeted(port);
    // More than waits for a reader, so that the peer is held when it takes all of it back.
    const half = `BDAT 50000\r\n${'x'.repeat(50_000)}`.repeat(3);
    dialogue.write(`${ENVELOPE}${half}RSET\r\n${ENVELOPE}${half}BDAT 0 LAST\r\nNOOP\r\n`);
    assert.equal(await replies(dialogue, 13), Array(13).fill('250').join(' '));
    assert.equal(begun, 2);
    assert.deepEqual(heard.failures, []);
  });

  test('many small chunks are read no faster than somebody takes them', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    using dialogue = await greeted(port);
    const count = 20_000;
    dialogue.write(`${ENVELOPE}${'BDAT 1\r\nx'.repeat(count)}BDAT 2 LAST\r\n\r\n`);
    for (let left = count + 3; left > 0; left--) assert.match(await dialogue.reply(), /^250/);
    assert.equal(heard.transactions[0]?.octets.length, count + 2);
  });

  test('who sends far more than the limit in chunks is cut off, one who sends a little more hears why', async () => {
    const tooLarge = { code: 552, enhanced: '5.3.4', text: 'too large' };
    const { door, port } = await openDoor({
      limits: { messageBytes: 1000, drainBytes: 1000 },
      host: {
        takeMessage: async (octets) => {
          let bytes = 0;
          for await (const chunk of octets) {
            bytes += chunk.length;
            if (bytes > 1000) return tooLarge;
          }
          return OK;
        },
      },
    });
    await using _ = door;
    using dialogue = await greeted(port);
    const chunk = `BDAT 500\r\n${'x'.repeat(500)}`;
    dialogue.write(`${ENVELOPE}${chunk.repeat(3)}BDAT 0 LAST\r\n`);
    assert.equal(await replies(dialogue, 6), '250 250 250 250 250 552');
    dialogue.write(`${ENVELOPE}${chunk.repeat(5)}`);
    assert.equal(await replies(dialogue, 7), '250 250 250 250 250 250 421');
    await dialogue.closed();
  });

  test('a peer that leaves in the middle of a chunk leaves no message', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    const dialogue = await greeted(port);
    dialogue.write(`${ENVELOPE}BDAT 500 LAST\r\nhalf`);
    assert.equal(await replies(dialogue, 2), '250 250');
    dialogue[Symbol.dispose]();
    while (heard.failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(heard.transactions.length, 0);
  });
});
