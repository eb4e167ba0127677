// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TLS_SESSIONS_LIMIT, TlsSessions } from './tls-sessions.ts';

const hop = (port: number) => ({ name: 'mx.test', address: '192.0.2.1', port });

suite('TLS sessions to take up again', () => {
  test('SEC-3 what was found good for one kind of protection does not stand for another', () => {
    const sessions = new TlsSessions();
    sessions.keep(hop(25), { kind: 'ordinary', session: Buffer.from('a') });
    assert.equal(sessions.find(hop(25), 'certified'), undefined);
    assert.equal(sessions.find({ ...hop(25), name: 'other.test' }, 'ordinary'), undefined);
    assert.equal(sessions.find(hop(25), 'ordinary')?.toString(), 'a');
    sessions.keep(hop(25), { kind: 'ordinary', session: Buffer.from('b') });
    assert.equal(sessions.find(hop(25), 'ordinary')?.toString(), 'b');
  });

  test('one above the limit drives out the one not heard of for longest', () => {
    const sessions = new TlsSessions();
    const session = Buffer.from('a');
    for (let port = 0; port < TLS_SESSIONS_LIMIT; port++) sessions.keep(hop(port), { kind: 'k', session });
    sessions.keep(hop(0), { kind: 'k', session });
    sessions.keep(hop(TLS_SESSIONS_LIMIT), { kind: 'k', session });
    assert.equal(sessions.size, TLS_SESSIONS_LIMIT);
    assert.ok(sessions.find(hop(0), 'k'));
    assert.equal(sessions.find(hop(1), 'k'), undefined);
  });
});
