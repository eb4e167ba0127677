// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import {
  ofProcess,
  SOFTHSM_MODULE,
  SoftToken,
  tokenProcesses,
} from '../../../test/hardware-keys/soft-token.ts';
import { opensslAccepts } from '../../../test/openssl/test-authority.ts';
import { temporaryFolder } from '../../../test/openssl/test-provider.ts';
import { Fault } from '../../platform/faults.ts';
import { silentJournal } from '../../platform/journal.ts';
import type { Monotonic } from '../../platform/monotonic.ts';
import { ManualTimers, systemTimers } from '../../platform/timers.ts';
import { HardwareKey } from './hardware-key.ts';
import { Pkcs11Module } from './pkcs11-module.ts';
import type { TokenPlace } from './token-place.ts';
import { CLOSING_MS, MAX_WAITING } from './token-work.ts';

const folder = temporaryFolder(after);
const TEXT = Buffer.from('quello che si firma');

/** A clock that tests move: no rest has to be waited for. */
class MovedByHand implements Monotonic {
  now = 0;
  elapsedMs(): number {
    return this.now;
  }
}

function open(
  token: SoftToken,
  {
    monotonic = new MovedByHand(),
    answerMs = 20_000,
    ...place
  }: Partial<TokenPlace> & {
    readonly monotonic?: Monotonic;
    readonly answerMs?: number;
  } = {},
): Promise<HardwareKey> {
  const where = token.place(place);
  return HardwareKey.open({
    place: where,
    answerMs,
    timers: systemTimers,
    monotonic,
    journal: silentJournal,
  });
}

/** Whether openssl takes the signature as one by this key. */
function holds(key: HardwareKey, text: Buffer, signature: Buffer): boolean {
  const at = (name: string) => join(folder, name);
  writeFileSync(at('public.pem'), key.publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(at('signature'), signature);
  return opensslAccepts(['dgst', '-sha256', '-verify', at('public.pem'), '-signature', at('signature')], {
    input: text,
  });
}

/** Code and message of the Fault, and of the one that caused it. */
async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    assert.ok(error.temporary || error.code.startsWith('key-file'), error.code);
    const cause = error.cause instanceof Fault ? ` <- ${error.cause.code}` : '';
    return `${error.code}: ${error.message}${cause}`;
  }
  return 'no fault';
}

/** Ends the process that holds the module, as a module that crashes does. */
function kill(): void {
  for (const pid of tokenProcesses()) process.kill(pid, 'SIGKILL');
}

suite('a key in SoftHSM', () => {
  test('SIG-5 SEC-9 signs inside the token, on several sessions at a time, and openssl agrees', async () => {
    using token = new SoftToken();
    await using key = await open(token, { sessions: 3 });
    const texts = Array.from({ length: 40 }, (_, number) => Buffer.from(`messaggio ${number}`));
    const signatures = await Promise.all(texts.map((text) => key.sign(text)));
    assert.equal(new Set(signatures.map((signature) => signature.toString('hex'))).size, texts.length);
    const [text = TEXT, other = TEXT] = texts;
    const [signature = TEXT] = signatures;
    assert.ok(holds(key, text, signature));
    assert.ok(!holds(key, other, signature));
    assert.equal(tokenProcesses().length, 1);
  });

  test('SIG-6 keys longer than 2048 bits, found by id alone or by slot', async () => {
    using token = new SoftToken();
    token.makeKey('lunga', { bits: 3072, id: 'a1b2' });
    const { keyLabel: _, ...place } = token.place();
    const options = {
      answerMs: 20_000,
      timers: systemTimers,
      monotonic: new MovedByHand(),
      journal: silentJournal,
    };
    const slots = await ourSlots();
    for (const where of [place, { ...place, token: { slot: slots[0] ?? 0 } }]) {
      await using key = await HardwareKey.open({ ...options, place: { ...where, keyId: 'A1B2' } });
      assert.equal(key.publicKey.asymmetricKeyDetails?.modulusLength, 3072);
      assert.ok(holds(key, TEXT, await key.sign(TEXT)));
    }
  });

  test('a token that cannot digest gets the digest', async () => {
    using token = new SoftToken({ mechanisms: 'CKM_RSA_PKCS,CKM_RSA_PKCS_KEY_PAIR_GEN' });
    assert.match(token.mechanisms(), /RSA-PKCS,/);
    assert.doesNotMatch(token.mechanisms(), /SHA256-RSA-PKCS,/);
    await using key = await open(token);
    assert.ok(holds(key, TEXT, await key.sign(TEXT)));
  });

  test('a key that wants its PIN for each signature gets it', async () => {
    using token = new SoftToken();
    token.makeKey('gelosa', { id: '77', more: ['--always-auth'] });
    await using key = await open(token, { keyLabel: 'gelosa' });
    for (const text of ['una', 'due']) {
      assert.ok(holds(key, Buffer.from(text), await key.sign(Buffer.from(text))));
    }
  });

  test('SIG-3 the PIN is in no command line and no environment, and its file must be private', async () => {
    using token = new SoftToken();
    await using _ = await open(token);
    const [pid = 0] = tokenProcesses();
    const environment = ofProcess(pid, 'environ');
    assert.ok(environment.includes('SOFTHSM2_CONF'));
    for (const shown of [environment, ofProcess(pid, 'cmdline')]) assert.ok(!shown.includes(token.pin));
    chmodSync(token.pinFile, 0o640);
    assert.match(await faultOf(open(token)), /^key-file-exposed: .*chmod 600/);
  });

  test('what is missing is named', async () => {
    using token = new SoftToken();
    const nowhere = join(folder, 'nothing.so');
    assert.match(
      await faultOf(open(token, { moduleFile: nowhere })),
      /^hardware-module-unusable: .*nothing\.so/,
    );
    const noModule = 'libc.so.6';
    assert.match(await faultOf(open(token, { moduleFile: noModule })), /^hardware-module-unusable: .*libc/);
    const label = { token: { label: 'altro' } };
    assert.match(await faultOf(open(token, label)), /^hardware-token-missing: .*token "altro"/);
    assert.match(await faultOf(open(token, { token: { slot: 3 } })), /^hardware-token-missing: .*slot 3/);
    assert.match(
      await faultOf(open(token, { keyLabel: 'x' })),
      /^hardware-key-missing: key "x".*there is none/,
    );
    token.makeKey('firma', { id: '02' });
    assert.match(await faultOf(open(token)), /^hardware-key-missing: .*there are several/);
    token.addToken('ceralacca');
    assert.match(await faultOf(open(token)), /^hardware-token-missing: .*several tokens/);
    assert.deepEqual(tokenProcesses(), []);
  });
});

suite('a token that fails', { concurrency: false }, () => {
  // One for all: each test leaves it as it was, the last one but for the key.
  const token = new SoftToken();
  after(() => token[Symbol.dispose]());

  test('SIG-5 a module that crashes: what was under way is signed by the next process', async () => {
    await using key = await open(token);
    await key.sign(TEXT);
    const before = tokenProcesses();
    const signing = Array.from({ length: 20 }, (_, number) => key.sign(Buffer.from(`${number}`)));
    kill();
    const signatures = await Promise.all(signing);
    assert.equal(signatures.length, 20);
    assert.ok(holds(key, Buffer.from('7'), signatures[7] ?? TEXT));
    assert.notDeepEqual(tokenProcesses(), before);
  });

  test('SIG-5 a module that hangs: a temporary Fault when the time is over, then another process', async () => {
    await using key = await open(token, { answerMs: 5_000 });
    await key.sign(TEXT);
    for (const pid of tokenProcesses()) process.kill(pid, 'SIGSTOP');
    assert.match(await faultOf(key.sign(TEXT)), /no answer within 5000 ms.*<- hardware-module-unusable$/);
    assert.ok(holds(key, TEXT, await key.sign(TEXT)));
  });

  test('SIG-5 a token that is taken away: temporary Faults without asking again at once; back, it signs', async () => {
    const monotonic = new MovedByHand();
    await using key = await open(token, { monotonic });
    await key.sign(TEXT);
    token.takeAway();
    kill();
    const lost = /^signing-key-unusable: .*no token of that name.*<- hardware-token-missing$/;
    assert.match(await faultOf(key.sign(TEXT)), lost);
    token.bringBack();
    // It is left alone for a while, however much mail comes.
    assert.match(await faultOf(key.sign(TEXT)), lost);
    while (tokenProcesses().length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    monotonic.now += 1_000;
    assert.ok(holds(key, TEXT, await key.sign(TEXT)));
  });

  test('SIG-5 a PIN that the token refused is not tried twice, so that it locks nothing; a new one is', async () => {
    const monotonic = new MovedByHand();
    await using key = await open(token, { monotonic });
    await key.sign(TEXT);
    token.writePin('000000');
    kill();
    assert.match(await faultOf(key.sign(TEXT)), /CKR_PIN_INCORRECT.*<- hardware-pin-refused$/);
    monotonic.now += 60_000;
    assert.match(
      await faultOf(key.sign(TEXT)),
      /not tried again before the file is written.*<- hardware-pin-refused$/,
    );
    // Neither when something else was in the way meanwhile.
    token.takeAway();
    monotonic.now += 60_000;
    assert.match(await faultOf(key.sign(TEXT)), /<- hardware-token-missing$/);
    token.bringBack();
    monotonic.now += 60_000;
    assert.match(await faultOf(key.sign(TEXT)), /not tried again.*<- hardware-pin-refused$/);
    token.writePin();
    monotonic.now += 60_000;
    assert.ok(holds(key, TEXT, await key.sign(TEXT)));
  });

  test(`${MAX_WAITING} signatures may wait; one more is refused at once`, async () => {
    await using key = await open(token, { sessions: 1 });
    await key.sign(TEXT);
    for (const pid of tokenProcesses()) process.kill(pid, 'SIGSTOP');
    // One is under way besides those that wait.
    const signing = Array.from({ length: MAX_WAITING + 1 }, () => key.sign(TEXT));
    assert.match(await faultOf(key.sign(TEXT)), /<- hardware-overloaded$/);
    for (const pid of tokenProcesses()) process.kill(pid, 'SIGCONT');
    assert.equal((await Promise.all(signing)).length, MAX_WAITING + 1);
  });

  test('a module that hangs is not waited for at the end', async () => {
    const timers = new ManualTimers();
    const options = { answerMs: 20_000, monotonic: new MovedByHand(), journal: silentJournal };
    const key = await HardwareKey.open({ ...options, timers, place: token.place() });
    for (const pid of tokenProcesses()) process.kill(pid, 'SIGSTOP');
    const closing = key[Symbol.asyncDispose]();
    timers.advance(CLOSING_MS);
    await closing;
    assert.deepEqual(tokenProcesses(), []);
  });

  test('a provider that is killed takes the process of its module with it', async () => {
    const program = `
      import { HardwareKey } from ${JSON.stringify(join(import.meta.dirname, 'hardware-key.ts'))};
      import { systemMonotonic as monotonic } from '${join(import.meta.dirname, '../../platform/monotonic.ts')}';
      import { systemTimers as timers } from '${join(import.meta.dirname, '../../platform/timers.ts')}';
      import { silentJournal as journal } from '${join(import.meta.dirname, '../../platform/journal.ts')}';
      await HardwareKey.open({ place: ${JSON.stringify(token.place())}, answerMs: 20_000, timers, monotonic, journal });
      console.log('open');
    `;
    const provider = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(provider.stdout, 'data');
    const [pid = 0, ...others] = tokenProcesses(provider.pid);
    assert.deepEqual(others, []);
    // What a supervisor sends to all of them at once is for the provider: the module is needed to the end.
    process.kill(pid, 'SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.match(ofProcess(pid, 'cmdline'), /token-process/);
    provider.kill('SIGKILL');
    while (ofProcess(pid, 'cmdline') !== '') await new Promise((resolve) => setTimeout(resolve, 10));
  });

  test('a key that is closed refuses, and leaves no process behind', async () => {
    const key = await open(token);
    await key[Symbol.asyncDispose]();
    assert.deepEqual(tokenProcesses(), []);
    assert.match(await faultOf(key.sign(TEXT)), /^signing-key-unusable: .*closed/);
  });

  test('a token that comes back with another key of that name signs nothing that leaves', async () => {
    await using key = await open(token);
    await key.sign(TEXT);
    token.replaceKey();
    kill();
    assert.match(await faultOf(key.sign(TEXT)), /^signing-key-unusable: .*not with the key that was opened/);
  });
});

/** Slots of the token of this test. */
async function ourSlots(): Promise<readonly number[]> {
  const module = Pkcs11Module.load(SOFTHSM_MODULE);
  await module.initialize();
  try {
    const slots = await module.slots();
    const labelled = await Promise.all(
      slots.map(async (slot) => [slot, await module.tokenInfo(slot)] as const),
    );
    return labelled.filter(([, { label }]) => label === 'ceralacca').map(([slot]) => slot);
  } finally {
    await module.finalize();
  }
}
