// SPDX-License-Identifier: EUPL-1.2

/** One document of a protocol, and how far it is followed. */
export interface ProtocolDocument {
  /** `9051`, or several that belong together. */
  readonly rfc: string;
  readonly title: string;
  /** `partly` and `none` have a note that says what is missing, or why. */
  readonly state: 'whole' | 'partly' | 'none';
  /** Capabilities that tell of it; before a log-in (`stranger`), after it (`user`), or both. */
  readonly capabilities?: readonly { readonly name: string; readonly told: 'stranger' | 'user' | 'both' }[];
  readonly note?: string;
}

const both = (...names: readonly string[]) => names.map((name) => ({ name, told: 'both' as const }));
const user = (...names: readonly string[]) => names.map((name) => ({ name, told: 'user' as const }));
const stranger = (...names: readonly string[]) => names.map((name) => ({ name, told: 'stranger' as const }));

export const told = { both, user, stranger };
