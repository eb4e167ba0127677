// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DEFAULT_IMAP_FRONT_LIMITS } from '../../src/fronts/imap/front-limits.ts';
import {
  AUTHENTICATED_READER_LIMITS,
  STRANGER_READER_LIMITS,
} from '../../src/wire/imap/reader/reader-limits.ts';
import { DEFAULT_SESSION_LIMITS } from '../../src/wire/imap/session/session-options.ts';
import { ADDRESS, type ImapHouse, openImapHouse, PASSWORD } from './house.ts';
import { RawClient } from './raw-client.ts';

const user = AUTHENTICATED_READER_LIMITS;
const stranger = STRANGER_READER_LIMITS;

const open = (house: ImapHouse) => RawClient.open({ port: house.imaps, caFile: house.caFile });

async function openSelected(house: ImapHouse): Promise<RawClient> {
  const client = await open(house);
  await client.command('login', `LOGIN ${ADDRESS} "${PASSWORD}"`);
  await client.command('select', 'SELECT INBOX');
  return client;
}

/** A house with a client to be limited, and others who must notice nothing. */
async function withOthers(work: (client: RawClient, house: ImapHouse) => Promise<void>): Promise<void> {
  await using house = await openImapHouse();
  await house.deliver('Subject: uno\r\n\r\nciao\r\n');
  using other = await openSelected(house);
  other.send('idle IDLE\r\n');
  await other.until(/^\+ /m);
  using client = await openSelected(house);
  await work(client, house);
  await house.deliver('Subject: due\r\n\r\nciao\r\n');
  await other.until(/^\* 2 EXISTS\r\n/m);
  using fresh = await openSelected(house);
  assert.match(await fresh.command('a', 'NOOP'), /^a OK /m);
}

/** A command whose line, its end included, has so many octets. */
const lineOf = (octets: number, tag = 'x'): string => {
  const [start, end] = [`${tag} SEARCH SUBJECT "`, '"\r\n'];
  return `${start}${'y'.repeat(octets - start.length - end.length)}${end}`;
};

const answer = (client: RawClient, tag: string) => client.until(new RegExp(`^${tag} [^\\r\\n]*\\r\\n`, 'm'));

suite('SEC-11 one above each limit of IMAP, and others go on', { timeout: 60_000 }, () => {
  test('octets of a line', () =>
    withOthers(async (client) => {
      client.send(lineOf(user.lineBytes));
      assert.match(await answer(client, 'x'), /^x OK /m);
      client.send(lineOf(user.lineBytes + 1, 'z'));
      assert.equal(await answer(client, 'z'), 'z BAD Command line too long\r\n');
      assert.match(await client.command('b', 'NOOP'), /^b OK /);
    }));

  test('octets of literals, refused before they come', () =>
    withOthers(async (client) => {
      client.send(`a SEARCH SUBJECT {${user.literalBytes}+}\r\n${'y'.repeat(user.literalBytes)}\r\n`);
      assert.match(await answer(client, 'a'), /^a OK /m);
      client.send(`b SEARCH SUBJECT {${user.literalBytes + 1}}\r\n`);
      assert.equal(await answer(client, 'b'), 'b NO [TOOBIG] Literal too large\r\n');
      const unasked = 'y'.repeat(user.literalBytes + 1);
      client.send(`c SEARCH SUBJECT {${unasked.length}+}\r\n${unasked}\r\n`);
      assert.equal(await answer(client, 'c'), 'c NO [TOOBIG] Literal too large\r\n');
      assert.match(await client.command('d', 'NOOP'), /^d OK /);
    }));

  test('literals of a command', () =>
    withOthers(async (client) => {
      const literals = (count: number) => ' SUBJECT {1+}\r\ny'.repeat(count);
      assert.match(await client.command('a', `SEARCH${literals(user.literalsPerCommand)}`), /^a OK /m);
      const more = await client.command('b', `SEARCH${literals(user.literalsPerCommand + 1)}`);
      assert.match(more, /^b NO \[TOOBIG\]/);
    }));

  test('depth of a search', () =>
    withOthers(async (client) => {
      const nested = (depth: number) => `SEARCH ${'('.repeat(depth)}ALL${')'.repeat(depth)}`;
      assert.match(await client.command('a', nested(user.nestingDepth)), /^a OK /m);
      assert.equal(
        await client.command('b', nested(user.nestingDepth + 1)),
        'b NO [LIMIT] Nested too deeply\r\n',
      );
    }));

  test('ranges of a set', () =>
    withOthers(async (client) => {
      const fetch = (ranges: number) => `UID FETCH ${'1,'.repeat(ranges - 1)}1 (FLAGS)`;
      assert.match(await client.command('a', fetch(user.setRanges)), /^\* 1 FETCH .*\r\na OK /);
      assert.match(await client.command('b', fetch(user.setRanges + 1)), /^b NO \[LIMIT\] /);
    }));

  test('octets of a message, refused before they come', () =>
    withOthers(async (client) => {
      const { appendBytes } = DEFAULT_IMAP_FRONT_LIMITS;
      client.send(`a APPEND INBOX {${appendBytes + 1}}\r\n`);
      assert.match(await answer(client, 'a'), /^a NO \[TOOBIG\] /);
      assert.match(await client.command('b', 'NOOP'), /^b OK /);
      client.send(`c APPEND INBOX {${appendBytes}}\r\n`);
      assert.match(await client.until(/^[^\r\n]*\r\n/), /^\+ /);
    }));

  test('octets that come unasked: BYE', () =>
    withOthers(async (client) => {
      client.send(`a APPEND INBOX {${user.swallowBytes + 1}+}\r\n`);
      assert.match(await client.closed(), /^\* BYE \[TOOBIG\] /m);
    }));

  test('commands sent at once: no more is read than may wait, and all are answered in their order', () =>
    withOthers(async (client) => {
      const count = Math.ceil((2 * user.waitingBytes) / 'p00000 NOOP\r\n'.length);
      const tags = Array.from({ length: count }, (_, at) => `p${String(at).padStart(5, '0')}`);
      client.send(tags.map((tag) => `${tag} NOOP\r\n`).join(''));
      const said = await answer(client, tags.at(-1) ?? '');
      assert.deepEqual(said.match(/^p\d{5}(?= OK)/gm), tags);
    }));

  test('what a stranger may send: a short line, a small literal, a short response', () =>
    withOthers(async (_, house) => {
      using client = await open(house);
      client.send(lineOf(stranger.lineBytes + 1));
      assert.equal(await answer(client, 'x'), 'x BAD Command line too long\r\n');
      client.send(`b LOGIN {${stranger.literalBytes + 1}}\r\n`);
      assert.equal(await answer(client, 'b'), 'b NO [TOOBIG] Literal too large\r\n');
      client.send('c AUTHENTICATE PLAIN\r\n');
      await client.until(/^\+ /m);
      client.send(`${'A'.repeat(DEFAULT_SESSION_LIMITS.saslBytes + 1)}\r\n`);
      assert.match(await answer(client, 'c'), /^c BAD Response too long/m);
      client.send(`d LOGIN {${stranger.swallowBytes + 1}+}\r\n`);
      assert.match(await client.closed(), /^\* BYE \[TOOBIG\] /m);
    }));

  test('commands that make no sense: BYE', () =>
    withOthers(async (_, house) => {
      using client = await open(house);
      const { badCommands } = DEFAULT_SESSION_LIMITS;
      for (let at = 1; at < badCommands; at++) assert.match(await client.command(`a${at}`, 'FOO'), / BAD /);
      assert.match(await client.command('b', 'NOOP'), /^b OK /);
      for (let at = 0; at < badCommands; at++) client.send(`c${at} FOO\r\n`);
      assert.match(await client.closed(), /^c49 BAD .*\r\n\* BYE /m);
    }));
});
