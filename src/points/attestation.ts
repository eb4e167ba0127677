// SPDX-License-Identifier: EUPL-1.2

import { BOUNDARY_PREFIX } from '../evidence/boundaries.ts';
import type { Declaration } from '../evidence/declarations/declaration.ts';
import type { Draft, MessageKind } from '../evidence/draft.ts';
import { type Composition, compose } from '../mailroom/contents/composition.ts';
import type { ContentNumbers } from '../mailroom/contents/content-store.ts';
import { sealEntity } from '../trust/signing/signed-message.ts';
import type { Signer } from '../trust/signing/signer.ts';
import { AUTOMATIC_LINE } from '../wire/mime/automatic-mail.ts';
import { MimeIndexer } from '../wire/mime/mime-index.ts';
import { AT_ONCE_BYTES, joinPieces, type Piece, readPieces } from '../wire/mime/octets.ts';
import { type CertificationGate, openGate, requireOpenGate } from './certification-gate.ts';
import { type FrameShape, shapeFrame } from './framing.ts';

declare const attested: unique symbol;

/**
 * An artefact of ours: drafted, signed, and ready to be kept by a step. Only `Attestation` makes one, so
 * whatever takes an `Attested` is sure that the law's form and our signature are on it (GEN-1).
 */
export interface Attested {
  readonly [attested]: true;
  readonly kind: MessageKind;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly composition: Composition;
  /** SHA-256 of the signed entity, in hexadecimal. */
  readonly digest: string;
  /** Which of its octets we wrote. */
  readonly shape: FrameShape;
  /** Holds octets above 127. */
  readonly eightBit: boolean;
}

/** The only door to the signer: drafts in, attested artefacts out. */
export class Attestation {
  readonly #signer: Signer;
  readonly #numbers: ContentNumbers;
  readonly #gate: CertificationGate;
  readonly #onAttested: (kind: MessageKind) => void;

  constructor(options: {
    readonly signer: Signer;
    readonly numbers: ContentNumbers;
    readonly gate?: CertificationGate;
    /** Told of each artefact that was made. */
    readonly onAttested?: (kind: MessageKind) => void;
  }) {
    this.#signer = options.signer;
    this.#numbers = options.numbers;
    this.#gate = options.gate ?? openGate;
    this.#onAttested = options.onAttested ?? (() => undefined);
  }

  /**
   * Signs a draft (SIG-1, SIG-3). Nothing leaves by this: the artefact exists for others only when the
   * step that carries it and its record is committed. Throws the temporary Fault of the key driver when
   * the key cannot be used, or `certification-held`.
   */
  attest(draft: Draft): Promise<Attested> {
    return this.#attest(draft, []);
  }

  /**
   * The same for what goes into a mailbox of ours at once: with the trace field of final delivery on top
   * (RFC 5321 section 4.4) and the word that a program wrote it (RFC 3834 section 5), both outside what is signed.
   * `reversePath` is empty for the null path.
   */
  attestDelivered(draft: Draft, reversePath: string): Promise<Attested> {
    return this.#attest(draft, [
      Buffer.from(`Return-Path: <${reversePath}>\r\n${AUTOMATIC_LINE}\r\n`, 'latin1'),
    ]);
  }

  /** Signs a declaration: a message of ours that certifies no transmission. Throws as `attest` does. */
  async declare({ header, entity, boundary, instant }: Declaration): Promise<Buffer> {
    requireOpenGate(this.#gate);
    const { pieces } = await sealEntity({
      header,
      entity: [entity],
      boundary,
      signer: this.#signer,
      instant,
    });
    return readPieces(pieces);
  }

  async #attest(draft: Draft, trace: readonly Buffer[]): Promise<Attested> {
    // TIME-2: deadlines and the ends of relays come here without anybody having asked them in.
    requireOpenGate(this.#gate);
    const sealed = await sealEntity({
      header: draft.header,
      entity: draft.entity,
      boundary: draft.boundary,
      eightBit: draft.eightBit, // GEN-5
      signer: this.#signer,
      instant: draft.instant,
    });
    const pieces = joinPieces([...trace, ...sealed.pieces]);
    const [index, shape] = await Promise.all([indexOf(pieces), shapeFrame(pieces, draft)]);
    this.#onAttested(draft.kind);
    return {
      kind: draft.kind,
      messageId: draft.messageId,
      composition: compose(pieces, { numbers: this.#numbers, index }),
      digest: sealed.digest,
      shape,
      eightBit: draft.eightBit,
    } as Attested;
  }
}

async function indexOf(pieces: readonly Piece[]) {
  const indexer = new MimeIndexer({ watchPrefix: BOUNDARY_PREFIX });
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) indexer.update(piece);
    else if (piece.end - piece.start <= AT_ONCE_BYTES)
      indexer.update(await piece.octets.read(piece.start, piece.end));
    else for await (const chunk of piece.octets.stream(piece.start, piece.end)) indexer.update(chunk);
  }
  return indexer.end();
}
