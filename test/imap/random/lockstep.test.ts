// SPDX-License-Identifier: EUPL-1.2
import { test } from 'node:test';
import { FixedClock } from '../../../src/platform/clock.ts';
import { ReferenceBackend } from '../../../src/wire/imap/reference/reference-backend.ts';
import { ADDRESS, openImapHouse, PASSWORD } from '../house.ts';
import { Answers } from './answers.ts';
import { randomCommand } from './random-commands.ts';
import { pick, seeded } from './seeded.ts';
import { TwinSession } from './twin-session.ts';

const NOW = Date.UTC(2025, 2, 1, 12);
const SESSIONS = 20;
/** Commands of a run; 100000 in the full one, and one to play again by its seed. */
const COMMANDS = Number(process.env.CERALACCA_IMAP_COMMANDS ?? 1500);
const SEEDS = process.env.CERALACCA_IMAP_SEED?.split(',').map(Number) ?? [1, 2];
/** The texts of the reference backend. */
const TEXTS = {
  noSuchMailbox: 'No such mailbox',
  mailboxExists: 'The mailbox exists already',
  hasChildren: 'The mailbox holds others',
};
const ENABLED = ['', 'ENABLE QRESYNC', 'ENABLE IMAP4rev2', 'ENABLE CONDSTORE UTF8=ACCEPT'];

for (const seed of SEEDS) {
  for (const engine of ['memory', 'sqlite'] as const) {
    test(`${SESSIONS} sessions are told what the reference tells (seed ${seed}, ${engine})`, async () => {
      await using house = await openImapHouse({
        engine,
        clock: new FixedClock(NOW),
        texts: TEXTS,
        // With little room for images, sessions often ask the store itself what happened.
        limits: { appendBytes: 10_000_000, ...(seed % 2 === 0 ? { imagedMessages: 10 } : {}) },
        quotaBytes: 1_000_000_000,
        // The reference forgets nothing.
        storeLimits: { expungedKept: 10_000_000 },
        folders: [{ name: 'INBOX', subscribed: false }],
      });
      const backend = new ReferenceBackend();
      backend.addAccount(ADDRESS, PASSWORD, { now: () => NOW });
      const answers = new Answers();
      const sessions: TwinSession[] = [];
      try {
        for (let number = 0; number < SESSIONS; number++) {
          const session = await TwinSession.open({
            server: house,
            backend,
            answers,
            name: `s${number}`,
            user: ADDRESS,
            password: PASSWORD,
            now: NOW,
          });
          const enabling = ENABLED[number % ENABLED.length];
          if (enabling) await session.say(enabling);
          sessions.push(session);
        }
        await play(sessions, seed);
      } finally {
        for (const session of sessions) session.end();
      }
    });
  }
}

async function play(sessions: readonly TwinSession[], seed: number): Promise<void> {
  const random = seeded(seed);
  for (let number = 0; number < COMMANDS; number++) {
    const session = pick(random, sessions);
    try {
      if (session.isIdling) await session.done();
      else await session.say(randomCommand(random, session.facts));
    } catch (error) {
      throw new Error(`seed ${seed}, command ${number}: ${(error as Error).message}`, { cause: error });
    }
  }
}
