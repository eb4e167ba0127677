// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import { Captured } from '../../test/cli/captured.ts';
import { fieldAuthority, fieldEnvelope } from '../../test/cli/field-sample.ts';
import { matchesGolden } from '../../test/cli/golden.ts';
import { SampleMail } from '../../test/cli/sample-mail.ts';
import { TestProvider } from '../../test/openssl/test-provider.ts';
import { FixedClock } from '../platform/clock.ts';
import { Fault } from '../platform/faults.ts';
import { type VerifyOptions, verify } from './verify.ts';

let samples: SampleMail;
let files = 0;
before(async () => {
  samples = await SampleMail.make();
});
after(async () => {
  await samples[Symbol.asyncDispose]();
});

/** Runs the command over a file with these octets; what it says, and how it ends. */
async function verifying(octets: Buffer | string, options: VerifyOptions = {}) {
  const file = samples.put(`message-${++files}.eml`, octets);
  const captured = new Captured({ clock: samples.world.clock });
  const code = await verify({ file, options: { ca: samples.caFile, ...options } }, captured);
  return { code, text: captured.stdout.text, captured };
}

async function report(octets: Buffer | string, options: VerifyOptions = {}): Promise<Report> {
  const { code, captured } = await verifying(octets, { ...options, json: true });
  return { ...(captured.json as unknown as Omit<Report, 'code'>), code };
}

interface Report {
  readonly code: number;
  readonly verdict: string;
  readonly kind: string | null;
  readonly looksLike: string | null;
  readonly checks: readonly {
    readonly check: string;
    readonly result: string;
    readonly reason: string | null;
  }[];
  readonly certifies: Record<string, unknown> | null;
  readonly signer: Record<string, unknown> | null;
  readonly original: { readonly hashFiles: unknown; readonly attachments: { name: string }[] } | null;
}

/** `check reason` of the first check that failed. */
function failure({ checks }: Report): string {
  const failed = checks.find(({ result }) => result === 'failed');
  return `${failed?.check} ${failed?.reason}`;
}

const anna = () => samples.world.alfa.user('anna');
const receipt = (about = 'completa') => samples.octetsOf(anna(), { kind: 'avvenuta-consegna', about });

suite('what holds', () => {
  test('every kind of message is recognised and ends with 0', async () => {
    const { alfa, beta } = samples.world;
    const kinds: readonly [Parameters<SampleMail['octetsOf']>[0], string, string, string][] = [
      [anna(), 'accettazione', 'completa', 'acceptance'],
      [alfa.user('bruno'), 'non-accettazione', '', 'non-acceptance'],
      [beta.user('carla'), 'posta-certificata', 'completa', 'transport-envelope'],
      [alfa.service, 'presa-in-carico', 'completa', 'take-charge'],
      [anna(), 'avvenuta-consegna', 'completa', 'delivery-complete'],
      [anna(), 'avvenuta-consegna', 'breve', 'delivery-brief'],
      [anna(), 'avvenuta-consegna', 'sintetica', 'delivery-concise'],
      [anna(), 'errore-consegna', 'completa', 'non-delivery'],
    ];
    for (const [user, kind, about, expected] of kinds) {
      const found = await report(await samples.octetsOf(user, { kind, about }));
      assert.equal(failure(found), 'undefined undefined', expected);
      assert.deepEqual([found.code, found.verdict, found.kind], [0, 'good', expected]);
    }
  });

  test('an anomaly envelope holds and proves nothing of what it wraps', async () => {
    const { beta } = samples.world;
    await beta.opens('aperta', { ordinaryMail: 'deliver' });
    const letter = 'From: tizio@posta.test\r\nTo: aperta@pec.beta.test\r\nSubject: x\r\n\r\nCiao\r\n';
    await beta.receives(Buffer.from(letter), { from: 'tizio@posta.test', to: ['aperta@pec.beta.test'] });
    const octets = await samples.octetsOf(beta.user('aperta'), { kind: 'anomalia', about: '' });
    const found = await report(octets);
    assert.deepEqual([found.code, found.kind, found.certifies], [0, 'anomaly-envelope', null]);
    const { text } = await verifying(octets);
    assert.match(text, /^VALIDO: busta di anomalia\n.*non ne certifica né il mittente/s);
  });

  test('an envelope or receipt that was made to look like an anomaly envelope does not hold', async () => {
    const envelope = await samples.octetsOf(samples.world.beta.user('carla'), {
      kind: 'posta-certificata',
      about: 'completa',
    });
    const changed = envelope
      .toString('latin1')
      .replace('X-Trasporto: posta-certificata', 'X-Trasporto: errore');
    const found = await report(Buffer.from(changed, 'latin1'));
    assert.deepEqual([found.code, found.verdict], [1, 'bad']);
    assert.equal(failure(found), 'form contradictory-headers');
  });

  test('the index tells that the signer is a provider', async () => {
    const { indexFile: index, indexSignerFile: indexSigner } = samples;
    const found = await report(await receipt(), { index, indexSigner });
    assert.equal(found.code, 0);
    assert.deepEqual(
      found.checks.find(({ check }) => check === 'index'),
      {
        check: 'index',
        result: 'passed',
        reason: null,
        detail: null,
      },
    );
    assert.equal(found.signer?.provider, 'Gestore Beta S.r.l.');
  });

  test('a revocation list that knows the certificate is asked', async () => {
    const { root, signing } = samples.world.authority.issuers;
    const crl = [
      samples.put('signing.crl', await signing.revocationList()),
      samples.put('root.crl', await root.revocationList()),
    ];
    const found = await report(await receipt(), { crl });
    assert.equal(found.checks.find(({ check }) => check === 'revocation')?.result, 'passed');
    assert.equal(found.code, 0);
  });

  test('what saving did to a file is undone: Unix line ends, the line of an mbox, a byte order mark', async () => {
    const octets = await receipt();
    const unix = Buffer.from(octets.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    const mbox = Buffer.concat([Buffer.from('From anna@pec.alfa.test Mon Mar  2 10:15:02 2026\n'), unix]);
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), octets]);
    for (const file of [unix, mbox, marked]) assert.equal((await report(file)).code, 0);
    assert.match((await verifying(mbox)).text, /archivio \(mbox\).*fine riga di Unix/s);
  });

  test('a brief receipt lists the hashes of what was attached, by their names', async () => {
    const { original } = await report(await receipt('breve'));
    // The worked example of spec/pec.md section 2.11.
    const sha1 = 'aa8f7e7f3b82a58ed869b1393217bb663e936145';
    assert.deepEqual(original?.hashFiles, [{ name: 'città.bin', sha1 }]);
    assert.deepEqual(original?.attachments, []);
  });

  test('SIG-6 an envelope shaped like those of the field holds: SHA-1, x- spellings, binary containers', async () => {
    const provider = new TestProvider(samples.folder);
    const ca = samples.put('field-ca.pem', fieldAuthority(provider));
    const found = await report(fieldEnvelope(provider, samples.folder), { ca });
    assert.equal(failure(found), 'undefined undefined');
    assert.deepEqual([found.code, found.kind, found.signer?.digest], [0, 'transport-envelope', 'sha1']);
    assert.equal(found.certifies?.identifier, 'opec21192.20241205120000.01234.567.1.65@alfa.test');
  });

  test('the words: a brief receipt, a notice of non-delivery, an acceptance', async () => {
    const { indexFile: index, indexSignerFile: indexSigner } = samples;
    const brief = await receipt('breve');
    matchesGolden('verify-brief-it', (await verifying(brief, { index, indexSigner })).text);
    matchesGolden('verify-brief-en', (await verifying(brief, { index, indexSigner, lang: 'en' })).text);
    const notice = await samples.octetsOf(anna(), { kind: 'errore-consegna', about: 'completa' });
    matchesGolden('verify-non-delivery-it', (await verifying(notice)).text);
    const acceptance = await samples.octetsOf(anna(), { kind: 'accettazione', about: 'completa' });
    matchesGolden('verify-acceptance-en', (await verifying(acceptance, { lang: 'en' })).text);
    const envelope = { kind: 'posta-certificata', about: 'completa' };
    const complete = await samples.octetsOf(samples.world.beta.user('carla'), envelope);
    const { text } = await verifying(complete, { json: true });
    matchesGolden(
      'verify-envelope-json',
      text.replaceAll(samples.folder, 'FOLDER').replace(/message-\d+/, 'message'),
    );
  });

  test('certificates are judged when the message was signed, or now', async () => {
    const octets = await receipt();
    const file = samples.put('old.eml', octets);
    const later = new Captured({ clock: new FixedClock(samples.world.clock.now() + 20 * 365 * 86_400_000) });
    const judge = (at: 'now' | 'signing-time') =>
      verify({ file, options: { ca: samples.caFile, at, json: true } }, later);
    assert.equal(await judge('signing-time'), 0);
    later.stdout.text = '';
    assert.equal(await judge('now'), 1);
    assert.equal(failure(later.json as unknown as Report), 'certificate expired');
  });
});

suite('what does not hold', () => {
  test('a changed octet anywhere in the signed entity is found', async () => {
    const octets = await receipt();
    const start = octets.indexOf('\r\n--') + 4;
    const end = octets.indexOf('Content-Type: application/pkcs7-signature');
    for (let at = octets.indexOf('\r\n', start) + 2; at < end - 200; at += 97) {
      const changed = Buffer.from(octets);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const found = await report(changed);
      assert.deepEqual([found.code, found.verdict], [1, 'bad'], `octet ${at}`);
    }
  });

  test('it is said in plain words which check failed, and that the rest is unproven', async () => {
    const octets = await receipt();
    const changed = Buffer.from(octets.toString('latin1').replace('UGVyY2jDqQ', 'UGVyY2jDqg'), 'latin1');
    const at = changed.indexOf('SGVsbG8sIFBFQyE=');
    changed.write('SGVsbG8sIFBFQyF=', at, 'latin1');
    const { code, text } = await verifying(changed);
    assert.equal(code, 1);
    const [headline, sentence] = text.split('\n');
    assert.equal(headline, 'NON VALIDO: ricevuta completa di avvenuta consegna');
    assert.equal(
      sentence,
      'Il contenuto è stato modificato dopo la firma. Quel che segue è scritto nel messaggio,',
    );
    assert.match(text, /\[NO\] è intatto: nulla è cambiato dopo la firma: il contenuto è stato modificato/);
    const english = await verifying(changed, { lang: 'en' });
    assert.match(english.text, /^NOT VALID: complete delivery receipt\nThe content was changed after/);
  });

  test('a certificate of another authority is not trusted', async () => {
    const other = samples.put('other.pem', opensslCa());
    const found = await report(await receipt(), { ca: other });
    assert.deepEqual([found.code, failure(found)], [1, 'certificate chain-broken']);
  });

  test('a revoked certificate is told, and a list of somebody else decides nothing', async () => {
    const { authority, beta } = samples.world;
    const { root, signing } = authority.issuers;
    const octets = await receipt();
    const other = samples.put('root.crl', await root.revocationList());
    const undecided = await report(octets, { crl: [other] });
    assert.deepEqual([undecided.code, undecided.verdict], [3, 'undecided']);
    const before = samples.put('before.crl', await signing.revocationList());
    assert.equal((await report(octets, { crl: [before, other] })).code, 0);
    samples.world.clock.advance(1000);
    authority.revoke(beta.identity.certificate, 'keyCompromise');
    const revoked = samples.put('revoked.crl', await signing.revocationList());
    // It was signed before that: only a judgement of now finds it revoked.
    assert.equal((await report(octets, { crl: [revoked, other] })).code, 0);
    const found = await report(octets, { crl: [revoked, other], at: 'now' });
    assert.deepEqual([found.code, failure(found)], [1, 'revocation revoked']);
  });

  test('a provider that is not in the index, or not with that domain, is told', async () => {
    const { indexSignerFile: indexSigner } = samples;
    const without = `${samples.folder}/without.p7m`;
    await samples.publishIndex(without, (key) => [key === 'beta' ? 'altro.beta.test' : `pec.${key}.test`]);
    const moved = await report(await receipt(), { index: without, indexSigner });
    assert.deepEqual([moved.code, failure(moved)], [1, 'sender domain-not-managed']);
    const { providers } = samples.world;
    const beta = providers.pop();
    await samples.publishIndex(without);
    assert.ok(beta);
    providers.push(beta);
    const gone = await report(await receipt(), { index: without, indexSigner });
    assert.deepEqual([gone.code, failure(gone)], [1, 'index certificate-not-in-index']);
  });

  test('a From that is not of the signer, and a header that contradicts the signed data', async () => {
    const text = (await receipt()).toString('latin1');
    const from = await report(
      Buffer.from(text.replace(/^From: .*$/m, 'From: sindaco@altrove.test'), 'latin1'),
    );
    assert.deepEqual([from.code, failure(from)], [1, 'sender sender-not-in-certificate']);
    const kind = text.replace('X-Ricevuta: avvenuta-consegna', 'X-Ricevuta: accettazione');
    const other = await report(Buffer.from(kind, 'latin1'));
    assert.deepEqual([other.code, failure(other), other.kind], [1, 'form kind-mismatch', null]);
    const unknown = text.replace('X-Ricevuta: avvenuta-consegna', 'X-Ricevuta: mancata-consegna');
    assert.equal(failure(await report(Buffer.from(unknown, 'latin1'))), 'form unknown-receipt');
  });

  test('certified mail without a signature is none', async () => {
    const letter = 'X-Ricevuta: avvenuta-consegna\r\nFrom: x@y.test\r\nSubject: CONSEGNA: x\r\n\r\nCiao\r\n';
    const found = await report(letter);
    assert.deepEqual([found.code, failure(found), found.signer], [1, 'signature no-signature', null]);
  });
});

suite('what cannot be told, or is something else', () => {
  test('without an authority the content is judged all the same, and the advice says what to give', async () => {
    const file = samples.put('alone.eml', await receipt());
    const captured = new Captured({ clock: samples.world.clock });
    assert.equal(await verify({ file, options: {} }, captured), 3);
    assert.match(captured.stdout.text, /^NON SI PUÒ DIRE: .*--ca .*\[sì\] è intatto.*\[--\] il certificato/s);
    const text = (await receipt()).toString('latin1').replace('SGVsbG8s', 'SGVsbG9s');
    const changed = samples.put('changed.eml', Buffer.from(text, 'latin1'));
    assert.equal(await verify({ file: changed, options: {} }, captured), 1);
  });

  test('ordinary mail, an enclosed original and other files end with 2', async () => {
    const ordinary = 'From: a@b.test\r\nDate: Mon, 02 Mar 2026 10:15:00 +0100\r\nSubject: x\r\n\r\nCiao\r\n';
    const envelope = await samples.world.beta.user('carla').messages();
    const original = envelope.find((seen) => seen.kind === 'posta-certificata')?.original;
    assert.ok(original);
    const cases: readonly [Buffer | string, string][] = [
      [ordinary, 'ordinary-mail'],
      [original, 'enclosed-original'],
      ['%PDF-1.7\nnothing of mail', 'no-mail'],
      ['', 'no-mail'],
    ];
    for (const [octets, looksLike] of cases) {
      const found = await report(octets, { ca: samples.caFile });
      assert.deepEqual([found.code, found.verdict, found.looksLike], [2, 'not-certified', looksLike]);
    }
  });

  test('mail that somebody signed with S/MIME is not certified mail', async () => {
    const { certificate, key } = selfSigned('/CN=Tizio');
    const signer = samples.put('tizio.pem', certificate);
    const inkey = samples.put('tizio.key', key);
    const signed = openssl(
      ['smime', '-sign', '-signer', signer, '-inkey', inkey, '-from', 'tizio@posta.test', '-subject', 'x'],
      'Content-Type: text/plain\r\n\r\nCiao\r\n',
    );
    const found = await report(signed);
    assert.deepEqual([found.code, found.looksLike], [2, 'signed-mail']);
    const { text } = await verifying(signed);
    assert.doesNotMatch(text, /Tizio/);
  });

  test('a file that cannot be read is a fault', async () => {
    const captured = new Captured();
    const missing = { file: `${samples.folder}/missing.eml`, options: {} };
    await assert.rejects(
      () => verify(missing, captured),
      (error) => error instanceof Fault && error.code === 'message-file-unreadable',
    );
    const file = samples.put('message.eml', await receipt());
    const wrong = { file, options: { ca: file } };
    await assert.rejects(
      () => verify(wrong, captured),
      (error) => error instanceof Fault && error.code === 'authority-certificate-unreadable',
    );
    const options = { ca: samples.caFile, index: file };
    await assert.rejects(
      () => verify({ file, options }, captured),
      (error) => error instanceof Fault && error.code === 'index-signer-missing',
    );
  });

  test('whatever the octets, there is an answer, and no control character of theirs is printed', async () => {
    const octets = await receipt();
    const cut = fc.tuple(fc.nat(octets.length), fc.nat(octets.length), fc.uint8Array({ maxLength: 40 }));
    const property = fc.asyncProperty(cut, async ([from, length, inserted]) => {
      const changed = Buffer.concat([octets.subarray(0, from), inserted, octets.subarray(from + length)]);
      const { code, text } = await verifying(changed);
      assert.ok([0, 1, 2].includes(code));
      assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test('SEC-14 a subject cannot move the cursor of who reads', async () => {
    const world = samples.world;
    const encoded = Buffer.from('\x1b[2J\x1b[1;1HVALIDO \u202e').toString('base64');
    const id = await world.alfa
      .user('anna')
      .certifies({ to: ['dario@pec.beta.test'], subject: `=?utf-8?B?${encoded}?=` });
    await world.settles();
    const seen = (await world.beta.user('dario').messages()).find((one) => one.messageId === id);
    assert.ok(seen);
    const { text } = await verifying(seen.octets);
    assert.doesNotMatch(text, /[\x1b\u202e]/);
  });
});

function openssl(args: readonly string[], input = ''): Buffer {
  return execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'ignore'] });
}

function opensslCa(): Buffer {
  return Buffer.from(selfSigned('/C=IT/O=Altra autorita/CN=Altra').certificate);
}

function selfSigned(subject: string): { readonly certificate: string; readonly key: string } {
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    subject,
    '-keyout',
    '-',
  ];
  const pem = openssl(args).toString();
  const [key = '', certificate = ''] = pem.split(/(?=-----BEGIN CERTIFICATE)/);
  return { key, certificate };
}
