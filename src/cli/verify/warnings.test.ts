// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Captured } from '../../../test/cli/captured.ts';
import { type FieldSigner, fieldBriefReceipt, fieldEnvelope } from '../../../test/cli/field-sample.ts';
import { SampleMail } from '../../../test/cli/sample-mail.ts';
import { type IssuedCertificate, makeKey } from '../../../test/openssl/test-authority.ts';
import { TestProvider } from '../../../test/openssl/test-provider.ts';
import { writeIndex } from '../../trust/authority/index-writer.ts';
import { verify } from '../verify.ts';

const CONTRACT = Buffer.alloc(200, '%PDF-1.4 contratto ');

let samples: SampleMail;
let provider: TestProvider;
let ca: string;
before(async () => {
  samples = await SampleMail.make();
  provider = new TestProvider(samples.folder);
  ca = samples.put('field-ca.pem', readFileSync(provider.root.certificateFile));
});
after(async () => {
  await samples[Symbol.asyncDispose]();
});

interface Report {
  readonly verdict: string;
  readonly warnings: readonly string[];
  readonly checks: readonly {
    readonly check: string;
    readonly result: string;
    readonly reason: string | null;
  }[];
  readonly files: { readonly result: string } | null;
}

async function report(octets: Buffer, options: Parameters<typeof verify>[0]['options'] = {}) {
  const file = samples.put('field.eml', octets);
  const captured = new Captured({ clock: samples.world.clock });
  const code = await verify({ file, options: { ca, json: true, ...options } }, captured);
  const found = captured.json as unknown as Report;
  const failed = found.checks.find(({ result }) => result === 'failed');
  return { ...found, code, failure: `${failed?.check} ${failed?.reason}` };
}

function signedBy(signer: IssuedCertificate, rest: Partial<FieldSigner> = {}): FieldSigner {
  return { signer, chain: provider.issuing.certificateFile, folder: samples.folder, ...rest };
}

/** The hash as a provider takes it that reads the base64 of a file, with Unix line ends. */
const unixHash = () =>
  createHash('sha1').update(CONTRACT.toString('base64').replace(/.{76}/g, '$&\n')).digest('hex');

suite('SIG-6 receipts and envelopes of other providers, old ones too', () => {
  test('an envelope signed over SHA-1 holds, with a warning', async () => {
    const found = await report(fieldEnvelope(provider, samples.folder));
    assert.deepEqual([found.code, found.verdict, found.warnings], [0, 'good', ['sha1-signature']]);
    const file = samples.put('field.eml', fieldEnvelope(provider, samples.folder));
    const captured = new Captured({ clock: samples.world.clock });
    assert.equal(await verify({ file, options: { ca } }, captured), 0);
    assert.match(captured.stdout.text, /^VALIDO: .*Attenzione: la firma usa SHA-1, oggi debole/s);
  });

  test('one signed over SHA-256 brings none', async () => {
    const octets = fieldBriefReceipt('0'.repeat(40), signedBy(provider.alfa, { digest: 'sha256' }));
    assert.deepEqual((await report(octets)).warnings, ['sha1-hashes']);
  });

  test('certificates of their time: signed with SHA-1, a key of 1024 bits', async () => {
    const keyFile = makeKey(join(samples.folder, 'short.pem'), 1024);
    const old = provider.issuing.issue('vecchio', { digest: 'sha1', keyFile });
    const found = await report(fieldBriefReceipt(unixHash(), signedBy(old)));
    const warnings = ['sha1-signature', 'sha1-certificate', 'short-key', 'sha1-hashes'];
    assert.deepEqual([found.code, found.warnings], [0, warnings]);
  });

  test('a brief receipt leads to the file, however the provider took the hash', async () => {
    const base64 = CONTRACT.toString('base64');
    const file = [samples.put('contratto.pdf', CONTRACT)];
    const hashed = [
      CONTRACT,
      base64.replace(/.{76}/g, '$&\n'),
      `${base64.replace(/.{76}/g, '$&\r\n')}\r\n`,
      base64,
    ];
    for (const form of hashed) {
      const sha1 = createHash('sha1').update(form).digest('hex');
      const found = await report(fieldBriefReceipt(sha1, signedBy(provider.alfa)), { file });
      assert.deepEqual([found.code, found.files?.result], [0, 'matches']);
    }
    const upper = fieldBriefReceipt(unixHash().toUpperCase(), signedBy(provider.alfa));
    assert.equal((await report(upper, { file })).code, 0);
    const other = await report(fieldBriefReceipt('0'.repeat(40), signedBy(provider.alfa)), { file });
    assert.deepEqual([other.code, other.files?.result], [1, 'differs']);
  });

  test('the index, where it is given, must know the certificate', async () => {
    const { indexSignerFile: indexSigner } = samples;
    const index = join(samples.folder, 'field-index.p7m');
    const publish = async (certificates: readonly Buffer[]) => {
      const alfa = {
        providerName: 'Gestore Alfa S.p.A.',
        certificates,
        mailReceipt: 'r@alfa.test',
        managedDomains: ['alfa.test'],
      };
      const ldif = writeIndex({ locationUrl: 'https://igpec.autorita.test/index.p7m', providers: [alfa] });
      writeFileSync(index, await samples.world.authority.signIndex(ldif));
    };
    await publish([provider.alfa.der]);
    assert.equal((await report(fieldEnvelope(provider, samples.folder), { index, indexSigner })).code, 0);
    await publish([provider.issuing.issue('altra').der]);
    const found = await report(fieldEnvelope(provider, samples.folder), { index, indexSigner });
    assert.deepEqual([found.code, found.failure], [1, 'index certificate-not-in-index']);
  });
});

suite('SIG-6 forged and altered ones are told from true ones, also over SHA-1', () => {
  test('a changed hash, text, or date of the certification data', async () => {
    const receipt = fieldBriefReceipt(unixHash(), signedBy(provider.alfa)).toString('latin1');
    for (const [from, to] of [
      [unixHash(), '0'.repeat(40)],
      ['Si allega', 'Si nega'],
      ['Ricevuta breve', 'Ricevuta greve'],
    ] as const) {
      assert.ok(receipt.includes(from));
      const found = await report(Buffer.from(receipt.replace(from, to), 'latin1'));
      assert.deepEqual([found.code, found.failure, found.warnings], [1, 'content digest-mismatch', []]);
    }
  });

  test('the names of a provider in a certificate that somebody else issued', async () => {
    const forger = new TestProvider(join(samples.folder, 'forger'));
    const chain = forger.issuing.certificateFile;
    const found = await report(fieldBriefReceipt(unixHash(), signedBy(forger.alfa, { chain })));
    assert.deepEqual([found.code, found.failure], [1, 'certificate chain-broken']);
    // The true authorities beside it change nothing.
    const both = samples.put('both.pem', readFileSync(chain));
    appendFileSync(both, readFileSync(provider.issuing.certificateFile));
    const mixed = await report(fieldBriefReceipt(unixHash(), signedBy(forger.alfa, { chain: both })));
    assert.deepEqual([mixed.code, mixed.failure], [1, 'certificate chain-broken']);
  });

  test('a true provider that signs in the name of another', async () => {
    const address = [
      'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=emailProtection',
      'subjectAltName=email:posta-certificata@beta.test',
    ];
    const beta = provider.issuing.issue('beta', { extensions: address });
    const found = await report(fieldBriefReceipt(unixHash(), signedBy(beta)));
    assert.deepEqual([found.code, found.failure], [1, 'sender sender-not-in-certificate']);
  });

  test('a signature over MD5 proves nothing', async () => {
    const found = await report(fieldBriefReceipt(unixHash(), signedBy(provider.alfa, { digest: 'md5' })));
    assert.deepEqual([found.code, found.failure], [1, 'certificate weak-digest']);
  });

  test('a certificate signed over MD5 proves nothing', async () => {
    const old = provider.issuing.issue('md5', { digest: 'md5' });
    const found = await report(fieldBriefReceipt(unixHash(), signedBy(old)));
    assert.deepEqual([found.code, found.failure], [1, 'certificate weak-digest']);
  });

  test('a certificate that had ended when it signed', async () => {
    const ended = provider.issuing.issue('finito', {
      notBefore: new Date(Date.UTC(2020, 0, 1)),
      notAfter: new Date(Date.UTC(2021, 0, 1)),
    });
    const found = await report(fieldBriefReceipt(unixHash(), signedBy(ended)));
    assert.deepEqual([found.code, found.failure], [1, 'certificate expired']);
  });
});
