// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { FixedClock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { CountingIds } from '../../platform/ids.ts';
import type { Mailbox } from '../mailboxes/mailbox-store.ts';
import { type AccountLimits, Accounts } from './accounts.ts';
import { hashPassword, PASSWORD_LIMIT_BYTES } from './passwords.ts';

let hash = '';
let otherHash = '';

function mailbox(change: Partial<Mailbox> = {}): Mailbox {
  return {
    id: 1,
    address: 'sindaco@comune.alfa.test',
    holder: 'Il sindaco',
    status: 'active',
    role: 'user',
    passwordHash: hash,
    quotaBytes: 1_000_000,
    filesReceipts: false,
    ...change,
  };
}

function house(options: { mailbox?: Mailbox; limits?: Partial<AccountLimits> } = {}) {
  const clock = new FixedClock(0);
  const state = { mailbox: options.mailbox ?? mailbox(), lookups: 0 };
  const accounts = new Accounts({
    mailboxes: {
      findMailbox: (address) => {
        state.lookups++;
        return address.toLowerCase() === state.mailbox.address ? state.mailbox : undefined;
      },
    },
    clock,
    ids: new CountingIds(),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  return { clock, state, accounts };
}

suite('accounts', () => {
  before(async () => {
    [hash, otherHash] = await Promise.all([hashPassword('segreta'), hashPassword('un’altra')]);
  });

  test('SEC-1 the right password opens the mailbox, whatever the letter case of the address', async () => {
    const { accounts } = house();
    assert.equal((await accounts.authenticate('Sindaco@Comune.Alfa.TEST', 'segreta'))?.id, 1);
    assert.equal(await accounts.authenticate('sindaco@comune.alfa.test', 'sbagliata'), undefined);
    assert.equal(await accounts.authenticate('sindaco@comune.alfa.test', ''), undefined);
    assert.equal(await accounts.authenticate('nessuno@comune.alfa.test', 'segreta'), undefined);
  });

  test('hashes are argon2id with the parameters we promise and a salt of their own', async () => {
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.notEqual(hash, await hashPassword('segreta'));
  });

  test('SRV-1 neither a service mailbox, nor a disabled one, nor one without password opens', async () => {
    const { passwordHash: _, ...bare } = mailbox();
    for (const closed of [mailbox({ role: 'service' }), mailbox({ status: 'disabled' }), bare]) {
      const { accounts } = house({ mailbox: closed });
      assert.equal(await accounts.authenticate(closed.address, 'segreta'), undefined);
    }
  });

  test('a verified password is taken again without hashing, and only while it is fresh', async () => {
    // No hashing may run but the first: a second one would be turned away.
    const { accounts, clock, state } = house({ limits: { waiting: 0, hashings: 1, cacheMs: 1000 } });
    assert.ok(await accounts.authenticate(state.mailbox.address, 'segreta'));
    const slow = accounts.authenticate(state.mailbox.address, 'sbagliata');
    assert.ok(await accounts.authenticate(state.mailbox.address, 'segreta'));
    clock.advance(1000);
    await assert.rejects(accounts.authenticate(state.mailbox.address, 'segreta'), isLoginBusy);
    assert.equal(await slow, undefined);
  });

  test('a new password makes the remembered one worthless at once', async () => {
    const { accounts, state } = house();
    assert.ok(await accounts.authenticate(state.mailbox.address, 'segreta'));
    state.mailbox = mailbox({ passwordHash: otherHash });
    assert.equal(await accounts.authenticate(state.mailbox.address, 'segreta'), undefined);
    assert.ok(await accounts.authenticate(state.mailbox.address, 'un’altra'));
  });

  test('a mailbox disabled while its password is remembered, or being hashed, stays shut', async () => {
    const { accounts, state } = house();
    const hashing = accounts.authenticate(state.mailbox.address, 'segreta');
    await new Promise((resolve) => setImmediate(resolve));
    state.mailbox = mailbox({ status: 'disabled' });
    assert.equal(await hashing, undefined);
    assert.equal(await accounts.authenticate(state.mailbox.address, 'segreta'), undefined);
  });

  test('equal attempts at the same time are hashed once; one too many of others is turned away', async () => {
    const { accounts, state } = house({ limits: { hashings: 1, waiting: 1 } });
    const attempts = ['a', 'a', 'a', 'b', 'b'].map((word) =>
      accounts.authenticate(state.mailbox.address, word),
    );
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(accounts.authenticate(state.mailbox.address, 'c'), isLoginBusy);
    assert.deepEqual(await Promise.all(attempts), Array(5).fill(undefined));
    // The turns were given back.
    assert.ok(await accounts.authenticate(state.mailbox.address, 'segreta'));
  });

  test('the remembered passwords are bounded: the oldest is hashed again', async () => {
    const { accounts, state } = house({ limits: { cacheEntries: 1, hashings: 1, waiting: 0 } });
    assert.ok(await accounts.authenticate(state.mailbox.address, 'segreta'));
    state.mailbox = mailbox({ passwordHash: otherHash });
    assert.ok(await accounts.authenticate(state.mailbox.address, 'un’altra'));
    state.mailbox = mailbox();
    const slow = accounts.authenticate(state.mailbox.address, 'sbagliata');
    await assert.rejects(accounts.authenticate(state.mailbox.address, 'segreta'), isLoginBusy);
    await slow;
  });

  test('a password one octet too long is wrong, and cannot be set', async () => {
    const { accounts, state } = house({ limits: { hashings: 0, waiting: 0 } });
    assert.equal(
      await accounts.authenticate(state.mailbox.address, 'a'.repeat(PASSWORD_LIMIT_BYTES + 1)),
      undefined,
    );
    await assert.rejects(hashPassword('a'.repeat(PASSWORD_LIMIT_BYTES + 1)), RangeError);
    await assert.rejects(hashPassword(''), RangeError);
  });

  test('an unknown address is hashed for as well, so that time tells nothing', async () => {
    const { accounts } = house({ limits: { hashings: 0, waiting: 0 } });
    await assert.rejects(accounts.authenticate('nessuno@comune.alfa.test', 'segreta'), isLoginBusy);
  });

  test('a stored hash that is none is a fault, not a wrong password', async () => {
    const { accounts, state } = house({ mailbox: mailbox({ passwordHash: 'plain' }) });
    await assert.rejects(accounts.authenticate(state.mailbox.address, 'segreta'), { code: 'password-hash' });
  });
});

function isLoginBusy(error: unknown): boolean {
  return error instanceof Fault && error.code === 'login-busy' && error.temporary;
}
