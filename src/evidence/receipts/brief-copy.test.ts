// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { MemoryOctets, readPieces } from '../../wire/mime/octets.ts';
import { findNamedPart } from '../certified-parts.ts';
import type { EnclosedOriginal } from '../original.ts';
import { encloseReduced } from './brief-copy.ts';

const HEAD = 'Content-Type: message/rfc822; name="postacert.eml"\r\n\r\n';

/** The original as the only part of a larger message. */
function enclose(original: string): EnclosedOriginal {
  const envelope = Buffer.from(
    `Content-Type: multipart/mixed; boundary="env"\r\n\r\n--env\r\n${HEAD}${original}\r\n--env--\r\n`,
    'latin1',
  );
  const index = indexMessage(envelope);
  const part = findNamedPart(index, 'postacert.eml');
  assert.ok(part !== undefined);
  return { octets: new MemoryOctets(envelope), index, part };
}

async function reduce(original: string, decoded = false): Promise<string> {
  const { pieces } = await encloseReduced(enclose(original), { decoded });
  return (await readPieces(pieces)).toString('latin1');
}

function mixed(...parts: string[]): string {
  const body = parts.map((part) => `--b\r\n${part}\r\n`).join('');
  return `Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n${body}--b--\r\n`;
}

const PDF =
  'Content-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8sIFBFQyE=';
const PDF_HASH = (hash: string): string =>
  `Content-Type: text/plain; name="a.pdf.hash"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n${hash}`;

test('DP-17 the hash vectors: encoded content, with a line more, decoded', async () => {
  assert.equal(await reduce(mixed(PDF)), mixed(PDF_HASH('aa8f7e7f3b82a58ed869b1393217bb663e936145')));
  assert.equal(
    await reduce(mixed(`${PDF}\r\n`)),
    mixed(PDF_HASH('c9b1a153ebfec8d2b366ce65b477a5f0f380dea0')),
  );
  assert.equal(await reduce(mixed(PDF), true), mixed(PDF_HASH('f416b138eabc6695316d109d4a58163b084f7aa9')));
});

test('DP-17 a part that ends with the message hashes as it would anywhere', async () => {
  const cut = mixed(PDF).replace('--b--\r\n', '');
  assert.equal(
    await reduce(cut),
    `${mixed(PDF_HASH('aa8f7e7f3b82a58ed869b1393217bb663e936145')).replace('--b--\r\n', '')}`,
  );
});

test('DP-14 an attached message goes as a whole, with or without a name', async () => {
  const inner = `Subject: y\r\nContent-Type: multipart/mixed; boundary="c"\r\n\r\n--c\r\n${PDF}\r\n--c--\r\n`;
  const hash = createHash('sha1').update(inner).digest('hex');
  assert.equal(
    await reduce(mixed(`Content-Type: message/rfc822\r\n\r\n${inner}`)),
    mixed(
      `Content-Type: text/plain; name="messaggio.eml.hash"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n${hash}`,
    ),
  );
  assert.equal(
    await reduce(mixed(`Content-Type: message/rfc822; name="b.eml"\r\n\r\n${inner}`)),
    mixed(`Content-Type: text/plain; name="b.eml.hash"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n${hash}`),
  );
});

test('DP-13 other headers of a part stay, contradictory ones go', async () => {
  const result = await reduce(
    mixed(
      'Content-ID: <1>\r\nContent-Disposition: attachment;\r\n filename="a b.txt"; size=99\r\nX-Odd: y\r\n' +
        'Content-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: base64\r\n\r\nabc',
    ),
  );
  assert.equal(
    result,
    mixed(
      'Content-ID: <1>\r\nContent-Disposition: attachment; filename="a b.txt.hash"\r\nX-Odd: y\r\n' +
        'Content-Transfer-Encoding: 7bit\r\nContent-Type: text/plain; name="a b.txt.hash"\r\n\r\n' +
        createHash('sha1').update('abc').digest('hex'),
    ),
  );
});

test('DP-13 the boundary after a part without content, or without the end of its header, stays one', async () => {
  const empty = createHash('sha1').digest('hex');
  const replaced = mixed(
    `Content-Type: text/plain; name="e.txt.hash"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n${empty}`,
    'Content-Type: text/plain\r\n\r\nlast',
  );
  const original = (part: string): string => mixed(part, 'Content-Type: text/plain\r\n\r\nlast');
  const header = 'Content-Type: image/png; name="e.txt"';
  assert.equal(await reduce(original(`${header}\r\n\r\n`)), replaced);
  // The empty line of the header is the line end of the boundary.
  assert.equal(await reduce(original(`${header}\r\n`)), replaced);
  // No empty line at all (RFC 2046 section 5.1.1 lets the body be missing).
  assert.equal(await reduce(original(header)), replaced);
  assert.equal(
    await reduce(original(`${header}\r\nX-Odd: y`)),
    replaced.replace('\r\nContent-Transfer', '\r\nX-Odd: y\r\nContent-Transfer'),
  );
});

test('GEN-5 a copy that has lost its octets above 127 is labelled 7bit', async () => {
  const label = async (text: string): Promise<string> => {
    const attachment = 'Content-Type: text/csv; name="a.csv"\r\n\r\nperch\xe9';
    const message = mixed(`Content-Type: text/plain\r\n\r\n${text}`, attachment);
    const { eightBit, encoding } = await encloseReduced(enclose(message), { decoded: false });
    return `${eightBit} ${encoding}`;
  };
  assert.equal(await label('ciao'), 'false 7bit');
  assert.equal(await label('perch\xe9'), 'true 8bit');
});

test('DP-15 the signature of a signed message is not touched, what it signs is reduced', async () => {
  const signature = 'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n\r\nMIIB';
  const message = (first: string): string =>
    mixed(first, signature).replace('multipart/mixed', 'multipart/signed');
  assert.equal(await reduce(message(PDF)), message(PDF_HASH('aa8f7e7f3b82a58ed869b1393217bb663e936145')));
});

test('DP-16 an opaque message is not touched', async () => {
  for (const type of ['pkcs7-mime', 'x-pkcs7-mime', 'PKCS7-MIME']) {
    const message = `Content-Type: application/${type}; name="smime.p7m"\r\n\r\nMIIB\r\n`;
    assert.equal(await reduce(message), message);
  }
});

interface Leaf {
  readonly name?: string | undefined;
  readonly body: string;
}
type Tree = Leaf | readonly Tree[];

const leaf: fc.Arbitrary<Leaf> = fc.record(
  { name: fc.stringMatching(/^[a-z ."\\]{1,30}$/), body: fc.stringMatching(/^[ -,.-~\r\n]{0,60}$/) },
  { requiredKeys: ['body'], noNullPrototype: true },
);
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
  ),
}));

/** The tree as a message, as it is or reduced: the boundary of each level is its depth. */
function write(node: Tree, reduced: boolean, depth = 0): string {
  if (!('body' in node)) {
    const parts = node.map((child) => `--d${depth}.\r\n${write(child, reduced, depth + 1)}\r\n`);
    return `Content-Type: multipart/mixed; boundary="d${depth}."\r\n\r\n${parts.join('')}--d${depth}.--`;
  }
  if (node.name === undefined) return `Content-Type: text/plain\r\n\r\n${node.body}`;
  const quoted = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}"`;
  if (!reduced) return `Content-Type: image/png; name=${quoted(node.name)}\r\nX-Kept: 1\r\n\r\n${node.body}`;
  const hash = createHash('sha1').update(node.body).digest('hex');
  const type = `Content-Type: text/plain; name=${quoted(`${node.name}.hash`)}`;
  return `${type}\r\nX-Kept: 1\r\nContent-Transfer-Encoding: 7bit\r\n\r\n${hash}`;
}

test('DP-13 whatever the tree, only named parts change', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 4 }), async (nodes) => {
      const message = `Subject: x\r\n${write(nodes, false)}\r\nepilogue`;
      assert.equal(
        unfolded(await reduce(message)),
        unfolded(`Subject: x\r\n${write(nodes, true)}\r\nepilogue`),
      );
    }),
    { numRuns: 200 },
  );
});

/** Long names are folded; that is not what is looked at here. */
function unfolded(message: string): string {
  return message.replace(/;\r\n name=/g, '; name=');
}
