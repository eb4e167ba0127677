// SPDX-License-Identifier: EUPL-1.2

/** Values of PKCS #11 version 2.40 (OASIS, "Cryptographic Token Interface Base Specification"), by its own names. */
export const CKA = {
  CLASS: 0x0,
  LABEL: 0x3,
  KEY_TYPE: 0x100,
  ID: 0x102,
  SIGN: 0x108,
  MODULUS: 0x120,
  PUBLIC_EXPONENT: 0x122,
  ALWAYS_AUTHENTICATE: 0x202,
} as const;

export const CKO = { PUBLIC_KEY: 2, PRIVATE_KEY: 3 } as const;
export const CKK_RSA = 0;
export const CKU = { USER: 1, CONTEXT_SPECIFIC: 2 } as const;
export const CKM = { RSA_PKCS: 0x1, SHA256_RSA_PKCS: 0x40 } as const;
export const CKF = {
  /** C_Initialize: the module may lock with what the system offers. */
  OS_LOCKING_OK: 0x2,
  SERIAL_SESSION: 0x4,
  /** A token: it wants a PIN. */
  LOGIN_REQUIRED: 0x4,
  /** A token: one more wrong PIN locks it. */
  USER_PIN_FINAL_TRY: 0x20000,
  USER_PIN_LOCKED: 0x40000,
  /** A mechanism: it signs. */
  SIGN: 0x800,
} as const;

export const CKR_OK = 0;

/** What modules answer, as far as it is told apart or likely to be read by an operator. */
const RESULTS: ReadonlyMap<number, string> = new Map([
  [0x1, 'CKR_CANCEL'],
  [0x2, 'CKR_HOST_MEMORY'],
  [0x3, 'CKR_SLOT_ID_INVALID'],
  [0x5, 'CKR_GENERAL_ERROR'],
  [0x6, 'CKR_FUNCTION_FAILED'],
  [0x7, 'CKR_ARGUMENTS_BAD'],
  [0x12, 'CKR_ATTRIBUTE_TYPE_INVALID'],
  [0x11, 'CKR_ATTRIBUTE_SENSITIVE'],
  [0x30, 'CKR_DEVICE_ERROR'],
  [0x31, 'CKR_DEVICE_MEMORY'],
  [0x32, 'CKR_DEVICE_REMOVED'],
  [0x54, 'CKR_FUNCTION_NOT_SUPPORTED'],
  [0x60, 'CKR_KEY_HANDLE_INVALID'],
  [0x63, 'CKR_KEY_TYPE_INCONSISTENT'],
  [0x68, 'CKR_KEY_FUNCTION_NOT_PERMITTED'],
  [0x70, 'CKR_MECHANISM_INVALID'],
  [0x82, 'CKR_OBJECT_HANDLE_INVALID'],
  [0x90, 'CKR_OPERATION_ACTIVE'],
  [0x91, 'CKR_OPERATION_NOT_INITIALIZED'],
  [0xa0, 'CKR_PIN_INCORRECT'],
  [0xa1, 'CKR_PIN_INVALID'],
  [0xa2, 'CKR_PIN_LEN_RANGE'],
  [0xa3, 'CKR_PIN_EXPIRED'],
  [0xa4, 'CKR_PIN_LOCKED'],
  [0xb0, 'CKR_SESSION_CLOSED'],
  [0xb1, 'CKR_SESSION_COUNT'],
  [0xb3, 'CKR_SESSION_HANDLE_INVALID'],
  [0xe0, 'CKR_TOKEN_NOT_PRESENT'],
  [0xe1, 'CKR_TOKEN_NOT_RECOGNIZED'],
  [0x100, 'CKR_USER_ALREADY_LOGGED_IN'],
  [0x101, 'CKR_USER_NOT_LOGGED_IN'],
  [0x102, 'CKR_USER_PIN_NOT_INITIALIZED'],
  [0x150, 'CKR_BUFFER_TOO_SMALL'],
  [0x190, 'CKR_CRYPTOKI_NOT_INITIALIZED'],
  [0x191, 'CKR_CRYPTOKI_ALREADY_INITIALIZED'],
]);

/** The name of a result, or its number where it has none here. */
export function resultName(result: number): string {
  return RESULTS.get(result) ?? `CKR 0x${result.toString(16)}`;
}

/** A function of the module that answered anything but CKR_OK. */
export class Pkcs11Error extends Error {
  override readonly name = 'Pkcs11Error';
  /** CKR_... */
  readonly result: string;

  constructor(call: string, result: number) {
    super(`${call} answers ${resultName(result)}`);
    this.result = resultName(result);
  }
}

/** The session, or what was found with it, is gone; others can be opened. */
const SESSION_LOST: ReadonlySet<string> = new Set([
  'CKR_KEY_HANDLE_INVALID',
  'CKR_OBJECT_HANDLE_INVALID',
  'CKR_OPERATION_ACTIVE',
  'CKR_OPERATION_NOT_INITIALIZED',
  'CKR_SESSION_CLOSED',
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_USER_NOT_LOGGED_IN',
]);

export function isSessionLost(error: unknown): boolean {
  return error instanceof Pkcs11Error && SESSION_LOST.has(error.result);
}

/** The PIN was refused: to repeat it would lock the token. */
const PIN_REFUSED: ReadonlySet<string> = new Set([
  'CKR_PIN_EXPIRED',
  'CKR_PIN_INCORRECT',
  'CKR_PIN_INVALID',
  'CKR_PIN_LEN_RANGE',
  'CKR_PIN_LOCKED',
]);

export function isPinRefused(error: unknown): boolean {
  return error instanceof Pkcs11Error && PIN_REFUSED.has(error.result);
}
