// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { suite, test } from 'node:test';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import type { Dns } from '../../platform/dns.ts';
import { Fault } from '../../platform/faults.ts';
import { silentJournal } from '../../platform/journal.ts';
import { ManualTimers, systemTimers, type Timers } from '../../platform/timers.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { MemoryOctets } from '../../wire/mime/octets.ts';
import { LOOKUP_LIMIT } from './bounded-lookups.ts';
import { MailAuthenticator, SIGNATURE_LIMIT } from './mail-authenticator.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const KEY_RECORD = `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`;
const LETTER =
  'From: Info <info@posta.test>\r\nTo: carla@pec.beta.test\r\nSubject: Ciao\r\n\r\nBuongiorno.\r\n';

/** A zone of TXT records; a Fault where the servers do not answer. */
function zone(records: Readonly<Record<string, string | Fault>>) {
  const asked: string[] = [];
  const dns: Dns = {
    mailHosts: async () => ({ found: 'no-mx' }),
    addresses: async (host) => {
      asked.push(host);
      return host === 'mx.posta.test' ? ['192.0.2.7'] : [];
    },
    texts: async (name) => {
      asked.push(name);
      const found = records[name];
      if (found instanceof Fault) throw found;
      return found === undefined ? [] : [found];
    },
  };
  return { dns, asked };
}

const DOWN = new Fault('dns-unavailable', 'no servers', { temporary: true });

function check(
  letter: string,
  records: Parameters<typeof zone>[0],
  { address = '192.0.2.7', timers = systemTimers }: { address?: string; timers?: Timers } = {},
) {
  const { dns, asked } = zone(records);
  const octets = Buffer.from(letter, 'latin1');
  const authenticator = new MailAuthenticator({
    dns,
    timers,
    journal: silentJournal,
    hostname: 'mx.pec.beta.test',
  });
  const verdict = authenticator.check({
    octets: new MemoryOctets(octets),
    header: octets.subarray(0, indexMessage(octets).root.bodyStart),
    reversePath: 'info@posta.test',
    address,
    helo: 'mx.posta.test',
  });
  return { verdict, asked };
}

async function signed(letter: string, selector = 's1'): Promise<string> {
  const key = { signingDomain: 'posta.test', selector, privateKey };
  // The types of the package want the key at the top, the package in the list.
  const { signatures } = await dkimSign(letter, { ...key, signatureData: [key] });
  return signatures + letter;
}

suite('who sent ordinary mail', () => {
  test('SPF, DKIM and DMARC agree', async () => {
    const { verdict } = check(await signed(LETTER), {
      'posta.test': 'v=spf1 a:mx.posta.test -all',
      's1._domainkey.posta.test': KEY_RECORD,
      '_dmarc.posta.test': 'v=DMARC1; p=reject',
    });
    assert.deepEqual(await verdict, {
      spf: { result: 'pass', domain: 'posta.test' },
      dkim: [{ result: 'pass', domain: 'posta.test', selector: 's1' }],
      dmarc: { result: 'pass', domain: 'posta.test', policy: 'reject' },
    });
  });

  test('another host, and a body that was changed: all three fail', async () => {
    const letter = (await signed(LETTER)).replace('Buongiorno', 'Buonasera!');
    const { verdict } = check(
      letter,
      {
        'posta.test': 'v=spf1 ip4:192.0.2.7 -all',
        's1._domainkey.posta.test': KEY_RECORD,
        '_dmarc.posta.test': 'v=DMARC1; p=quarantine',
      },
      { address: '198.51.100.1' },
    );
    assert.deepEqual(await verdict, {
      spf: { result: 'fail', domain: 'posta.test' },
      dkim: [{ result: 'fail', domain: 'posta.test', selector: 's1' }],
      dmarc: { result: 'fail', domain: 'posta.test', policy: 'quarantine' },
    });
  });

  test('a domain that says nothing', async () => {
    const { verdict } = check(LETTER, {});
    assert.deepEqual(await verdict, {
      spf: { result: 'none', domain: 'posta.test' },
      dkim: [],
      dmarc: { result: 'none', domain: 'posta.test', policy: 'none' },
    });
  });

  test('DNS that does not answer is temporary, never a failure', async () => {
    const { verdict } = check(await signed(LETTER), {
      'posta.test': DOWN,
      's1._domainkey.posta.test': DOWN,
      '_dmarc.posta.test': DOWN,
    });
    const { spf, dkim, dmarc } = await verdict;
    assert.deepEqual(
      [spf.result, ...dkim.map(({ result }) => result), dmarc.result],
      ['temperror', 'temperror', 'temperror'],
    );
  });

  test('DNS that never answers costs the time allowed and no more', async () => {
    const timers = new ManualTimers();
    const octets = Buffer.from(LETTER);
    const never = () => new Promise<never>(() => undefined);
    const authenticator = new MailAuthenticator({
      dns: { mailHosts: never, addresses: never, texts: never },
      timers,
      journal: silentJournal,
      hostname: 'mx.pec.beta.test',
    });
    const verdict = authenticator.check({
      octets: new MemoryOctets(octets),
      header: octets,
      reversePath: 'info@posta.test',
      address: '192.0.2.7',
      helo: 'x',
    });
    timers.advance(10_000);
    assert.equal((await verdict).spf.result, 'temperror');
    assert.equal((await verdict).dmarc.result, 'temperror');
  });

  test('one signature above the limit: none is looked at, and its domains are not asked about', async () => {
    let letter = LETTER;
    const records: Record<string, string> = {};
    for (let n = 0; n < SIGNATURE_LIMIT; n++) {
      records[`s${n}._domainkey.posta.test`] = KEY_RECORD;
      letter = await signed(letter, `s${n}`);
    }
    const within = check(letter, records);
    assert.equal((await within.verdict).dkim.length, SIGNATURE_LIMIT);
    const above = check(await signed(letter, 'more'), records);
    assert.deepEqual((await above.verdict).dkim, []);
    assert.ok(!above.asked.some((name) => name.includes('_domainkey')));
  });

  test('a domain that answers with ever more questions is left after so many', async () => {
    const records: Record<string, string> = { 'posta.test': 'v=spf1 redirect=_0.posta.test' };
    for (let n = 0; n < 2 * LOOKUP_LIMIT; n++)
      records[`_${n}.posta.test`] = `v=spf1 redirect=_${n + 1}.posta.test`;
    const { verdict, asked } = check(LETTER, records);
    assert.equal((await verdict).spf.result, 'permerror');
    assert.ok(asked.length <= LOOKUP_LIMIT, `${asked.length} questions`);
  });
});
