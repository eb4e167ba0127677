// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import type { Recognition } from '../../evidence/recognition.ts';
import type {
  AuthenticMessage,
  SignatureFailure,
  ValidityFailure,
} from '../../trust/signing/verification-result.ts';
import { foreign, missing, unsound } from '../../trust/signing/verification-result.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { decideIncoming, type IncomingFacts, type IncomingInput } from './incoming-decision.ts';

const owner = {
  providerName: 'Gestore Alfa S.p.A.',
  mailReceipt: 'servizio@pec.alfa.test',
  managedDomains: new Set(['pec.alfa.test', 'pec.comune.test']),
  certificates: [],
};
const signature = {
  authentic: true,
  certificate: { rfc822Names: ['posta-certificata@pec.alfa.test'] },
  certificateHash: 'ab',
  crlNumber: '1',
  provider: owner,
  owners: [owner],
} as unknown as AuthenticMessage;

const data: CertificationData = {
  kind: 'posta-certificata',
  error: 'nessuno',
  identifier: 'id1@pec.alfa.test',
  sender: 'anna@pec.alfa.test',
  recipients: [{ address: 'a@pec.beta.test', certified: true }],
  replyTo: 'anna@pec.alfa.test',
  provider: 'Gestore Alfa S.p.A.',
  instant: 0,
};
const original = indexMessage(Buffer.from('a: b\r\n\r\n')).root;
const envelope: Recognition = {
  kind: 'transport-envelope',
  data,
  original,
  strangers: [],
  automatic: false,
  soft: [],
};
const notification = (
  receipt: 'presa-in-carico' | 'avvenuta-consegna' | 'rilevazione-virus',
): Recognition => ({
  kind: 'notification',
  data: { ...data, kind: receipt },
  receipt,
});
const neither: Recognition = { kind: 'neither', hard: ['kind-mismatch'], detail: 'kind-mismatch' };

const SERVICE = 'servizio@pec.beta.test';

function decide(input: Partial<IncomingInput> = {}, facts: Partial<IncomingFacts> = {}) {
  return decideIncoming(
    {
      verification: signature,
      fromAddress: 'posta-certificata@pec.alfa.test',
      recognition: envelope,
      forwardPaths: ['a@pec.beta.test'],
      ...input,
    },
    { served: new Set(), issuedHere: true, serviceMailbox: SERVICE, ...facts },
  );
}

suite('incoming decision', () => {
  test('IP-10 the result table', () => {
    const table: readonly (readonly [string, Partial<IncomingInput>, string])[] = [
      ['all pass, an envelope', {}, 'envelope'],
      ['all pass, a notification', { recognition: notification('avvenuta-consegna') }, 'notification'],
      ['all pass, neither', { recognition: neither }, 'damaged'],
      ['no signature', { verification: missing('no-signature', '') }, 'ordinary'],
      ['a signature nobody can read', { verification: missing('bad-cms', '') }, 'ordinary'],
      ['of nobody known', { verification: foreign('certificate-not-in-index', '') }, 'ordinary'],
      ['that does not hold', { verification: unsound('digest-mismatch', '') }, 'ordinary'],
      [
        'whatever it says it is',
        { verification: missing('no-signature', ''), recognition: neither },
        'ordinary',
      ],
    ];
    for (const [sentence, input, decided] of table) assert.equal(decide(input).decided, decided, sentence);
  });

  test('IP-4 IP-5 IP-6 each way to fail has its words', () => {
    const table: readonly (readonly [SignatureFailure, string])[] = [
      [missing('no-signature', ''), 'no-signature'],
      [missing('several-signers', ''), 'no-signature'],
      [foreign('certificate-not-in-index', ''), 'not-trusted'],
      [foreign('certificate-differs-from-index', ''), 'not-trusted'],
      ...(
        [
          ['digest-mismatch', 'altered'],
          ['signature-invalid', 'altered'],
          ['expired', 'expired'],
          ['not-yet-valid', 'expired'],
          ['revoked', 'revoked'],
          ['chain-broken', 'not-trusted'],
          ['weak-digest', 'not-trusted'],
        ] satisfies [ValidityFailure, string][]
      ).map(([reason, cause]) => [unsound(reason, ''), cause] as const),
    ];
    for (const [verification, cause] of table) {
      const decision = decide({ verification });
      assert.equal(decision.decided === 'ordinary' && decision.cause, cause, verification.reason);
    }
  });

  test('IP-6 U-17 what cannot be judged now is neither ordinary nor certified', () => {
    const decision = decide({ verification: unsound('crl-unavailable', 'no list') });
    assert.deepEqual(decision, { decided: 'try-later', detail: 'no list' });
  });

  test('IP-8 GEN-6 From is the address of the certificate, in a domain of its provider', () => {
    const wrong = [undefined, 'anna@pec.alfa.test', 'posta-certificata@pec.beta.test'];
    for (const fromAddress of wrong) {
      const { fromAddress: _, ...rest } = { fromAddress, forwardPaths: ['a@pec.beta.test'] };
      const decision = decideIncoming(
        {
          ...rest,
          ...(fromAddress !== undefined && { fromAddress }),
          verification: signature,
          recognition: envelope,
        },
        { served: new Set(), issuedHere: true, serviceMailbox: SERVICE },
      );
      assert.equal(decision.decided === 'damaged' && decision.cause, 'wrong-sender', fromAddress);
    }
    assert.equal(decide({ fromAddress: 'Posta-Certificata@PEC.alfa.test' }).decided, 'envelope');
    const moved = { ...owner, managedDomains: new Set(['pec.comune.test']) };
    const verification = { ...signature, owners: [moved] };
    assert.equal(decide({ verification }).decided, 'damaged');
    // A secondary environment may have the domain, and share the certificate.
    assert.equal(decide({ verification: { ...signature, owners: [moved, owner] } }).decided, 'envelope');
  });

  test('IP-27 IP-28 recipients are new, served before, or strangers', () => {
    const forwardPaths = ['a@pec.beta.test', 'B@pec.beta.test', 'x@pec.beta.test', 'y@pec.beta.test'];
    const recognition = { ...envelope, strangers: ['x@pec.beta.test', 'y@pec.beta.test'] };
    const decision = decide(
      { recognition, forwardPaths },
      { served: new Set(['b@pec.beta.test', 'y@pec.beta.test']) },
    );
    assert.equal(decision.decided, 'envelope');
    if (decision.decided !== 'envelope') return;
    assert.deepEqual(decision.recipients, ['a@pec.beta.test']);
    assert.deepEqual(decision.duplicates, ['B@pec.beta.test', 'y@pec.beta.test']);
    assert.deepEqual(decision.strangers, ['x@pec.beta.test']);
  });

  test('IP-14 IP-30 M6 and M8 are for the service mailbox, about what was issued here', () => {
    const user = ['anna@pec.beta.test'];
    const service = ['Servizio@pec.beta.test'];
    const table: readonly (readonly [string, Recognition, readonly string[], boolean, string])[] = [
      ['M6 where it belongs', notification('presa-in-carico'), service, true, 'notification'],
      ['M8 where it belongs', notification('rilevazione-virus'), service, true, 'notification'],
      ['M6 for a user', notification('presa-in-carico'), user, true, 'damaged'],
      ['M8 for a user', notification('rilevazione-virus'), user, true, 'damaged'],
      ['M6 for both', notification('presa-in-carico'), [...service, ...user], true, 'damaged'],
      ['M6 about something else', notification('presa-in-carico'), service, false, 'damaged'],
      ['a receipt for a user', notification('avvenuta-consegna'), user, true, 'notification'],
      ['a receipt about something else', notification('avvenuta-consegna'), user, false, 'damaged'],
    ];
    for (const [sentence, recognition, forwardPaths, issuedHere, decided] of table) {
      assert.equal(decide({ recognition, forwardPaths }, { issuedHere }).decided, decided, sentence);
    }
  });

  test('SRV-1 the service mailbox takes M6 and M8 only', () => {
    const forwardPaths = [SERVICE];
    assert.equal(decide({ recognition: notification('avvenuta-consegna'), forwardPaths }).decided, 'damaged');
  });
});
