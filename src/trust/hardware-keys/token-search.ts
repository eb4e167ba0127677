// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';
import { type Attributes, type Cryptoki, ulongOctets } from './cryptoki.ts';
import { CKA, CKF, CKK_RSA, CKM, CKO, CKU, isPinRefused } from './pkcs11-values.ts';
import { describePlace, type TokenPlace } from './token-place.ts';

/** The public half, as the token tells it: big-endian octets. */
export interface PublicNumbers {
  readonly modulus: Buffer;
  readonly exponent: Buffer;
}

/** What it takes to get at a token. */
export interface TokenAccess {
  readonly cryptoki: Cryptoki;
  readonly place: TokenPlace;
  /** Reads the PIN anew each time. Throws a Fault. */
  readonly readPin: () => Promise<Buffer>;
}

/** What was found on the token, and is found again when its sessions are gone. */
export interface FoundKey {
  readonly slot: number;
  readonly sessions: readonly number[];
  readonly key: number;
  readonly mechanism: number;
  readonly publicNumbers: PublicNumbers;
  readonly alwaysAuthenticate: boolean;
}

/** 65537, where a token does not tell. */
const USUAL_EXPONENT = Buffer.from([1, 0, 1]);

/**
 * Opens the sessions, logs in and finds the key.
 * @throws Fault `hardware-token-missing`, `hardware-key-missing`, `hardware-pin-refused`, what `readPin` throws; `Pkcs11Error`
 */
export async function findKey(options: TokenAccess): Promise<FoundKey> {
  const { cryptoki, place } = options;
  const slot = await findSlot(options);
  const sessions: number[] = [];
  while (sessions.length < place.sessions) sessions.push(await cryptoki.openSession(slot));
  const [session = 0] = sessions;
  await refuseLastTry(options, slot);
  await logIn(options, session, CKU.USER);
  const keys = await cryptoki.findObjects(session, privateKeyTemplate(place));
  const [key] = keys;
  if (key === undefined || keys.length > 1) {
    const sentence = `${describePlace(place)}: ${key === undefined ? 'there is none' : 'there are several'} (RSA, private)`;
    throw new Fault('hardware-key-missing', sentence, { temporary: true });
  }
  const always = await cryptoki.attribute(session, { object: key, type: CKA.ALWAYS_AUTHENTICATE });
  return {
    slot,
    sessions,
    key,
    mechanism: await chooseMechanism(cryptoki, slot),
    publicNumbers: await publicNumbersOf(key, { session, options }),
    alwaysAuthenticate: always?.[0] === 1,
  };
}

async function findSlot({ cryptoki, place }: TokenAccess): Promise<number> {
  const slots = await cryptoki.slots();
  const { token } = place;
  const missing = (why: string): Fault =>
    new Fault('hardware-token-missing', `${describePlace(place)}: ${why}`, { temporary: true });
  if ('slot' in token) {
    if (slots.includes(token.slot)) return token.slot;
    throw missing(`no token in that slot (there are ${slots.join(', ') || 'none'})`);
  }
  const found: number[] = [];
  for (const slot of slots) {
    if ((await cryptoki.tokenInfo(slot)).label === token.label) found.push(slot);
  }
  const [slot] = found;
  if (slot === undefined) throw missing(`no token of that name among ${slots.length}`);
  if (found.length > 1) throw missing(`several tokens of that name, in slots ${found.join(', ')}`);
  return slot;
}

/** Throws the Fault `hardware-pin-refused`, what `readPin` throws, `Pkcs11Error`. */
export async function logIn(options: TokenAccess, session: number, user: number): Promise<void> {
  const { cryptoki, place, readPin } = options;
  const pin = await readPin();
  try {
    await cryptoki.login(session, { user, pin });
  } catch (cause) {
    if (!isPinRefused(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw pinRefused(`${place.pinFile} holds a PIN that the token refuses (${why})`);
  } finally {
    pin.fill(0);
  }
}

/** The last try before a token locks itself is left to a person. */
async function refuseLastTry({ cryptoki, place }: TokenAccess, slot: number): Promise<void> {
  const { flags } = await cryptoki.tokenInfo(slot);
  const where = describePlace(place);
  if ((flags & CKF.USER_PIN_LOCKED) !== 0) throw pinRefused(`${where}: the PIN is locked`);
  if ((flags & CKF.USER_PIN_FINAL_TRY) !== 0) {
    throw pinRefused(
      `${where}: one more wrong PIN locks the token, so the program does not try: log in by hand first`,
    );
  }
}

function pinRefused(sentence: string): Fault {
  return new Fault('hardware-pin-refused', sentence, { temporary: true });
}

function privateKeyTemplate({ keyLabel, keyId }: TokenPlace): Attributes {
  const template = new Map([
    [CKA.CLASS, ulongOctets(CKO.PRIVATE_KEY)],
    [CKA.KEY_TYPE, ulongOctets(CKK_RSA)],
  ] as [number, Buffer][]);
  if (keyLabel !== undefined) template.set(CKA.LABEL, Buffer.from(keyLabel, 'utf8'));
  if (keyId !== undefined) template.set(CKA.ID, Buffer.from(keyId, 'hex'));
  return template;
}

/** The token digests where it can; else it gets the digest in the form that PKCS #1 wants. */
async function chooseMechanism(cryptoki: Cryptoki, slot: number): Promise<number> {
  return (await cryptoki.canSign(slot, CKM.SHA256_RSA_PKCS)) ? CKM.SHA256_RSA_PKCS : CKM.RSA_PKCS;
}

/** From the private key, or from the public key of the same CKA_ID. */
async function publicNumbersOf(
  key: number,
  { session, options }: { readonly session: number; readonly options: TokenAccess },
): Promise<PublicNumbers> {
  const { cryptoki, place } = options;
  const read = async (object: number): Promise<PublicNumbers | undefined> => {
    const modulus = await cryptoki.attribute(session, { object, type: CKA.MODULUS });
    if (modulus === undefined || modulus.length === 0) return undefined;
    const exponent = await cryptoki.attribute(session, { object, type: CKA.PUBLIC_EXPONENT });
    return { modulus: bare(modulus), exponent: bare(exponent?.length ? exponent : USUAL_EXPONENT) };
  };
  const own = await read(key);
  if (own !== undefined) return own;
  const id = await cryptoki.attribute(session, { object: key, type: CKA.ID });
  const twins = await cryptoki.findObjects(
    session,
    new Map([
      [CKA.CLASS, ulongOctets(CKO.PUBLIC_KEY)],
      [CKA.ID, id ?? Buffer.alloc(0)],
    ]),
  );
  const found = twins[0] === undefined ? undefined : await read(twins[0]);
  if (found !== undefined) return found;
  const sentence = `${describePlace(place)}: the token does not tell its public half`;
  throw new Fault('hardware-key-missing', sentence, { temporary: true });
}

/** Without zeros in front. */
function bare(octets: Buffer): Buffer {
  const first = octets.findIndex((octet) => octet !== 0);
  return octets.subarray(Math.max(first, 0));
}
