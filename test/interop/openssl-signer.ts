// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { split } from './message.ts';

/** Files of a certificate and its key, both PEM. */
export interface Signer {
  readonly certificate: string;
  readonly key: string;
}

/** The entity signed by openssl, as multipart/signed without other fields. */
function sign(entity: Buffer, { certificate, key }: Signer): Buffer {
  const words = [
    'cms',
    '-sign',
    '-binary',
    '-crlfeol',
    '-signer',
    certificate,
    '-inkey',
    key,
    '-md',
    'sha256',
  ];
  const made = execFileSync('openssl', words, { input: entity, stdio: ['pipe', 'pipe', 'ignore'] }).toString(
    'latin1',
  );
  return Buffer.from(made.replace(/\r?\n/g, '\r\n'), 'latin1');
}

/** A letter whose body a private person signed. */
export function signedBy(letter: { readonly message: Buffer }, signer: Signer): Buffer {
  const { header, body } = split(letter.message);
  const entity = Buffer.concat([
    Buffer.from('Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'),
    body,
  ]);
  return Buffer.concat([Buffer.from(header, 'latin1'), sign(entity, signer)]);
}

/** An envelope with another identifier throughout, signed anew by openssl. */
export function resigned(envelope: Buffer, signer: Signer): { message: Buffer; identifier: string } {
  const text = envelope.toString('latin1');
  const former = /^Message-ID: <([^>]+)>/m.exec(text)?.[1] ?? '';
  const identifier = `rifirmata${Date.now()}${Math.random().toString(36).slice(2)}@pec.alfa.test`;
  const { header, body } = split(envelope);
  const boundary = /boundary="([^"]+)"/.exec(header)?.[1] ?? '';
  const [, signed = ''] = body.toString('latin1').split(`--${boundary}\r\n`);
  const xml = /(filename="daticert\.xml"\r\n[^\r]+\r\n\r\n)([A-Za-z0-9+/=\r\n]+)/.exec(signed);
  assert.ok(xml?.[1] !== undefined && xml[2] !== undefined);
  const data = Buffer.from(xml[2], 'base64').toString().replaceAll(former, identifier);
  const encoded = Buffer.from(data).toString('base64').replace(/.{76}/g, '$&\r\n');
  const entity = signed
    .replace(xml[0], `${xml[1]}${encoded}\r\n\r\n`)
    .replaceAll(former, identifier)
    .replace(/\r\n$/, '');
  const fields = header
    .replaceAll(former, identifier)
    .split(/\r\n(?![ \t])/)
    .filter((field) => !/^(content-type|mime-version):/i.test(field));
  const message = Buffer.concat([
    Buffer.from(fields.join('\r\n'), 'latin1'),
    sign(Buffer.from(entity, 'latin1'), signer),
  ]);
  return { message, identifier };
}
