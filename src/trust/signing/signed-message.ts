// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import type { Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { asBuffer, type Piece } from '../../wire/mime/octets.ts';
import { base64Lines } from '../../wire/mime/transfer-encoding.ts';
import { takePaced } from './paced-chunks.ts';
import type { Signer } from './signer.ts';

/** A MIME entity to be signed, and the message around it. */
export interface EntityToSeal {
  /** The outer header: complete lines ended by CRLF, without MIME-Version and Content-Type; may be empty. */
  readonly header: Uint8Array;
  /** The multipart/mixed with its own header, in canonical form (CRLF line ends); signed as it is. */
  readonly entity: readonly Piece[];
  /** Boundary of the multipart/signed, not occurring in the entity, not even as the start of another boundary. */
  readonly boundary: string;
  readonly signer: Pick<Signer, 'sign'>;
  /** The entity holds octets above 127, and says so: then the container does too (RFC 2045 section 6.4). */
  readonly eightBit?: boolean;
  /** The transaction instant (TIME-1, SIG-7). */
  readonly instant: Instant;
  /** Sees each chunk of the entity as it is digested. */
  readonly onChunk?: (chunk: Buffer) => void;
}

/** A message with its signature. */
export interface SealedEntity {
  /** Those of the entity are the caller's own, untouched (SIG-8). */
  readonly pieces: readonly Piece[];
  /** SHA-256 of the entity, in hexadecimal: what the signature was made over. */
  readonly digest: string;
}

/**
 * GEN-1, SIG-1: the entity inside a signed message. It is read once, in chunks.
 * @throws Fault `boundary-in-entity`, or what the signer's key throws
 */
export async function sealEntity(message: EntityToSeal): Promise<SealedEntity> {
  const { header, entity, boundary, signer, instant, eightBit = false } = message;
  const digest = await digestEntity(message);
  const encoded = base64Lines(await signer.sign(digest, instant));
  const pieces = [
    header,
    Buffer.from(`${outerHeader(boundary, eightBit)}\r\n--${boundary}\r\n`, 'latin1'),
    ...entity,
    // SIG-4: this CRLF belongs to the boundary and is not signed.
    Buffer.from(`\r\n--${boundary}\r\n${SIGNATURE_HEADER}\r\n${encoded}\r\n--${boundary}--\r\n`, 'latin1'),
  ];
  return { pieces, digest: digest.toString('hex') };
}

function outerHeader(boundary: string, eightBit: boolean): string {
  return [
    'MIME-Version: 1.0',
    'Content-Type: multipart/signed; protocol="application/pkcs7-signature";',
    ' micalg="sha-256";',
    ` boundary="${boundary}"`,
    ...(eightBit ? ['Content-Transfer-Encoding: 8bit'] : []),
    '',
    'This is an S/MIME signed message',
    '',
  ].join('\r\n');
}

const SIGNATURE_HEADER = [
  'Content-Type: application/pkcs7-signature; name="smime.p7s"',
  'Content-Disposition: attachment; filename="smime.p7s"',
  'Content-Transfer-Encoding: base64',
  '',
].join('\r\n');

async function digestEntity({ entity, boundary, onChunk }: EntityToSeal): Promise<Buffer> {
  const digest = createHash('sha256');
  const search = new StringSearch(`--${boundary}`);
  const take = (chunk: Buffer): void => {
    digest.update(chunk);
    onChunk?.(chunk);
    // A boundary inside the entity would cut the signed part in two for whoever reads it.
    if (!search.foundIn(chunk)) return;
    const message = `the entity contains its own boundary ${boundary}`;
    throw new Fault('boundary-in-entity', message, { temporary: false });
  };
  for (const piece of entity) {
    // What we wrote ourselves is small.
    if (piece instanceof Uint8Array) take(asBuffer(piece));
    else await takePaced(piece, take);
  }
  return digest.digest();
}

/** Finds a string in octets that come in chunks, also across their borders. */
class StringSearch {
  readonly #wanted: Buffer;
  #tail: Buffer = Buffer.alloc(0);

  constructor(wanted: string) {
    this.#wanted = Buffer.from(wanted, 'latin1');
  }

  foundIn(chunk: Buffer): boolean {
    const overlap = this.#wanted.length - 1;
    const seam = Buffer.concat([this.#tail, chunk.subarray(0, overlap)]);
    if (seam.includes(this.#wanted) || chunk.includes(this.#wanted)) return true;
    this.#tail = Buffer.from(
      chunk.length >= overlap ? chunk.subarray(chunk.length - overlap) : seam.subarray(-overlap),
    );
    return false;
  }
}
