// SPDX-License-Identifier: EUPL-1.2
import koffi, { type TypeObject } from 'koffi';

/** A function outside JavaScript, called in a thread of the pool; what it gives is a number. */
export type NativeFunction = (...values: readonly (number | bigint | null)[]) => Promise<number>;

/** How C sees a function: what it gives and what it takes, as C writes types. */
export interface NativeSignature {
  readonly gives: string;
  readonly takes: readonly string[];
}

/** Octets that a type of C has on this machine. */
export function sizeOfType(type: string): number {
  return koffi.sizeof(type);
}

/**
 * Loads a shared library, or with null what this process consists of already; returns its functions by name, each called
 * in the caller's thread. `stackBytes`: what functions called in other threads may need, for the first library only.
 * Throws an Error that says why it cannot be.
 */
export function loadLibrary(
  file: string | null,
  { stackBytes }: { readonly stackBytes?: number } = {},
): (name: string, signature: NativeSignature) => (...values: readonly (number | bigint)[]) => number {
  if (stackBytes !== undefined && koffi.config().async_stack_size !== stackBytes)
    koffi.config({ async_stack_size: stackBytes });
  const library = koffi.load(file);
  return (name, { gives, takes }) => {
    const call = library.func(name, gives, [...takes]);
    return (...values) => Number(call(...values));
  };
}

/** The function whose address is in memory, so many octets from where a list begins; undefined where there is none. */
export function functionInList(
  list: bigint,
  { offsetBytes, gives, takes }: NativeSignature & { readonly offsetBytes: number },
): NativeFunction | undefined {
  const pointer: unknown = koffi.decode(list, offsetBytes, 'void *');
  if (pointer === null) return undefined;
  const prototype: TypeObject = koffi.proto(gives, [...takes]);
  const call = koffi.decode(pointer, prototype) as ReturnType<ReturnType<typeof koffi.load>['func']>;
  return (...values) =>
    new Promise((resolve, reject) => {
      call.async(...values, (error: unknown, result: unknown) => {
        if (error === null) resolve(Number(result));
        else reject(error);
      });
    });
}
