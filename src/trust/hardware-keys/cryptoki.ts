// SPDX-License-Identifier: EUPL-1.2

/** A token, as C_GetTokenInfo tells of it. */
export interface TokenInfo {
  /** Without the blanks that fill it up. */
  readonly label: string;
  /** CKF_... of tokens. */
  readonly flags: number;
}

/** What an object must have, or what is to be read of it: CKA_... and the octets of the value. */
export type Attributes = ReadonlyMap<number, Buffer>;

/**
 * The functions of a PKCS #11 module that signing needs (C_...), by their own names. Each throws a `Pkcs11Error`
 * when the module answers anything but CKR_OK. What may take long waits outside the event loop.
 */
export interface Cryptoki {
  initialize(): Promise<void>;
  finalize(): Promise<void>;
  /** Slots with a token in them. */
  slots(): Promise<readonly number[]>;
  tokenInfo(slot: number): Promise<TokenInfo>;
  /** Whether the token signs by this mechanism (CKM_...). */
  canSign(slot: number, mechanism: number): Promise<boolean>;
  openSession(slot: number): Promise<number>;
  closeAllSessions(slot: number): Promise<void>;
  login(session: number, as: { readonly user: number; readonly pin: Buffer }): Promise<void>;
  findObjects(session: number, template: Attributes): Promise<readonly number[]>;
  /** The value of an attribute; undefined when the object has none, or does not show it. */
  attribute(
    session: number,
    of: { readonly object: number; readonly type: number },
  ): Promise<Buffer | undefined>;
  /** C_SignInit and C_Sign; `authenticate` is called in between, for keys that want it each time. */
  sign(session: number, work: SignWork): Promise<Buffer>;
}

export interface SignWork {
  readonly key: number;
  readonly mechanism: number;
  readonly bytes: Buffer;
  /** Most octets that a signature has. */
  readonly signatureBytes: number;
  readonly authenticate?: () => Promise<void>;
}

/** The value of an attribute that is a number of the machine's own size. */
export function ulongOctets(value: number): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64LE(BigInt(value));
  return octets;
}
