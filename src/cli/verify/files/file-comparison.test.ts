// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Captured } from '../../../../test/cli/captured.ts';
import { letterWithFile, SampleMail } from '../../../../test/cli/sample-mail.ts';
import { Fault } from '../../../platform/faults.ts';
import { verify } from '../../verify.ts';

const HELLO = Buffer.from('Hello, PEC!');

let samples: SampleMail;
before(async () => {
  samples = await SampleMail.make();
});
after(async () => {
  await samples[Symbol.asyncDispose]();
});

interface Files {
  readonly code: number;
  readonly result: string;
  readonly attachments: readonly {
    readonly name: string;
    readonly known: string;
    readonly result: string;
    readonly file: string | null;
    readonly part: string | null;
  }[];
  readonly messages: readonly {
    readonly file: string;
    readonly difference: { readonly what: string; readonly where: string } | null;
  }[];
  readonly strangers: readonly string[];
}

/** Holds files, by name and octets, against a message; paths in what it says are names again. */
async function comparing(message: Buffer, files: Readonly<Record<string, Buffer | string>>): Promise<Files> {
  const file = samples.put('message.eml', message);
  const paths = Object.entries(files).map(([name, octets]) => samples.put(name, octets));
  const captured = new Captured({ clock: samples.world.clock });
  const options = { ca: samples.caFile, file: paths, json: true };
  const code = await verify({ file, options }, captured);
  const text = captured.stdout.text.replaceAll(`${samples.folder}/`, '');
  return { code, ...(JSON.parse(text) as { files: Omit<Files, 'code'> }).files };
}

async function said(
  message: Buffer,
  files: Readonly<Record<string, Buffer | string>>,
  lang: 'it' | 'en' = 'it',
) {
  const file = samples.put('message.eml', message);
  const paths = Object.entries(files).map(([name, octets]) => samples.put(name, octets));
  const captured = new Captured({ clock: samples.world.clock });
  await verify({ file, options: { ca: samples.caFile, file: paths, lang } }, captured);
  return captured.stdout.text.replaceAll(`${samples.folder}/`, '');
}

const receipt = (about: string) =>
  samples.octetsOf(samples.world.alfa.user('anna'), { kind: 'avvenuta-consegna', about });
const sent = (receiptType: string) => letterWithFile(receiptType);
const changed = (octets: Buffer, from: string, to: string) => {
  const text = octets.toString('latin1');
  assert.ok(text.includes(from));
  return Buffer.from(text.replace(from, to), 'latin1');
};

suite('a brief receipt and the files that the user still has', () => {
  test('the file of a hash is found, whatever its name is now', async () => {
    const brief = await receipt('breve');
    const found = await comparing(brief, { 'rinominato.bin': HELLO });
    const attachment = {
      name: 'città.bin',
      known: 'hash',
      result: 'matches',
      file: 'rinominato.bin',
      part: null,
    };
    assert.deepEqual(found, {
      code: 0,
      result: 'matches',
      attachments: [attachment],
      messages: [],
      strangers: [],
    });
  });

  test('a file of the same name that is another is told from the true one', async () => {
    const brief = await receipt('breve');
    const found = await comparing(brief, { 'città.bin': 'Hello, PEC?' });
    assert.deepEqual([found.code, found.result, found.attachments[0]?.result], [1, 'differs', 'differs']);
    const both = await comparing(brief, { 'città.bin': 'Hello, PEC?', 'vero.bin': HELLO });
    assert.deepEqual([both.code, both.attachments[0]?.result, both.strangers], [1, 'matches', ['città.bin']]);
  });

  test('a file that is nothing of the message is said to be nothing', async () => {
    const found = await comparing(await receipt('breve'), { 'altro.txt': 'altro' });
    assert.deepEqual(
      [found.code, found.attachments[0]?.result, found.strangers],
      [1, 'not-supplied', ['altro.txt']],
    );
  });

  test('the message as it was sent is the original, and brings the attachment', async () => {
    const found = await comparing(await receipt('breve'), { 'inviato.eml': sent('breve') });
    const attachment = {
      name: 'città.bin',
      known: 'hash',
      result: 'matches',
      file: 'inviato.eml',
      part: 'città.bin',
    };
    assert.deepEqual(found.attachments, [attachment]);
    assert.deepEqual([found.code, found.messages], [0, [{ file: 'inviato.eml', difference: null }]]);
  });

  test('so is one saved with the line ends of Unix, and the envelope that the recipient has', async () => {
    const brief = await receipt('breve');
    const unix = Buffer.from(sent('breve').toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    const carla = samples.world.beta.user('carla');
    const envelope = await samples.octetsOf(carla, { kind: 'posta-certificata', about: 'breve' });
    for (const octets of [unix, envelope]) {
      const found = await comparing(brief, { 'messaggio.eml': octets });
      assert.deepEqual([found.code, found.messages[0]?.difference], [0, null]);
    }
  });

  for (const [what, from, to, difference] of [
    ['a subject', 'Perch=C3=A9_no', 'Perch=C3=A9_si', { what: 'header', where: 'Subject' }],
    ['a recipient', 'ignoto@', 'noto@', { what: 'header', where: 'To' }],
    ['a date', '10:15:00', '10:15:01', { what: 'header', where: 'Date' }],
    ['a Message-ID', '<breve@client', '<altro@client', { what: 'header', where: 'Message-ID' }],
    ['a letter of the text', 'no?\r\n--', 'si?\r\n--', { what: 'part', where: 'text/plain' }],
    [
      'an octet of the attachment',
      'SGVsbG8sIFBFQyE=',
      'SGVsbG8sIFBFQyF=',
      { what: 'part', where: 'città.bin.hash' },
    ],
    [
      'a part less',
      '--confine\r\nContent-Type: text/plain',
      'Content-Type: text/plain',
      { what: 'structure', where: 'multipart/mixed' },
    ],
    [
      'a part of another type',
      'text/plain; charset=utf-8',
      'text/html; charset=utf-8',
      { what: 'structure', where: 'text/plain' },
    ],
  ] as const)
    test(`a message with ${what} changed is another, and it is said where`, async () => {
      const found = await comparing(await receipt('breve'), {
        'inviato.eml': changed(sent('breve'), from, to),
      });
      assert.deepEqual([found.code, found.messages], [1, [{ file: 'inviato.eml', difference }]]);
    });

  test('an attached message is an attachment, by its hash', async () => {
    const world = samples.world;
    const inner = 'From: a@b.test\r\nDate: Mon, 02 Mar 2026 10:00:00 +0100\r\nSubject: x\r\n\r\nCiao\r\n';
    const lines = [
      'Content-Type: multipart/mixed; boundary=q',
      '',
      '--q',
      'Content-Type: message/rfc822',
      '',
      inner,
      '--q--',
      '',
    ];
    const head = [
      'From: anna@pec.alfa.test',
      'To: carla@pec.beta.test',
      'Subject: y',
      'Date: Mon, 02 Mar 2026 10:15:00 +0100',
      'Message-ID: <y@client.test>',
      'X-TipoRicevuta: breve',
      'MIME-Version: 1.0',
    ];
    const octets = Buffer.from([...head, ...lines].join('\r\n'));
    await world.alfa.user('anna').certifies({ octets, forwardPaths: ['carla@pec.beta.test'] });
    await world.settles();
    const brief = await samples.octetsOf(world.alfa.user('anna'), { kind: 'avvenuta-consegna', about: 'y' });
    const found = await comparing(brief, { 'allegato.eml': inner });
    assert.deepEqual([found.code, found.attachments[0]?.file, found.messages], [0, 'allegato.eml', []]);
    const other = await comparing(brief, { 'allegato.eml': inner.replace('Ciao', 'Addio') });
    assert.deepEqual([other.code, other.attachments[0]?.result], [1, 'not-supplied']);
  });
});

suite('other messages and files', () => {
  test('a complete receipt holds the attachments themselves', async () => {
    const complete = await receipt('completa');
    const found = await comparing(complete, { 'x.bin': HELLO, 'inviato.eml': sent('completa') });
    assert.deepEqual(
      [found.code, found.attachments[0]?.known, found.attachments[0]?.result],
      [0, 'content', 'matches'],
    );
    const other = await comparing(complete, { 'città.bin': 'Hello, PEC?' });
    assert.deepEqual([other.code, other.attachments[0]?.result], [1, 'differs']);
  });

  test('a concise receipt and an acceptance have nothing to compare with', async () => {
    const found = await comparing(await receipt('sintetica'), { 'x.bin': HELLO });
    assert.deepEqual([found.code, found.result], [3, 'nothing-to-compare']);
    assert.match(
      await said(await receipt('sintetica'), { 'x.bin': HELLO }),
      /non c'è\s+nulla con cui\s+confrontare/,
    );
  });

  test('what matches a receipt that does not hold proves nothing, and ends with 1', async () => {
    const forged = changed(
      await receipt('breve'),
      'aa8f7e7f3b82a58ed869b1393217bb663e936145',
      'f416b138eabc6695316d109d4a58163b084f7aa9',
    );
    assert.equal((await comparing(forged, { 'città.bin': HELLO })).code, 1);
    assert.match(await said(forged, { 'città.bin': HELLO }), /^NON VALIDO.*Il confronto non prova nulla/s);
  });

  test('the words', async () => {
    const brief = await receipt('breve');
    const text = await said(brief, {
      'vero.bin': HELLO,
      'inviato.eml': changed(sent('breve'), 'no?\r\n--', 'si?\r\n--'),
    });
    assert.match(
      text,
      /Confronto con i file indicati\n {2}\[sì\] città\.bin: è vero\.bin: ha la stessa impronta\n {2}\[NO\] inviato\.eml: non è il messaggio originale: la parte text\/plain differisce\n/,
    );
    const english = await said(brief, { 'città.bin': 'x', 'altro.bin': 'y' }, 'en');
    assert.match(
      english,
      /\[NO\] città\.bin: is not città\.bin, which has the same name\n {2}\[NO\] altro\.bin: is no attachment/,
    );
    assert.match(
      await said(brief, { 'inviato.eml': sent('breve') }),
      /\[sì\] inviato\.eml: è il messaggio originale/,
    );
  });

  test('a file that is not there is a fault', async () => {
    const file = samples.put('message.eml', await receipt('breve'));
    const options = { ca: samples.caFile, file: [`${samples.folder}/nessuno`] };
    await assert.rejects(
      () => verify({ file, options }, new Captured()),
      (error) => error instanceof Fault && error.code === 'file-unreadable',
    );
  });
});
