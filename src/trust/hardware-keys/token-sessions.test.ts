// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../platform/faults.ts';
import type { Attributes, Cryptoki, SignWork, TokenInfo } from './cryptoki.ts';
import { CKA, CKF, CKO, Pkcs11Error } from './pkcs11-values.ts';
import { TokenSessions } from './token-sessions.ts';

const MODULUS = Buffer.concat([Buffer.of(0), Buffer.alloc(256, 0xa5)]);

/** A module that does what a test says; sessions are numbered on and on. */
class ScriptedModule implements Cryptoki {
  flags = CKF.LOGIN_REQUIRED as number;
  logins = 0;
  opened = 0;
  closed = 0;
  /** Sessions that have been lost. */
  readonly lost = new Set<number>();
  /** What each call of C_Sign throws, in order. */
  readonly throws: Error[] = [];
  readonly pins: string[] = [];
  refusesPin = false;
  finalized = false;
  /** What the private key shows of itself. */
  shows: Attributes = new Map([[CKA.MODULUS, MODULUS]]);

  async initialize(): Promise<void> {}
  async finalize(): Promise<void> {
    this.finalized = true;
  }
  async slots(): Promise<readonly number[]> {
    return [7];
  }
  async tokenInfo(): Promise<TokenInfo> {
    return { label: 'prova', flags: this.flags };
  }
  async canSign(): Promise<boolean> {
    return true;
  }
  async openSession(): Promise<number> {
    return ++this.opened;
  }
  async closeAllSessions(): Promise<void> {
    this.closed++;
  }
  async login(_session: number, { pin }: { readonly pin: Buffer }): Promise<void> {
    this.logins++;
    this.pins.push(pin.toString());
    if (this.refusesPin) throw new Pkcs11Error('C_Login', 0xa0);
  }
  async findObjects(_session: number, template: Attributes): Promise<readonly number[]> {
    return template.get(CKA.CLASS)?.readUInt32LE() === CKO.PRIVATE_KEY ? [42] : [43];
  }
  async attribute(
    _session: number,
    { object, type }: { readonly object: number; readonly type: number },
  ): Promise<Buffer | undefined> {
    return object === 42 ? this.shows.get(type) : new Map([[CKA.MODULUS as number, MODULUS]]).get(type);
  }
  async sign(session: number, { bytes }: SignWork): Promise<Buffer> {
    const error = this.throws.shift();
    if (error !== undefined) throw error;
    if (this.lost.has(session)) throw new Pkcs11Error('C_SignInit', 0xb3);
    return Buffer.concat([Buffer.from('firma di '), bytes]);
  }
}

function open(cryptoki: Cryptoki): Promise<TokenSessions> {
  const place = { moduleFile: 'm.so', token: { label: 'prova' }, keyLabel: 'k', pinFile: 'pin', sessions: 2 };
  return TokenSessions.open({ cryptoki, place, readPin: async () => Buffer.from('1234') });
}

test('SIG-5 sessions that the token closed are opened again, once for all, and the signatures made', async () => {
  const module = new ScriptedModule();
  const sessions = await open(module);
  assert.deepEqual([module.opened, module.logins], [2, 1]);
  for (const session of [1, 2]) module.lost.add(session);
  const texts = ['a', 'b', 'c', 'd'].map((text) => Buffer.from(text));
  const signatures = await Promise.all(texts.map((text) => sessions.sign(text)));
  assert.deepEqual(signatures.map(String), ['firma di a', 'firma di b', 'firma di c', 'firma di d']);
  assert.deepEqual([module.closed, module.opened, module.logins], [1, 4, 2]);
  await sessions.close();
  assert.ok(module.finalized);
});

test('what is lost again at once, or is another error, is told: the process is to be replaced', async () => {
  const module = new ScriptedModule();
  const sessions = await open(module);
  module.throws.push(new Pkcs11Error('C_Sign', 0xb0), new Pkcs11Error('C_Sign', 0x101));
  await assert.rejects(sessions.sign(Buffer.from('x')), /C_Sign answers CKR_USER_NOT_LOGGED_IN/);
  module.throws.push(new Pkcs11Error('C_Sign', 0x30));
  await assert.rejects(sessions.sign(Buffer.from('x')), /CKR_DEVICE_ERROR/);
  assert.equal(module.closed, 1);
});

test('a token that one more wrong PIN would lock, or that is locked, gets no PIN at all', async () => {
  for (const [flag, words] of [
    [CKF.USER_PIN_FINAL_TRY, /log in by hand/],
    [CKF.USER_PIN_LOCKED, /PIN is locked/],
  ] as const) {
    const module = new ScriptedModule();
    module.flags |= flag;
    await assert.rejects(open(module), (error) => {
      return error instanceof Fault && error.code === 'hardware-pin-refused' && words.test(error.message);
    });
    assert.equal(module.logins, 0);
  }
});

test('a refused PIN is a Fault of its own, without the PIN in it', async () => {
  const module = new ScriptedModule();
  module.refusesPin = true;
  await assert.rejects(open(module), (error) => {
    return error instanceof Fault && error.code === 'hardware-pin-refused' && !error.message.includes('1234');
  });
  assert.deepEqual(module.pins, ['1234']);
});

test('the public half comes from the private key, else from the public key of the same id', async () => {
  const module = new ScriptedModule();
  const exponent = Buffer.of(0, 3);
  module.shows = new Map([
    [CKA.MODULUS, MODULUS],
    [CKA.PUBLIC_EXPONENT, exponent],
  ]);
  const bare = MODULUS.subarray(1);
  assert.deepEqual((await open(module)).publicNumbers, { modulus: bare, exponent: Buffer.of(3) });
  module.shows = new Map();
  const usual = { modulus: bare, exponent: Buffer.of(1, 0, 1) };
  assert.deepEqual((await open(module)).publicNumbers, usual);
});
