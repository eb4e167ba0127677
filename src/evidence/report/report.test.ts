// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import {
  ADDRESS,
  facts,
  HASH,
  IDENTIFIER,
  index,
  message,
  NOON,
  read,
  readOne,
  recipient,
  record,
  withIndex,
} from '../../../test/evidence/report-sample.ts';
import { EVIDENCE_CLAIMS } from '../evidence-file/evidence-claims.ts';
import { EVIDENCE_KINDS, OUTCOMES } from '../evidence-file/index-model.ts';
import { writeEvidenceIndex } from '../evidence-file/index-writer.ts';
import { CLAIM_SENTENCES, NEVER_PROVED } from '../wording/report-claims.ts';
import { MESSAGE_EVENTS } from '../wording/report-events.ts';
import { drawReport, reportKeywords } from './report.ts';
import type { ReportFacts } from './report-facts.ts';

suite('what a report says', () => {
  test('the message, the outcome, and the timeline in Italian legal time', () => {
    const page = readOne(facts);
    for (const said of [
      'Il gestore di posta elettronica certificata Gestore Alfa ha formato il 23/11/2026 alle 13:00:00 (+0100)',
      IDENTIFIER,
      '<a1b2@ufficio.test>',
      'Diffida ad adempiere — perché è così: «urgente»',
      `${'cd'.repeat(32)} (1.234.567 byte)`,
      'Gestore Alfa (posta-certificata@pec.alfa.test, 2 messaggi); Gestore Beta (posta-certificata@pec.beta.test, 2 messaggi)',
      'ufficio@pec.azienda.test, mittente',
      `CONSEGNATO. Il messaggio è stato reso disponibile nella casella ${ADDRESS} il 22/11/2026 alle 12:00:04 (+0100). Lo attesta messages/delivery-1.eml.`,
      '22/11/2026 12:00:03 +0100',
      'firma di Gestore Beta: messages/take-charge-1.eml; registro n. 43 (sigillo n. 12)',
      'registro di Gestore Alfa, n. 42 (sigillo n. 12)',
      '23/11/2026 01:53:20 +0100 Il registro è chiuso dal sigillo n. 12, con marca temporale.',
      'ceralacca verify',
      'pagina 1 di 1',
    ])
      assert.ok(page.includes(said), `${said}\nis not in\n${page}`);
    assert.ok(!page.includes('per intero in index.xml'), page);
  });

  test('in summer with the offset of summer', () => {
    const summer = Date.UTC(2026, 6, 1, 22, 30);
    const page = readOne(withIndex({ recipients: [{ ...recipient, instant: summer }] }));
    assert.ok(page.includes('il 02/07/2026 alle 00:30:00 (+0200)'), page);
  });

  test('every claim by its sentence, and what certified mail never proves', () => {
    const page = readOne(facts);
    for (const sentence of Object.values(CLAIM_SENTENCES)) assert.ok(page.includes(sentence), sentence);
    for (const [name, sentence] of Object.entries(NEVER_PROVED))
      assert.equal(page.includes(sentence), name !== 'ordinary', sentence);
  });

  for (const outcome of OUTCOMES)
    test(`the outcome ${outcome} names the recipient and says nothing that needs filling in`, () => {
      const page = readOne(withIndex({ recipients: [{ address: ADDRESS, outcome }] }));
      assert.match(page, new RegExp(`Outcome for this recipient [A-Z ]+\\. [^%]*${ADDRESS}`));
      assert.equal(page.includes('CONSEGNATO. Il messaggio è stato reso'), outcome === 'consegnato');
    });

  test('of a recipient of ordinary mail that its delivery cannot be certified', () => {
    const page = readOne(
      withIndex({ recipients: [{ ...recipient, certified: false, outcome: 'inoltrato' }] }),
    );
    assert.ok(page.includes('la consegna non può essere certificata'), page);
    assert.ok(page.includes(NEVER_PROVED.ordinary), page);
  });

  test('each kind of message by a sentence of its own', () => {
    assert.equal(new Set(Object.values(MESSAGE_EVENTS)).size, EVIDENCE_KINDS.length);
    for (const kind of EVIDENCE_KINDS) {
      const page = readOne(withIndex({ messages: [message(kind, { file: 'messages/x.eml' })] }));
      assert.ok(page.includes(MESSAGE_EVENTS[kind]), kind);
    }
  });
});

suite('what a report does not claim', () => {
  const absent = (changed: ReportFacts, claims: readonly string[], said: string) => {
    const page = readOne(changed);
    for (const claim of EVIDENCE_CLAIMS)
      assert.equal(page.includes(CLAIM_SENTENCES[claim]), !claims.includes(claim), claim);
    assert.ok(page.includes(said), `${said}\nis not in\n${page}`);
  };

  test('without the original, what it said', () => {
    const files = index.files.filter(({ role }) => role !== 'originale');
    const text = 'Manca il messaggio originale: il titolare non lo ha fornito.';
    const missing = [{ what: 'originale', why: 'serve-originale', text }] as const;
    absent(withIndex({ files, missing }), ['original'], text);
    assert.ok(readOne(withIndex({ files, missing })).includes('(non è nel fascicolo)'));
  });

  test('while the day is open, seals and inclusion', () => {
    const records = [41, 42, 43, 44].map((sequence) => ({ sequence, leaf: HASH, inclusion: [] }));
    const missing = records.map((each) => ({
      ...({ what: 'sigillo', why: 'giorno-aperto', text: 'aperto' } as const),
      record: each.sequence,
    }));
    const changed = { ...withIndex({ records, seals: [], missing }), seals: [] };
    absent(changed, ['inclusion', 'seals'], 'Le registrazioni n. 41, 42, 43, 44 non sono ancora sigillate');
    assert.ok(readOne(changed).includes('registro di Gestore Alfa, n. 42 (non ancora sigillata)'));
  });

  test('without time stamps, the date of seals and of the index', () => {
    const text = 'Manca la marca temporale del fascicolo.';
    const missing = [
      { what: 'marca', why: 'senza-autorita', text },
      { what: 'marca', why: 'senza-autorita', text: 'x', record: 43 },
    ] as const;
    const seals = [{ number: 12, closedAt: NOON + 46_000_000 }];
    const changed = { ...withIndex({ missing }), seals };
    absent(
      changed,
      ['manifest-stamp', 'seals'],
      'Il sigillo delle registrazioni n. 43 non ha marca temporale',
    );
    assert.ok(readOne(changed).includes(text));
  });

  test('without revocation data, that nothing was revoked', () => {
    const text = 'Manca la prova che il certificato di Gestore Beta non fosse revocato.';
    const missing = [{ what: 'revoca', why: 'altrove', text }] as const;
    absent(withIndex({ files: index.files.slice(0, 2), missing }), ['revocation'], text);
  });

  test('without messages, what signatures prove; without records, what the log proves', () => {
    const noMessages = withIndex({ messages: [] });
    absent(
      noMessages,
      ['message-signature', 'revocation', 'message-kind'],
      'registro di Gestore Alfa, n. 44',
    );
    const noRecords = { ...withIndex({ records: [], messages: index.messages.slice(0, 1) }), records: [] };
    absent(
      noRecords,
      ['records', 'inclusion', 'seals'],
      "Nessuna registrazione riporta l'impronta di messages/acceptance.eml",
    );
  });

  test('nor anything about another recipient', () => {
    const other = 'altro@pec.regione.test';
    const more = withIndex({
      recipients: [recipient, { address: other, certified: true, outcome: 'accettato' }],
      missing: [
        { what: 'messaggio', why: 'altrove', recipient: other, text: 'Manca la ricevuta per altro.' },
      ],
    });
    const [first = '', second = ''] = read(drawReport(more));
    assert.ok(
      !first.includes('Manca la ricevuta per altro.') && second.includes('Manca la ricevuta per altro.'),
    );
    assert.ok(first.includes('delivery-1.eml') && !second.includes('delivery-1.eml'));
    assert.ok(second.includes('messages/acceptance.eml'));
  });
});

suite('a report as a document', () => {
  test('the same facts give the same octets', () => {
    assert.deepEqual(drawReport(facts), drawReport(structuredClone(facts)));
  });

  test('its metadata: title, language, tags, A4, the date of the index', () => {
    const { stdout } = spawnSync('pdfinfo', ['-isodates', '-'], { input: drawReport(facts) });
    const info = stdout.toString();
    assert.match(info, /^Title: +Relazione sul messaggio di posta elettronica certificata opec123\./m);
    assert.match(info, /^CreationDate: +2026-11-23T12:00:00Z$/m);
    assert.match(info, /^Tagged: +yes$/m);
    assert.match(info, /^Page size: .*\(A4\)$/m);
    assert.ok(Buffer.from(drawReport(facts)).includes('/Lang (it-IT)'));
  });

  test('it names the index it was drawn from, whatever that says of the report', () => {
    const line = { name: 'report.pdf', role: 'relazione', sizeBytes: 7, sha256: HASH } as const;
    const whole = withIndex({ files: [line, ...index.files] });
    const xml = writeEvidenceIndex(whole.index).toString();
    const without = xml.replace(/^.*nome="report\.pdf".*\n/m, '');
    const digest = createHash('sha256').update(without).digest('hex');
    const { stdout } = spawnSync('pdfinfo', ['-'], { input: drawReport(whole) });
    assert.match(stdout.toString(), new RegExp(`^Keywords: +ceralacca-fascicolo/1 ${digest}$`, 'm'));
    assert.deepEqual(drawReport(whole), drawReport(facts));
  });

  test('no text can pass for its keywords', () => {
    const text = '</rdf:li> (ceralacca-fascicolo/1 x) (ceralacca-fascicolo/1 y) /Keywords (z';
    const changed = withIndex({
      ...{ subject: text, identifier: text, sender: text, provider: { name: text, serviceAddress: text } },
      view: { of: 'mittente', holder: text },
    });
    const pdf = Buffer.from(drawReport(changed)).toString('latin1');
    assert.deepEqual(pdf.match(/\(ceralacca.*?\)/g), [`(${reportKeywords(changed.index)})`]);
    assert.ok(!pdf.includes('Keywords ('));
  });

  test('qpdf finds nothing wrong with it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'relazione-'));
    try {
      const file = join(folder, 'report.pdf');
      writeFileSync(file, drawReport(facts));
      const { status, stdout, stderr } = spawnSync('qpdf', ['--check', file], { encoding: 'utf8' });
      assert.equal(status, 0, `${stdout}${stderr}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

suite('the timeline', () => {
  test('within a second it is in the order of the log, and relays to others are left out', () => {
    const relay = { kind: 'transport-envelope', to: 'altro@pec.regione.test' };
    const sent = 'La busta di trasporto è trasmessa al sistema di destinazione, che la accetta.';
    const page = readOne({
      ...withIndex({ messages: index.messages.map((each) => ({ ...each, instant: NOON })) }),
      records: facts.records.map((each) => ({ ...each, instant: NOON + 400 })),
    });
    const places = ['acceptance.eml', 'envelope-1.eml', sent, 'take-charge-1.eml', 'registro n. 44'].map(
      (said) => page.lastIndexOf(said),
    );
    assert.ok(places.every((place) => place > 0));
    assert.deepEqual(
      places.toSorted((a, b) => a - b),
      places,
    );
    const other = readOne({ ...facts, records: [record(42, 'envelope-sent', { detail: relay })] });
    assert.ok(!other.includes(sent) && !other.includes('n. 42'), other);
    const receipt = { kind: 'delivery-complete', to: index.sender };
    const notice = readOne({ ...facts, records: [record(42, 'envelope-sent', { detail: receipt })] });
    assert.ok(notice.includes('Una ricevuta o un avviso è trasmesso'), notice);
  });
});
