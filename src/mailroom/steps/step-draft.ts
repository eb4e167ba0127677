// SPDX-License-Identifier: EUPL-1.2
import type { Composition } from '../contents/composition.ts';
import type { NewBlob, NewContent } from '../contents/content-store.ts';
import type { Act, Condition, Step, StepPart } from './step-store.ts';

/** A step in the making: pieces of it come from several places before it is committed as one. */
export class StepDraft {
  readonly #blobs = new Map<number, NewBlob>();
  readonly #contents: NewContent[] = [];
  readonly #parts: StepPart[] = [];

  /** Keeps a blob; listing the same one again changes nothing. */
  keepBlob(blob: NewBlob | undefined): this {
    if (blob !== undefined) this.#blobs.set(blob.id, blob);
    return this;
  }

  /** Keeps a composed message and the frame it brings. */
  keep(composition: Composition): this {
    this.keepBlob(composition.frame);
    this.#contents.push(composition.content);
    return this;
  }

  /** Adds acts that are done together; returns the number of the part, to find its outcome by. */
  part(acts: readonly Act[], onlyIf: readonly Condition[] = []): number {
    this.#parts.push(onlyIf.length === 0 ? { acts } : { acts, onlyIf });
    return this.#parts.length - 1;
  }

  build(): Step {
    return { blobs: [...this.#blobs.values()], contents: this.#contents, parts: this.#parts };
  }
}
