// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CERTIFICATION_DATA_DTD } from '../../src/evidence/certification-data/dtd.ts';
import { KIND_LITERALS } from '../../src/evidence/wording/literals.ts';
import { draftOf, type GoldenCase, goldenCases } from './golden-case.ts';

interface Node {
  readonly type: string;
  readonly name: string | null;
  readonly encoding: string | null;
  readonly defects: readonly string[];
  readonly charset?: string;
  readonly text?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly parts?: readonly Node[];
}

interface Seen {
  readonly headers: readonly (readonly [string, string])[];
  readonly subject: string | null;
  readonly root: Node;
}

const cases = goldenCases();
const path = (golden: GoldenCase): string => join(golden.folder, 'expected.eml');
const opinion = JSON.parse(
  execFileSync('python3', [join(import.meta.dirname, 'oracle.py'), ...cases.map(path)], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  }),
) as Record<string, Seen>;

function seen(golden: GoldenCase): Seen {
  const found = opinion[path(golden)];
  assert.ok(found !== undefined);
  return found;
}

function header(message: Seen, name: string): string[] {
  return message.headers
    .filter(([key]) => key.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}

function child(node: Node, type: string): Node | undefined {
  return node.parts?.find((part) => part.type === type);
}

test('GEN-2 GEN-3 an independent parser sees the tree that the law wants, without defects', () => {
  for (const golden of cases) {
    const { root } = seen(golden);
    const anomaly = golden.facts.draft === 'anomaly-envelope';
    const withOriginal =
      ['transport-envelope', 'anomaly-envelope'].includes(golden.facts.draft) ||
      (golden.facts.draft === 'delivery' && golden.facts.form !== 'sintetica');
    assert.equal(root.type, 'multipart/mixed', golden.name);
    assert.deepEqual(
      root.parts?.map((part) => [part.type, part.name]),
      [
        ['multipart/alternative', null],
        ...(anomaly ? [] : [['application/xml', 'daticert.xml']]),
        ...(withOriginal ? [['message/rfc822', 'postacert.eml']] : []),
      ],
      golden.name,
    );
    const alternative = child(root, 'multipart/alternative');
    assert.deepEqual(
      alternative?.parts?.map((part) => [part.type, part.charset, part.encoding]),
      [
        ['text/plain', 'iso-8859-1', 'quoted-printable'], // GEN-3
        ['text/html', 'iso-8859-1', 'quoted-printable'],
      ],
    );
    for (const part of [root, ...(root.parts ?? []), ...(alternative?.parts ?? [])]) {
      assert.deepEqual(part.defects, [], golden.name);
    }
  }
});

test('GEN-15 an independent parser reads the prefix and the subject of the original', async () => {
  const clean = (text: string): string =>
    text
      .replace(/[\x00-\x1f]/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  for (const golden of cases.filter(({ facts }) => facts.draft !== 'anomaly-envelope')) {
    const { kind } = await draftOf(golden);
    const expected = `${KIND_LITERALS[kind].subjectPrefix} ${golden.facts.message.subject ?? ''}`;
    assert.equal(clean(seen(golden).subject ?? ''), clean(expected), golden.name);
  }
});

test('GEN-4 the HTML says what the text says and refers to nothing', () => {
  const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
  for (const golden of cases) {
    const alternative = child(seen(golden).root, 'multipart/alternative');
    const plain = alternative?.parts?.[0]?.text ?? '';
    const html = alternative?.parts?.[1]?.text ?? '';
    const tags = new Set([...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag));
    for (const tag of tags) assert.match(tag, /^<\/?(?:html|head|title|body|h3|hr|br)>$/, golden.name);
    const body = html
      .slice(html.indexOf('<h3>'))
      .replace(/\n/g, '')
      .replace(/<\/h3>|<br>/g, '\n')
      .replace(/<[^>]*>/g, '')
      .replace(/&(?:amp|lt|gt|quot);/g, (entity) => entities[entity] ?? '')
      .replace(/&#(\d+);/g, '?');
    assert.equal(body, plain, golden.name);
  }
});

test('GEN-12 GEN-20 the reference is there exactly when there was a Message-ID, Bcc never', () => {
  for (const golden of cases) {
    const message = seen(golden);
    const { messageId } = golden.facts.message;
    const anomaly = golden.facts.draft === 'anomaly-envelope';
    assert.deepEqual(
      header(message, 'X-Riferimento-Message-ID').map((value) => value.trim()),
      anomaly || messageId === undefined ? [] : [messageId],
      golden.name,
    );
    assert.deepEqual(header(message, 'Bcc'), []);
    for (const name of ['Date', 'Subject', 'From', 'Message-ID', 'MIME-Version']) {
      assert.equal(header(message, name).length, 1, `${golden.name} ${name}`);
    }
  }
});

test('GEN-13 a notification has an id of its own, an envelope the PEC msgid', () => {
  for (const golden of cases.filter(({ facts }) => facts.draft !== 'anomaly-envelope')) {
    const [messageId] = header(seen(golden), 'Message-ID');
    const own = `<${golden.facts.message.identifier}>`;
    if (golden.facts.draft === 'transport-envelope') assert.equal(messageId?.trim(), own);
    else assert.notEqual(messageId, own);
  }
});

test('AP-30 DP-18 every daticert.xml is valid against the DTD, says xmllint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'golden-'));
  after(() => rmSync(folder, { recursive: true }));
  const dtd = join(folder, 'daticert.dtd');
  writeFileSync(dtd, CERTIFICATION_DATA_DTD);
  const files: string[] = [];
  for (const golden of cases.filter(({ facts }) => facts.draft !== 'anomaly-envelope')) {
    const xml = child(seen(golden).root, 'application/xml')?.text;
    assert.ok(xml !== undefined, golden.name);
    const file = join(folder, `${golden.name}.xml`);
    writeFileSync(file, xml);
    files.push(file);
  }
  // --dtdvalid alone fills in no defaults: what is missing would be told.
  execFileSync('xmllint', ['--nonet', '--noout', '--dtdvalid', dtd, ...files], { stdio: 'pipe' });
  const broken = join(folder, 'broken.xml');
  writeFileSync(broken, '<postacert tipo="accettazione"><dati/></postacert>');
  assert.throws(() => execFileSync('xmllint', ['--noout', '--dtdvalid', dtd, broken], { stdio: 'pipe' }));
});

test('AP-23 an independent parser finds the new id and the reference inside the original', () => {
  for (const golden of cases.filter(({ facts }) => facts.draft === 'transport-envelope')) {
    const inner = child(seen(golden).root, 'message/rfc822')?.headers ?? [];
    const values = (name: string): string[] =>
      inner.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value.trim());
    const { identifier, messageId } = golden.facts.message;
    assert.deepEqual(values('message-id'), [`<${identifier}>`], golden.name);
    assert.deepEqual(values('x-riferimento-message-id'), messageId === undefined ? [] : [messageId]);
  }
});

test('every line of ours ends with CRLF and is short enough for any relay', async () => {
  for (const golden of cases) {
    const { header: octets } = await draftOf(golden);
    assert.ok(octets.toString('latin1').endsWith('\r\n'), golden.name);
    for (const line of octets.toString('latin1').split('\r\n')) {
      assert.ok(!/[\r\n]/.test(line) && line.length <= 998, golden.name);
    }
  }
});
