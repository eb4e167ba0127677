// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

/** What the independent reader (`python/pec.py`) makes of a message. */
export interface PecReading {
  readonly kind: string;
  readonly subject: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly replyTo: readonly string[];
  readonly messageId: string;
  /** X-Riferimento-Message-ID, with brackets. */
  readonly reference: string | null;
  readonly receiptType: string | null;
  readonly returnPath: string | null;
  readonly received: readonly string[];
  readonly text: string;
  /** Names of the parts, in order; null for the text. */
  readonly parts: readonly (string | null)[];
  /** Octets of postacert.eml, base64. */
  readonly original: string | null;
  readonly data?: PecData;
}

export interface PecData {
  /** daticert.xml, base64. */
  readonly xml: string;
  readonly tipo: string;
  readonly errore: string;
  readonly mittente: string;
  readonly destinatari: readonly (readonly [address: string, tipo: string])[];
  readonly risposte: string;
  readonly oggetto: string | null;
  readonly gestore: string;
  readonly data: readonly [giorno: string, ora: string, zona: string];
  readonly identificativo: string;
  readonly msgid: string | null;
  readonly ricevuta: string | null;
  readonly consegna: string | null;
  readonly ricezione: readonly string[];
  readonly erroreEsteso: string | null;
  readonly present: readonly string[];
}

/** One message as the agent fetched it. */
export interface Fetched {
  readonly uid: string;
  /** Base64. */
  readonly octets: string;
  readonly pec?: PecReading;
  readonly complaint?: string;
}

/** A message of a certified mailbox that the independent reader has nothing against. */
export class Message {
  readonly owner: string;
  readonly octets: Buffer;
  readonly pec: PecReading;

  constructor(owner: string, fetched: Fetched) {
    this.owner = owner;
    this.octets = Buffer.from(fetched.octets, 'base64');
    const { pec, complaint } = fetched;
    assert.ok(pec !== undefined, `${owner}: ${complaint} in\n${this.octets.toString('latin1', 0, 4000)}`);
    this.pec = pec;
  }

  get data(): PecData {
    const { data, subject } = this.pec;
    assert.ok(data, `${subject}: no daticert.xml`);
    return data;
  }

  get original(): Buffer {
    const { original, subject } = this.pec;
    assert.ok(original !== null, `${subject}: no postacert.eml`);
    return Buffer.from(original, 'base64');
  }
}

export function sha256(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

/** A message, cut after the empty line. */
export function split(octets: Buffer): { readonly header: string; readonly body: Buffer } {
  const at = octets.indexOf('\r\n\r\n');
  if (at < 0) return { header: octets.toString('latin1'), body: Buffer.alloc(0) };
  return { header: octets.toString('latin1', 0, at + 2), body: octets.subarray(at + 4) };
}

/**
 * AP-23, AP-24: the embedded message is the submitted one, octet by octet, apart from the identifiers: the
 * fields Message-ID and X-Riferimento-Message-ID, and trace fields put before all others.
 */
export function assertUntouched(embedded: Buffer, submitted: Buffer, identifier: string): void {
  const [found, sent] = [split(embedded), split(submitted)];
  assert.equal(sha256(found.body), sha256(sent.body), 'the body was touched');
  const [foundFields, sentFields] = [fieldsOf(found.header), fieldsOf(sent.header)];
  const kept = (field: string) => !/^(Message-ID|X-Riferimento-Message-ID)[ \t]*:/i.test(field);
  assert.deepEqual(foundFields.filter(kept), sentFields.filter(kept), 'a field was touched');
  const idOf = (fields: readonly string[], name: string) =>
    fields
      .filter((field) => field.toLowerCase().startsWith(`${name}:`))
      .map((field) => field.slice(name.length + 1).trim());
  assert.deepEqual(idOf(foundFields, 'message-id'), [`<${identifier}>`]);
  assert.deepEqual(idOf(foundFields, 'x-riferimento-message-id'), idOf(sentFields, 'message-id'));
}

/** Fields with their folding, one string each. */
function fieldsOf(header: string): string[] {
  return header.split(/\r\n(?![ \t])/).filter((field) => field !== '');
}
