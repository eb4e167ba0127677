// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { CertificationData } from '../../src/evidence/certification-data/certification-data.ts';
import { readCertificationData } from '../../src/evidence/certification-data/reader.ts';
import { findNamedPart } from '../../src/evidence/recognition.ts';
import { decodeWords } from '../../src/wire/mime/encoded-words.ts';
import { type Header, parseHeader } from '../../src/wire/mime/header.ts';
import { indexMessage, type MimeIndex, type MimePart } from '../../src/wire/mime/mime-index.ts';
import { decodeTransferred } from '../../src/wire/mime/transfer-encoding.ts';

/** A message that lies in a mailbox, opened. */
export class Seen {
  /** As the user's client gets it, trace fields on top. */
  readonly octets: Buffer;
  readonly folder: string;
  readonly header: Header;
  readonly index: MimeIndex;

  constructor(octets: Buffer, folder: string) {
    this.octets = octets;
    this.folder = folder;
    this.header = parseHeader(octets);
    this.index = indexMessage(octets);
  }

  /** X-Ricevuta; `posta-certificata` for an envelope, `anomalia` for M7, `ordinaria` for anything else. */
  get kind(): string {
    const receipt = this.field('X-Ricevuta');
    if (receipt !== undefined) return receipt;
    const transport = this.field('X-Trasporto');
    return transport === 'errore' ? 'anomalia' : (transport ?? 'ordinaria');
  }

  field(name: string): string | undefined {
    return this.header.first(name)?.value;
  }

  get subject(): string {
    return decodeWords(this.field('Subject') ?? '');
  }

  /** Message-ID without angle brackets. */
  get messageId(): string {
    return (this.field('Message-ID') ?? '').replace(/^<|>$/g, '');
  }

  /** `daticert.xml`, decoded. */
  get xml(): Buffer | undefined {
    const part = findNamedPart(this.index, 'daticert.xml');
    return part && this.#decoded(part);
  }

  get data(): CertificationData {
    const reading = readCertificationData(this.xml ?? Buffer.alloc(0));
    assert.ok(reading.ok, `${this.subject}: ${reading.ok || reading.detail}`);
    return reading.data;
  }

  /** The embedded message, octet by octet; undefined when there is none. */
  get original(): Buffer | undefined {
    const part = findNamedPart(this.index, 'postacert.eml');
    return part && this.octets.subarray(part.bodyStart, part.bodyEnd);
  }

  /** The readable text, decoded. */
  get text(): string {
    const [alternative] = this.mixed.parts;
    const plain = alternative?.parts[0] ?? alternative;
    assert.equal(plain?.params.charset?.toLowerCase(), 'iso-8859-1');
    return plain === undefined ? '' : this.#decoded(plain).toString('latin1');
  }

  /** The signed entity. */
  get mixed(): MimePart {
    const [mixed] = this.index.root.parts;
    assert.ok(mixed, `${this.subject} has no parts`);
    return mixed;
  }

  partOctets(part: MimePart): Buffer {
    return this.octets.subarray(part.headerStart, part.bodyEnd);
  }

  #decoded(part: MimePart): Buffer {
    return decodeTransferred(part.encoding, this.octets.subarray(part.bodyStart, part.bodyEnd));
  }
}

/** A message without its header. */
export function bodyOf(octets: Buffer): Buffer {
  return octets.subarray(parseHeader(octets).bodyStart);
}
