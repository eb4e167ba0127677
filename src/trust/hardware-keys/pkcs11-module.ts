// SPDX-License-Identifier: EUPL-1.2
import { endianness } from 'node:os';
import {
  functionInList,
  loadLibrary,
  type NativeFunction,
  sizeOfType,
} from '../../platform/native-library.ts';
import { type NativeBlock, NativeMemory } from '../../platform/native-memory.ts';
import type { Attributes, Cryptoki, SignWork, TokenInfo } from './cryptoki.ts';
import { CKF, CKR_OK, CKU, Pkcs11Error, resultName } from './pkcs11-values.ts';

/** Where each function stands in CK_FUNCTION_LIST, and what it takes: a number (CK_ULONG) or a pointer. */
const FUNCTIONS = {
  C_Initialize: [0, 'p'],
  C_Finalize: [1, 'p'],
  C_GetSlotList: [4, 'bpp'],
  C_GetTokenInfo: [6, 'np'],
  C_GetMechanismList: [7, 'npp'],
  C_GetMechanismInfo: [8, 'nnp'],
  C_OpenSession: [12, 'nnppp'],
  C_CloseAllSessions: [14, 'n'],
  C_Login: [18, 'nnpn'],
  C_GetAttributeValue: [24, 'nnpn'],
  C_FindObjectsInit: [26, 'npn'],
  C_FindObjects: [27, 'npnp'],
  C_FindObjectsFinal: [28, 'n'],
  C_SignInit: [42, 'npn'],
  C_Sign: [43, 'npnpp'],
} as const;

type Name = keyof typeof FUNCTIONS;
type Argument = number | bigint | null;

const C_TYPES: Readonly<Record<string, string>> = { n: 'unsigned long', b: 'uint8_t', p: 'void *' };
const ULONG = 8;
const POINTER = 8;
const ATTRIBUTE = 3 * ULONG;
const MECHANISM = 3 * ULONG;
/** CK_TOKEN_INFO has 208 octets; the flags come after 32 + 32 + 16 + 16 octets of text. */
const TOKEN_INFO = 256;
const TOKEN_FLAGS = 96;
const LABEL_BYTES = 32;
/** Slots, mechanisms and objects listed at most. */
const MAX_HANDLES = 1024;
/** Longest value of an attribute read: the modulus of 16384 bits. */
const MAX_ATTRIBUTE = 2048;
/** Modules of makers may need more stack than Koffi gives them. */
const STACK_BYTES = 4 * 1024 * 1024;

/** CK_UNAVAILABLE_INFORMATION */
const UNAVAILABLE = 0xffff_ffff_ffff_ffffn;

/** A PKCS #11 module, called through its list of functions, each call in a thread of the pool. */
export class Pkcs11Module implements Cryptoki {
  readonly #functions: ReadonlyMap<Name, NativeFunction>;

  private constructor(functions: ReadonlyMap<Name, NativeFunction>) {
    this.#functions = functions;
  }

  /** Loads the shared library. Throws an Error that says why it cannot be. */
  static load(file: string): Pkcs11Module {
    if (sizeOfType('unsigned long') !== ULONG || sizeOfType('void *') !== POINTER || endianness() !== 'LE') {
      throw new Error('hardware modules are driven on 64-bit little-endian Unix machines only');
    }
    const functionNamed = loadLibrary(file, { stackBytes: STACK_BYTES });
    const getList = functionNamed('C_GetFunctionList', { gives: 'unsigned long', takes: ['void *'] });
    using memory = new NativeMemory(POINTER);
    const { octets, address } = memory.take(POINTER);
    const result = getList(address);
    if (result !== CKR_OK) throw new Pkcs11Error('C_GetFunctionList', result);
    const list = octets.readBigUInt64LE();
    const names = Object.keys(FUNCTIONS) as Name[];
    return new Pkcs11Module(new Map(names.map((name) => [name, nativeFunction(list, name)])));
  }

  async initialize(): Promise<void> {
    // CK_C_INITIALIZE_ARGS: four pointers, flags, one pointer.
    using memory = new NativeMemory(6 * POINTER);
    const { octets, address } = memory.take(6 * POINTER);
    octets.writeBigUInt64LE(BigInt(CKF.OS_LOCKING_OK), 4 * POINTER);
    await this.#call('C_Initialize', address);
  }

  async finalize(): Promise<void> {
    await this.#call('C_Finalize', null);
  }

  async slots(): Promise<readonly number[]> {
    using memory = new NativeMemory((MAX_HANDLES + 1) * ULONG);
    const count = memory.take(ULONG);
    const list = memory.take(MAX_HANDLES * ULONG);
    count.octets.writeBigUInt64LE(BigInt(MAX_HANDLES));
    await this.#call('C_GetSlotList', 1, list.address, count.address);
    return numbersIn(list, count);
  }

  async tokenInfo(slot: number): Promise<TokenInfo> {
    using memory = new NativeMemory(TOKEN_INFO);
    const { octets, address } = memory.take(TOKEN_INFO);
    await this.#call('C_GetTokenInfo', slot, address);
    const label = octets.toString('utf8', 0, LABEL_BYTES).replace(/[\0 ]+$/, '');
    return { label, flags: octets.readUInt32LE(TOKEN_FLAGS) };
  }

  async canSign(slot: number, mechanism: number): Promise<boolean> {
    using memory = new NativeMemory((MAX_HANDLES + 4) * ULONG);
    const count = memory.take(ULONG);
    const list = memory.take(MAX_HANDLES * ULONG);
    count.octets.writeBigUInt64LE(BigInt(MAX_HANDLES));
    await this.#call('C_GetMechanismList', slot, list.address, count.address);
    // Some modules tell about mechanisms that they do not list, and then refuse them.
    if (!numbersIn(list, count).includes(mechanism)) return false;
    const { octets, address } = memory.take(3 * ULONG);
    await this.#call('C_GetMechanismInfo', slot, mechanism, address);
    return (octets.readUInt32LE(2 * ULONG) & CKF.SIGN) !== 0;
  }

  async openSession(slot: number): Promise<number> {
    using memory = new NativeMemory(ULONG);
    const { octets, address } = memory.take(ULONG);
    await this.#call('C_OpenSession', slot, CKF.SERIAL_SESSION, null, null, address);
    return Number(octets.readBigUInt64LE());
  }

  async closeAllSessions(slot: number): Promise<void> {
    await this.#call('C_CloseAllSessions', slot);
  }

  async login(
    session: number,
    { user, pin }: { readonly user: number; readonly pin: Buffer },
  ): Promise<void> {
    using memory = new NativeMemory(pin.length + ULONG);
    const result = await this.#result('C_Login', session, user, memory.put(pin).address, pin.length);
    // Sessions of one process log in together.
    const already = user === CKU.USER && resultName(result) === 'CKR_USER_ALREADY_LOGGED_IN';
    if (result !== CKR_OK && !already) throw new Pkcs11Error('C_Login', result);
  }

  async findObjects(session: number, template: Attributes): Promise<readonly number[]> {
    const values = [...template.values()].reduce((sum, { length }) => sum + length + ULONG, 0);
    using memory = new NativeMemory(template.size * ATTRIBUTE + values + (MAX_HANDLES + 1) * ULONG);
    const attributes = putAttributes(memory, template);
    const list = memory.take(MAX_HANDLES * ULONG);
    const count = memory.take(ULONG);
    await this.#call('C_FindObjectsInit', session, attributes.address, template.size);
    try {
      await this.#call('C_FindObjects', session, list.address, MAX_HANDLES, count.address);
    } finally {
      await this.#call('C_FindObjectsFinal', session);
    }
    return numbersIn(list, count);
  }

  async attribute(
    session: number,
    { object, type }: { readonly object: number; readonly type: number },
  ): Promise<Buffer | undefined> {
    using memory = new NativeMemory(ATTRIBUTE + MAX_ATTRIBUTE);
    const attribute = putAttributes(memory, new Map([[type, Buffer.alloc(MAX_ATTRIBUTE)]]));
    const result = await this.#result('C_GetAttributeValue', session, object, attribute.address, 1);
    const lacking = ['CKR_ATTRIBUTE_TYPE_INVALID', 'CKR_ATTRIBUTE_SENSITIVE'].includes(resultName(result));
    const length = attribute.octets.readBigUInt64LE(2 * ULONG);
    if (lacking || (result === CKR_OK && length === UNAVAILABLE)) return undefined;
    if (result !== CKR_OK) throw new Pkcs11Error('C_GetAttributeValue', result);
    return Buffer.from(memory.octets.subarray(ATTRIBUTE, ATTRIBUTE + Number(length)));
  }

  async sign(
    session: number,
    { key, mechanism, bytes, signatureBytes, authenticate }: SignWork,
  ): Promise<Buffer> {
    using memory = new NativeMemory(MECHANISM + bytes.length + signatureBytes + 4 * ULONG);
    const how = memory.take(MECHANISM);
    how.octets.writeBigUInt64LE(BigInt(mechanism));
    const data = memory.put(bytes);
    const signature = memory.take(signatureBytes);
    const length = memory.take(ULONG);
    length.octets.writeBigUInt64LE(BigInt(signatureBytes));
    await this.#call('C_SignInit', session, how.address, key);
    await authenticate?.();
    await this.#call('C_Sign', session, data.address, bytes.length, signature.address, length.address);
    return Buffer.from(signature.octets.subarray(0, Number(length.octets.readBigUInt64LE())));
  }

  async #call(name: Name, ...values: readonly Argument[]): Promise<void> {
    const result = await this.#result(name, ...values);
    if (result !== CKR_OK) throw new Pkcs11Error(name, result);
  }

  #result(name: Name, ...values: readonly Argument[]): Promise<number> {
    const native = this.#functions.get(name);
    if (native === undefined) throw new Error(`${name} is not declared`);
    return native(...values);
  }
}

/** A function of the list (CK_VERSION, filled up to the size of a pointer, comes first). */
function nativeFunction(list: bigint, name: Name): NativeFunction {
  const [place, parameters] = FUNCTIONS[name];
  const takes = [...parameters].map((letter) => C_TYPES[letter] ?? 'void *');
  const offsetBytes = POINTER * (place + 1);
  const native = functionInList(list, { offsetBytes, gives: 'unsigned long', takes });
  if (native === undefined) throw new Error(`the module lacks ${name}`);
  return native;
}

/** An array of CK_ATTRIBUTE, and behind it the values it points to. */
function putAttributes(memory: NativeMemory, template: Attributes): NativeBlock {
  const array = memory.take(template.size * ATTRIBUTE);
  [...template].forEach(([type, value], number) => {
    const at = number * ATTRIBUTE;
    array.octets.writeBigUInt64LE(BigInt(type), at);
    array.octets.writeBigUInt64LE(memory.put(value).address, at + ULONG);
    array.octets.writeBigUInt64LE(BigInt(value.length), at + ULONG + POINTER);
  });
  return array;
}

function numbersIn(list: NativeBlock, count: NativeBlock): readonly number[] {
  const length = Number(count.octets.readBigUInt64LE());
  return Array.from({ length }, (_, number) => Number(list.octets.readBigUInt64LE(number * ULONG)));
}
