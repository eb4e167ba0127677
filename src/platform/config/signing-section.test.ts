// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signingContradictions, signingSection } from './signing-section.ts';

const TOKEN = { moduleFile: 'm.so', tokenLabel: 't', keyLabel: 'k', pinFile: 'pin' };

/** What is said of a section: the keys, with the first words of each sentence. */
function said(section: object): string[] {
  const parsed = signingSection.safeParse({ certificateFile: 'c.pem', ...section });
  if (!parsed.success) return parsed.error.issues.map(({ path }) => `refused ${path.join('.')}`);
  const told: string[] = [];
  signingContradictions(parsed.data, (path, sentence) => told.push(`${path}: ${sentence}`));
  return told;
}

test('SIG-5 a key in a file needs its file, one in a module its module', () => {
  assert.deepEqual(said({ keyFile: 'k' }), []);
  assert.deepEqual(said({}), ['signing.keyFile: is needed with signing.kind file']);
  assert.deepEqual(said({ kind: 'pkcs11', pkcs11: TOKEN }), []);
  assert.deepEqual(said({ kind: 'pkcs11' }), ['signing.pkcs11: is needed with signing.kind pkcs11']);
  assert.match(
    said({ kind: 'pkcs11', keyFile: 'k', pkcs11: TOKEN }).join(),
    /^signing\.keyFile: means nothing/,
  );
  assert.match(said({ keyFile: 'k', pkcs11: TOKEN }).join(), /^signing\.pkcs11: means nothing/);
});

test('SIG-5 token and key are named, each in one way', () => {
  const { tokenLabel: _, ...noToken } = TOKEN;
  const { keyLabel: __, ...noKey } = TOKEN;
  const token = (pkcs11: object) => said({ kind: 'pkcs11', pkcs11 });
  assert.match(token(noToken).join(), /either tokenLabel or slot/);
  assert.match(token({ ...TOKEN, slot: 0 }).join(), /either tokenLabel or slot/);
  assert.deepEqual(token({ ...noToken, slot: 0 }), []);
  assert.match(token(noKey).join(), /keyLabel, keyId or both/);
  assert.deepEqual(token({ ...noKey, keyId: '0aFF' }), []);
  assert.deepEqual(token({ ...TOKEN, keyId: '0a1' }), ['refused pkcs11.keyId']);
  assert.deepEqual(token({ ...TOKEN, sessions: 33 }), ['refused pkcs11.sessions']);
  assert.deepEqual(token({ ...TOKEN, pin: '1234' }), ['refused pkcs11']);
});
