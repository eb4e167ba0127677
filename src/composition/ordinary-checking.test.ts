// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import type { Config } from '../platform/config/config.ts';
import { ordinary } from '../platform/config/ordinary-section.ts';
import type { Dns } from '../platform/dns.ts';
import { silentJournal } from '../platform/journal.ts';
import { newReception } from '../points/incoming/reception.ts';
import { indexMessage } from '../wire/mime/mime-index.ts';
import { openOrdinaryChecks } from './ordinary-checking.ts';
import { completed } from './surroundings.ts';

const LETTER = Buffer.from('From: info@posta.test\r\nTo: carla@pec.beta.test\r\n\r\nciao\r\n');

const dns: Dns = {
  mailHosts: async () => ({ found: 'no-such-domain' }),
  addresses: async () => [],
  texts: async (name) => (name === 'posta.test' ? ['v=spf1 -all'] : []),
};

/** What is found out about one letter under this configuration. */
async function vet(section: unknown) {
  const config = { ordinary: ordinary.parse(section), provider: { hostname: 'mx.pec.beta.test' } };
  const checks = openOrdinaryChecks(config as Config, completed({ journal: silentJournal, dns }));
  const index = indexMessage(LETTER);
  const octets = {
    size: LETTER.length,
    read: async (start: number, end: number) => LETTER.subarray(start, end),
    stream: async function* () {
      yield LETTER;
    },
    slices: () => [],
  };
  const vetting = await checks.vet(
    newReception(
      {
        reversePath: 'info@posta.test',
        forwardPaths: ['carla@pec.beta.test'],
        message: {
          octets,
          scan: { verdict: 'clean' },
          size: LETTER.length,
          index,
          header: LETTER.subarray(0, index.root.bodyStart),
        },
        peer: { address: '192.0.2.7', helo: 'mx.posta.test', tls: false },
      },
      0,
    ),
  );
  return { rules: checks.rules, vetting };
}

suite('ordinary mail as the configuration wants it looked at', () => {
  test('without a word: the sender is checked, nothing is refused, no filter is asked', async () => {
    const { rules, vetting } = await vet({});
    assert.deepEqual(rules, { dmarc: 'tell', spfFail: 'tell', spam: 'file' });
    assert.equal(vetting?.sender?.spf.result, 'fail');
    assert.equal(vetting?.spam, undefined);
  });

  test('checks off, rspamd on', async () => {
    const server = createServer((_, answer) =>
      answer.end('{"action":"reject","score":20,"required_score":15}'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { rules, vetting } = await vet({
        senderChecks: false,
        dmarc: 'follow',
        spfFail: 'refuse',
        spam: { url, reject: 'refuse' },
      });
      assert.deepEqual(rules, { dmarc: 'follow', spfFail: 'refuse', spam: 'refuse' });
      assert.equal(vetting?.sender, undefined);
      assert.equal(vetting?.spam?.advice, 'reject');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
