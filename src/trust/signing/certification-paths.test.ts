// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  authorityExtensions,
  makeKey,
  profileExtensions,
  TestAuthority,
} from '../../../test/openssl/test-authority.ts';
import { certificateOf, TestProvider, temporaryFolder } from '../../../test/openssl/test-provider.ts';
import { CertificationPaths, type CertificationPathsOptions } from './certification-paths.ts';
import type { RevocationQuestion, RevocationStatus } from './revocation-source.ts';

const folder = temporaryFolder(after);
const { root, issuing, alfa } = new TestProvider(folder);
const { keyFile } = alfa;
const now = Date.now();
const HOUR_MS = 60 * 60 * 1000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const anchors = [certificateOf(root.der)];
const carried = [issuing.der];

interface Case {
  readonly signer?: Buffer;
  readonly carried?: readonly Buffer[];
  readonly instant?: number;
  readonly options?: Partial<CertificationPathsOptions>;
}

async function judge(given: Case): Promise<string> {
  const paths = new CertificationPaths({ anchors, revocation: null, ...given.options });
  const signer = certificateOf(given.signer ?? alfa.der);
  const result = await paths.judge(signer, {
    instant: given.instant ?? now,
    carried: given.carried ?? carried,
  });
  return result.ok ? 'good' : result.reason;
}

test('IP-6 the path leads over the carried or the configured authority to the anchor', async () => {
  assert.equal(await judge({}), 'good');
  assert.equal(await judge({ carried: [] }), 'chain-broken');
  const intermediates = [certificateOf(issuing.der)];
  assert.equal(await judge({ carried: [], options: { intermediates } }), 'good');
  assert.equal(await judge({ carried: [], options: { anchors: intermediates } }), 'good');
  assert.equal(
    await judge({ carried: [Buffer.from('30030201', 'hex'), ...carried, alfa.der, root.der] }),
    'good',
  );
});

test('IP-6 an unknown authority of the same name is not the anchor', async () => {
  const strangers = new TestProvider(temporaryFolder(after));
  assert.equal(
    await judge({ signer: strangers.alfa.der, carried: [strangers.issuing.der, strangers.root.der] }),
    'chain-broken',
  );
  assert.equal(await judge({ signer: strangers.alfa.der }), 'chain-broken');
});

test('IP-6 dates of each certificate count, to the second', async () => {
  const brief = { notBefore: new Date(now + HOUR_MS), notAfter: new Date(now + 2 * HOUR_MS) };
  const signer = issuing.issue('brief', { keyFile, ...brief }).der;
  const { notBefore, notAfter } = certificateOf(signer);
  assert.equal(await judge({ signer, instant: notBefore }), 'good');
  assert.equal(await judge({ signer, instant: notBefore - 1 }), 'not-yet-valid');
  assert.equal(await judge({ signer, instant: notAfter }), 'good');
  assert.equal(await judge({ signer, instant: notAfter + 1 }), 'expired');
  const dates = { notBefore: new Date(now - 2 * HOUR_MS), notAfter: new Date(now - HOUR_MS) };
  const subject = '/C=IT/O=Autorita di prova/CN=Scaduta';
  const extensions = authorityExtensions();
  const expired = root.issue('expired', { subject, extensions, keyFile: issuing.keyFile, ...dates });
  const below = new TestAuthority(`${folder}/expired`, expired).issue('below', { keyFile });
  assert.equal(await judge({ signer: below.der, carried: [expired.der] }), 'expired');
});

test('IP-6 only authorities issue, and no deeper than they may', async () => {
  const forger = new TestAuthority(`${folder}/forger`, alfa);
  const forged = forger.issue('forged', { keyFile });
  assert.equal(await judge({ signer: forged.der, carried: [alfa.der, issuing.der] }), 'chain-broken');
  // The issuing authority has a path length of 0.
  const deeper = issuing.authority('deeper');
  const deep = deeper.issue('deep', { keyFile });
  assert.equal(await judge({ signer: deep.der, carried: [deeper.der, issuing.der] }), 'chain-broken');
  const noSigning = root.authority('no-signing', [
    'basicConstraints=critical,CA:true',
    'keyUsage=critical,cRLSign',
  ]);
  const unsigned = noSigning.issue('unsigned', { keyFile });
  assert.equal(await judge({ signer: unsigned.der, carried: [noSigning.der] }), 'chain-broken');
});

test('IP-6 the certificate must be for signing mail', async () => {
  const issue = (name: string, ...lines: readonly string[]): Buffer =>
    issuing.issue(name, {
      keyFile,
      extensions: ['subjectAltName=email:posta-certificata@alfa.test', ...lines],
    }).der;
  assert.equal(
    await judge({ signer: issue('encipher', 'keyUsage=critical,keyEncipherment') }),
    'signing-not-permitted',
  );
  assert.equal(
    await judge({ signer: issue('server', 'extendedKeyUsage=serverAuth') }),
    'signing-not-permitted',
  );
  assert.equal(await judge({ signer: issue('any', 'extendedKeyUsage=anyExtendedKeyUsage') }), 'good');
  assert.equal(await judge({ signer: issue('plain') }), 'good');
});

test('SIG-12 an unknown critical extension is refused, an unknown one that is not critical is passed over', async () => {
  const issue = (name: string, line: string): Buffer =>
    issuing.issue(name, { keyFile, extensions: [...profileExtensions(), line] }).der;
  const critical = issue('critical', '1.2.3.4=critical,DER:0500');
  assert.equal(await judge({ signer: critical }), 'unknown-critical-extension');
  assert.equal(await judge({ signer: issue('harmless', '1.2.3.4=DER:0500') }), 'good');
});

test('IP-6 an authority vouches only for the names it is allowed to', async () => {
  const constraint =
    'nameConstraints=critical,permitted;email:alfa.test,permitted;dirName:allowed,excluded;email:no@alfa.test';
  const names = ['[allowed]', 'C=IT', 'O=Gestore Alfa S.p.A.'];
  const limited = root.authority('limited', [...authorityExtensions(constraint), ...names]);
  const issue = (name: string, address: string, subject?: string): Promise<string> => {
    const extensions = profileExtensions({ address });
    const signer = limited.issue(name, {
      keyFile,
      extensions,
      ...(subject === undefined ? {} : { subject }),
    }).der;
    return judge({ signer, carried: [limited.der] });
  };
  assert.equal(await issue('inside', 'posta-certificata@ALFA.test'), 'good');
  assert.equal(await issue('outside', 'posta-certificata@beta.test'), 'name-not-permitted');
  assert.equal(await issue('below', 'posta-certificata@sub.alfa.test'), 'name-not-permitted');
  assert.equal(await issue('excluded', 'no@alfa.test'), 'name-not-permitted');
  assert.equal(
    await issue('subject', 'si@alfa.test', '/C=IT/O=Gestore Beta S.p.A./CN=Posta'),
    'name-not-permitted',
  );
  const legacy = '/C=IT/O=Gestore Alfa S.p.A./CN=Posta/emailAddress=x@beta.test';
  assert.equal(await issue('legacy', 'si@alfa.test', legacy), 'name-not-permitted');
});

test('IP-6 weak keys and MD5 are refused', async () => {
  const small = makeKey(`${folder}/small.pem`, 1023);
  assert.equal(await judge({ signer: issuing.issue('small', { keyFile: small }).der }), 'weak-key');
  assert.equal(await judge({ signer: issuing.issue('md5', { keyFile, digest: 'md5' }).der }), 'weak-digest');
  assert.equal(await judge({ signer: issuing.issue('sha1', { keyFile, digest: 'sha1' }).der }), 'good');
});

test('IP-6 two authorities that certify each other do not lead round in circles', async () => {
  const other = root.authority('other');
  const subject = '/C=IT/O=Autorita di prova/CN=other';
  const extensions = authorityExtensions();
  const below = other.issue('below-other', { keyFile });
  const loops = Array.from({ length: 6 }, (_, index) =>
    other.issue(`loop-${index}`, { subject, extensions, keyFile: other.keyFile }),
  ).map(({ der }) => der);
  assert.equal(await judge({ signer: below.der, carried: loops }), 'chain-broken');
});

function counting(answer: (question: RevocationQuestion) => RevocationStatus) {
  const asked: RevocationQuestion[] = [];
  const check = async (question: RevocationQuestion): Promise<RevocationStatus> => {
    asked.push(question);
    return answer(question);
  };
  return { asked, check };
}

test('IP-6 each certificate below the anchor is asked about, from above, and a good path is remembered', async () => {
  const goodUntil = now + 10 * 60 * 1000;
  const revocation = counting(({ certificate }) => {
    return { status: 'good', crlNumber: certificate.subject.attributes.at(-1)?.text ?? '', goodUntil };
  });
  const paths = new CertificationPaths({ anchors, revocation });
  const at = (instant: number) => paths.judge(certificateOf(alfa.der), { instant, carried });
  const first = await at(now);
  assert.ok(first.ok && first.crlNumber === 'Posta Certificata' && first.chain.length === 3);
  const names = revocation.asked.map(({ certificate, issuer }) => [certificate.sha1, issuer.sha1]);
  const [one, two, three] = [alfa.der, issuing.der, root.der].map((der) => certificateOf(der).sha1);
  assert.deepEqual(names, [
    [two, three],
    [one, two],
  ]);
  await at(goodUntil - 1);
  assert.equal(revocation.asked.length, 2);
  await at(goodUntil);
  assert.equal(revocation.asked.length, 4);
  // A clock that was set back asks again.
  await at(now - 1);
  assert.equal(revocation.asked.length, 6);
});

test('IP-7 a good path is believed for an hour at most, and a bad one not at all', async () => {
  const revocation = counting(() => ({ status: 'good', crlNumber: null, goodUntil: now + YEAR_MS }));
  const paths = new CertificationPaths({ anchors, revocation });
  const at = (instant: number) => paths.judge(certificateOf(alfa.der), { instant, carried });
  await at(now);
  await at(now + HOUR_MS - 1);
  assert.equal(revocation.asked.length, 2);
  await at(now + HOUR_MS);
  assert.equal(revocation.asked.length, 4);
  const bad = counting(() => ({ status: 'unavailable', detail: 'HTTP 500' }));
  const refusing = new CertificationPaths({ anchors, revocation: bad });
  await refusing.judge(certificateOf(alfa.der), { instant: now, carried });
  await refusing.judge(certificateOf(alfa.der), { instant: now, carried });
  assert.equal(bad.asked.length, 2);
});
