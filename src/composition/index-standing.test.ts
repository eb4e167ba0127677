// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { certificateOf, TestProvider, temporaryFolder } from '../../test/openssl/test-provider.ts';
import type { Config } from '../platform/config/config.ts';
import { createSnapshot } from '../trust/provider-directory/directory-snapshot.ts';
import { amissInIndex } from './index-standing.ts';

const { alfa, issuing } = new TestProvider(temporaryFolder(after));
const certificate = certificateOf(alfa.der);
const provider = {
  name: 'Gestore Alfa S.p.A.',
  domains: ['pec.alfa.test', 'alfa.test'],
  serviceMailbox: 'ricevute@pec.alfa.test',
} as Config['provider'];
const RECORD = {
  providerName: 'GESTORE  Alfa S.p.A.',
  providerUnit: undefined,
  mailReceipt: 'ricevute@PEC.alfa.test',
  managedDomains: new Set(['pec.alfa.test']),
  certificates: [issuing.der, alfa.der],
  certificateHashes: [certificateOf(issuing.der).sha1, certificate.sha1],
  ldifLocationUrl: undefined,
  description: undefined,
};
const SECOND = {
  ...RECORD,
  providerUnit: 'Ambiente secondario',
  mailReceipt: 'altre@alfa.test',
  managedDomains: new Set(['alfa.test']),
  certificates: [],
  certificateHashes: [],
};

function amiss(records: readonly (typeof RECORD | typeof SECOND)[]): readonly string[] {
  const facts = { records, sha256: 'ab', publishedAt: 0, locationUrl: undefined };
  return amissInIndex(createSnapshot(facts), { provider, certificate });
}

test('DIR-1 DIR-4 what the index says of us may stand in several records and be written otherwise', () => {
  assert.deepEqual(amiss([RECORD, SECOND]), []);
});

test('IP-5 DIR-17 a domain, the certificate or the service mailbox that the index has otherwise is told', () => {
  assert.deepEqual(amiss([RECORD]), ['alfa.test is not ours']);
  const stranger = { ...SECOND, providerName: 'Beta' };
  assert.deepEqual(amiss([RECORD, stranger]), ['alfa.test is not ours']);
  assert.deepEqual(amiss([{ ...RECORD, certificates: [issuing.der] }, SECOND]), [
    'the certificate that we sign with is not in our record',
  ]);
  assert.deepEqual(amiss([{ ...RECORD, mailReceipt: 'a@alfa.test' }, SECOND]), [
    'ricevute@pec.alfa.test is not our service mailbox',
  ]);
  assert.equal(amiss([]).length, 4);
});
