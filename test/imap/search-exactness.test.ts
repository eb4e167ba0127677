// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { FolderImages } from '../../src/fronts/imap/folder/folder-images.ts';
import { FolderWatch } from '../../src/fronts/imap/folder/folder-watch.ts';
import { RecentMarks } from '../../src/fronts/imap/folder/recent-marks.ts';
import { DEFAULT_IMAP_FRONT_LIMITS } from '../../src/fronts/imap/front-limits.ts';
import { ITALIAN_TEXTS } from '../../src/fronts/imap/front-texts.ts';
import type { ImapHouse as FrontHouse } from '../../src/fronts/imap/house/imap-house.ts';
import { searchFolder } from '../../src/fronts/imap/house/searching.ts';
import { Spool } from '../../src/mailroom/contents/spool.ts';
import type { SearchStore } from '../../src/mailroom/search/search-store.ts';
import { FixedClock } from '../../src/platform/clock.ts';
import type { ResolvedSearchKey } from '../../src/wire/imap/search/resolved-search-key.ts';
import { type ImapHouse, openImapHouse } from './house.ts';

/** An index that knows nothing: every message is read. */
const NO_INDEX: SearchStore = {
  indexedUpTo: () => 0,
  isIndexed: () => false,
  search: async () => undefined,
  listFacts: () => [],
  waitedMs: 0,
  settled: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

/** Words as people write them: accents in one piece and in two, both cases, what changes with its case. */
const words = [
  'delibera: ',
  'delibera',
  'DELIBERÀ',
  'delibera\u0300',
  'perché',
  'Straße',
  'ﬁne',
  'n. 12/2026',
  'a',
  '"x"',
  'è',
];
const word = fc.constantFrom(...words);
const gap = fc.constantFrom(' ', '  ', '\r\n', '\t', '', '=?', '\u00a0');
const text = fc
  .array(fc.tuple(word, gap), { maxLength: 6 })
  .map((pairs) => pairs.map((pair) => pair.join('')).join(''));

const base64 = (octets: string): string => Buffer.from(octets).toString('base64');
const line = text.map((value) => value.replaceAll('\r\n', ' '));
const value = fc.oneof(
  line,
  line.map((plain) => `=?utf-8?B?${base64(plain)}?=`),
  // A line end that comes out of an encoded word.
  fc.constant(`=?utf-8?B?${base64('delibera\nX: perché')}?=`),
);
/** Some are no names of fields at all, or become another one in capitals. */
const name = fc.constantFrom('Subject', 'subject', 'X-Note', 'X', '\u017fubject', 'straße', 'X ', '');
const field = fc.tuple(name, value).map(([of, is]) => `${of}: ${is}\r\n`);
const date = fc.constantFrom('', 'Date: Sun, 22 Nov 2026 23:30:00 -0500\r\n', 'Date: domani\r\n');
const header = fc.tuple(date, fc.array(field, { maxLength: 3 })).map(([on, all]) => `${on}${all.join('')}`);

const textPart = fc.oneof(
  text.map((body) => `Content-Type: text/plain; charset=utf-8\r\n\r\n${body}`),
  text.map(
    (body) =>
      `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(body)}`,
  ),
  line.map(
    (body) => `Content-Type: application/pdf; name="${body.replaceAll('"', '')}.pdf"\r\n\r\n%PDF delibera`,
  ),
);
const innerMessage = fc
  .tuple(header, text)
  .map(([of, body]) => `Content-Type: message/rfc822; name=postacert.eml\r\n\r\n${of}\r\n${body}`);
const parts = fc.array(fc.oneof(textPart, innerMessage), { minLength: 1, maxLength: 3 });
const mail = fc
  .tuple(header, parts)
  .map(
    ([of, inner]) =>
      `${of}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=teil\r\n\r\n` +
      `${inner.map((part) => `--teil\r\n${part}\r\n`).join('')}--teil--\r\n`,
  );

const soughtField = fc.constantFrom(
  'subject',
  'x-note',
  'x',
  'strasse',
  'subject: delibera',
  '',
  'mime-version',
);
const piece = fc.tuple(text, fc.nat(8), fc.nat(8)).map(([of, from, length]) => of.slice(from, from + length));
const sought = fc.oneof(word, piece, text);
const leaf: fc.Arbitrary<ResolvedSearchKey> = fc.oneof(
  fc.record({ key: fc.constantFrom('body', 'text'), text: sought }),
  fc.record({ key: fc.constant('header'), field: soughtField, text: sought }),
  fc.record({
    key: fc.constantFrom('before', 'on', 'since'),
    by: fc.constant('sent'),
    day: fc.constantFrom(20_779, 20_780, 20_781),
  }),
);
const key: fc.Arbitrary<ResolvedSearchKey> = fc.oneof(
  leaf,
  leaf.map((of): ResolvedSearchKey => ({ key: 'not', of })),
  fc.record({ key: fc.constantFrom('and', 'or'), keys: fc.array(leaf, { minLength: 2, maxLength: 2 }) }),
);

for (const engine of ['memory', 'sqlite'] as const) {
  // RFC 9051 section 6.4.4: how an answer was found makes no difference to it.
  test(`SEARCH finds with the index of the ${engine} engine what it finds by reading`, async (t) => {
    const house = await openImapHouse({ engine });
    t.after(() => house[Symbol.asyncDispose]());
    const fronts = frontsOf(t, house);
    let round = 0;
    const same = async (mails: readonly string[], keys: readonly ResolvedSearchKey[]) => {
      const folder = `prova ${++round}`;
      for (const each of mails) await house.deliver(each, { folder });
      await house.search.settled();
      // The last one is not indexed yet, or just so.
      await house.deliver('Subject: delibera\r\n\r\nperché\r\n', { folder });
      for (const each of keys) {
        const wanted = await find(fronts.reading, { house, folder, key: each });
        assert.deepEqual(
          await find(fronts.indexed, { house, folder, key: each }),
          wanted,
          JSON.stringify(each),
        );
      }
    };
    const some = fc.asyncProperty(
      fc.array(mail, { minLength: 1, maxLength: 5 }),
      fc.array(key, { minLength: 5, maxLength: 12 }),
      same,
    );
    await fc.assert(some, { numRuns: 40 });
  });
}

function frontsOf(t: TestContext, { store, search }: ImapHouse) {
  const watch = new FolderWatch(store);
  t.after(() => watch[Symbol.dispose]());
  const reading: FrontHouse = {
    store,
    watch,
    images: new FolderImages({ store, watch, messageLimit: 100_000 }),
    recent: new RecentMarks(),
    search: NO_INDEX,
    openSpool: (maxSizeBytes) => new Spool({ numbers: store, folder: '', maxSizeBytes }),
    clock: new FixedClock(0),
    limits: DEFAULT_IMAP_FRONT_LIMITS,
    texts: ITALIAN_TEXTS,
  };
  return { reading, indexed: { ...reading, search } };
}

async function find(
  front: FrontHouse,
  what: { readonly house: ImapHouse; readonly folder: string; readonly key: ResolvedSearchKey },
): Promise<readonly number[]> {
  const { mailbox, store } = what.house;
  const image = await front.images.open(store.findFolder(mailbox, what.folder)?.id ?? 0);
  assert.ok(image);
  const uids = await searchFolder(front, { mailbox, image, key: what.key, within: image.uids });
  return [...image.messages(uids)].map(({ uid }) => uid);
}
