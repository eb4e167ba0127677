// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { DEMO_PASSWORD } from '../../src/demo/roster.ts';
import { RawClient } from '../imap/raw-client.ts';
import type { Ledger, Removal } from './ledger.ts';
import { sightOf } from './sight.ts';

export interface ReadingOptions {
  readonly mailbox: string;
  readonly port: number;
  readonly caFile: string;
  readonly ledger: Ledger;
}

/** Messages that one visit fetches and removes. */
const PER_VISIT = 3;

/** One visit of an IMAP program: fetches some messages, removes them, puts a draft of its own away. */
export async function visitByImap(options: ReadingOptions, draft: string): Promise<void> {
  const { mailbox, port, caFile, ledger } = options;
  using client = await RawClient.open({ port, caFile });
  let commands = 0;
  const say = async (command: string): Promise<string> => {
    const answer = await client.command(`v${++commands}`, command);
    assert.match(answer, new RegExp(`(?:^|\r\n)v${commands} OK `), command);
    return answer;
  };
  await say(`LOGIN ${mailbox} ${DEMO_PASSWORD}`);
  await say('SELECT INBOX');
  const found = /\* SEARCH([ \d]*)/.exec(await say('UID SEARCH UNDELETED'))?.[1] ?? '';
  const removals: Removal[] = [];
  for (const uid of found.trim().split(' ').filter(Boolean).slice(0, PER_VISIT)) {
    const octets = literalIn(await say(`UID FETCH ${uid} BODY.PEEK[]`));
    if (octets !== undefined)
      removals.push(ledger.fetched(mailbox, { uid: Number(uid), sight: sightOf(octets) }));
  }
  if (removals.length > 0) {
    const uids = removals.map(({ uid }) => uid).join(',');
    await say(`UID STORE ${uids} +FLAGS.SILENT (\\Deleted)`);
    await say(`UID EXPUNGE ${uids}`);
    for (const removal of removals) removal.confirmed = true;
  }
  const appended = ledger.append(mailbox, draft);
  const message = `Message-ID: ${draft}\r\nSubject: Bozza\r\n\r\n${draft}\r\n`;
  const answer = await say(`APPEND Bozze {${message.length}+}\r\n${message}`);
  appended.uid = Number(/\[APPENDUID \d+ (\d+)\]/.exec(answer)?.[1]);
}

/** One visit of a POP3 program: fetches some messages and removes them at its QUIT. */
export async function visitByPop3({ mailbox, port, caFile, ledger }: ReadingOptions): Promise<void> {
  using client = await RawClient.openUngreeted({ port, caFile });
  const status = async (): Promise<string> => {
    const line = await client.until(/\r\n/);
    assert.match(line, /^\+OK/);
    return line;
  };
  const say = async (command: string): Promise<string> => {
    client.send(`${command}\r\n`);
    return status();
  };
  await status();
  await say(`USER ${mailbox}`);
  await say(`PASS ${DEMO_PASSWORD}`);
  await say('UIDL');
  const list = await client.until(/(?:^|\r\n)\.\r\n/);
  const removals: Removal[] = [];
  for (const [, number, uid] of [...list.matchAll(/^(\d+) \d+\.(\d+)\r$/gm)].slice(0, PER_VISIT)) {
    await say(`RETR ${number}`);
    const lines = await client.until(/(?:^|\r\n)\.\r\n/);
    const octets = Buffer.from(lines.slice(0, -3).replace(/^\.\./gm, '.'), 'latin1');
    removals.push(ledger.fetched(mailbox, { uid: Number(uid), sight: sightOf(octets) }));
    await say(`DELE ${number}`);
  }
  await say('QUIT');
  for (const removal of removals) removal.confirmed = true;
}

/** RFC 9051 section 4.3: the literal of a FETCH response; undefined when the message went meanwhile. */
function literalIn(answer: string): Buffer | undefined {
  const begin = /\{(\d+)\}\r\n/.exec(answer);
  if (begin === null) return undefined;
  const start = begin.index + begin[0].length;
  return Buffer.from(answer.slice(start, start + Number(begin[1])), 'latin1');
}
