// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Dns, MailHosts } from '../../platform/dns.ts';
import { Fault } from '../../platform/faults.ts';
import { HOPS_LIMIT, type Route, Routes } from './routes.ts';

const down = new Fault('dns-unavailable', 'SERVFAIL', { temporary: true });

function routesOf(
  zone: { mx?: Record<string, MailHosts | Fault>; a?: Record<string, readonly string[] | Fault> },
  options: { routes?: Record<string, Route>; ownNames?: string[] } = {},
): Routes {
  const answer = async <T>(value: T | Fault | undefined, none: T): Promise<T> => {
    if (value instanceof Fault) throw value;
    return value ?? none;
  };
  const dns: Dns = {
    mailHosts: (domain) => answer(own(zone.mx, domain), { found: 'no-such-domain' }),
    addresses: (host) => answer(own(zone.a, host), []),
    texts: async () => [],
  };
  return new Routes({ routes: options.routes ?? {}, dns, ownNames: options.ownNames ?? [] });
}

function own<T>(names: Record<string, T> | undefined, name: string): T | undefined {
  return names !== undefined && Object.hasOwn(names, name) ? names[name] : undefined;
}

const hosts = (...names: [string, number][]): MailHosts => ({
  found: 'hosts',
  hosts: names.map(([name, preference]) => ({ name, preference })),
});

const certified = { certified: true, turn: 0 };
const ordinary = { certified: false, turn: 0 };

async function names(routes: Routes, domain: string, how = ordinary): Promise<string> {
  const way = await routes.find(domain, how);
  if (way.found === 'nowhere') return `${way.code} ${way.enhanced}`;
  return way.hops.map(({ name, address, port }) => `${name}/${address}:${port}`).join(' ');
}

suite('routes', () => {
  test('AP-31 SEC-6 machines in the order of their preference, each with all its addresses', async () => {
    const routes = routesOf({
      mx: { 'beta.test': hosts(['mx1.beta.test', 10], ['mx2.beta.test', 20]) },
      a: { 'mx1.beta.test': ['192.0.2.1', '192.0.2.2'], 'mx2.beta.test': ['192.0.2.3'] },
    });
    assert.equal(
      await names(routes, 'beta.test'),
      'mx1.beta.test/192.0.2.1:25 mx1.beta.test/192.0.2.2:25 mx2.beta.test/192.0.2.3:25',
    );
  });

  test('machines of equal preference take turns', async () => {
    const routes = routesOf({
      mx: { 'beta.test': hosts(['a.test', 1], ['b.test', 1], ['c.test', 2]) },
      a: { 'a.test': ['192.0.2.1'], 'b.test': ['192.0.2.2'], 'c.test': ['192.0.2.3'] },
    });
    const order = async (turn: number) =>
      (await names(routes, 'beta.test', { ...ordinary, turn })).replace(/\/\S+/g, '');
    assert.deepEqual(
      [await order(0), await order(1), await order(2)],
      ['a.test b.test c.test', 'b.test a.test c.test', 'a.test b.test c.test'],
    );
  });

  test('RFC 5321 5.1: a domain without MX is its own host', async () => {
    const routes = routesOf({ mx: { 'beta.test': { found: 'no-mx' } }, a: { 'beta.test': ['192.0.2.9'] } });
    assert.equal(await names(routes, 'beta.test'), 'beta.test/192.0.2.9:25');
  });

  test('AP-34 what can never be reached is said at once', async () => {
    const routes = routesOf({
      mx: {
        'null.test': { found: 'null-mx' },
        'bare.test': { found: 'no-mx' },
        'dead.test': hosts(['gone.dead.test', 1]),
      },
    });
    assert.equal(await names(routes, 'missing.test'), '550 5.1.2');
    assert.equal(await names(routes, 'null.test'), '550 5.1.10');
    assert.equal(await names(routes, 'bare.test'), '550 5.4.4');
    assert.equal(await names(routes, 'dead.test'), '550 5.4.4');
    assert.equal(await names(routes, '[192.0.2.1]'), '550 5.1.2');
  });

  test('a DNS that does not answer is asked again later, unless another machine is known', async () => {
    const routes = routesOf({
      mx: {
        'down.test': down,
        'half.test': hosts(['a.test', 1], ['b.test', 2]),
        'lost.test': hosts(['a.test', 1]),
      },
      a: { 'a.test': down, 'b.test': ['192.0.2.2'] },
    });
    await assert.rejects(routes.find('down.test', ordinary), down);
    await assert.rejects(routes.find('lost.test', ordinary), down);
    assert.equal(await names(routes, 'half.test'), 'b.test/192.0.2.2:25');
  });

  test('RFC 5321 5.1: mail is not sent to ourselves, nor to hosts less preferred', async () => {
    const zone = {
      mx: {
        'backup.test': hosts(['mx.test', 10], ['us.test', 20], ['other.test', 30]),
        'loop.test': hosts(['us.test', 10], ['other.test', 20]),
      },
      a: { 'mx.test': ['192.0.2.1'], 'us.test': ['192.0.2.2'], 'other.test': ['192.0.2.3'] },
    };
    const routes = routesOf(zone, { ownNames: ['us.test'] });
    assert.equal(await names(routes, 'backup.test'), 'mx.test/192.0.2.1:25');
    assert.equal(await names(routes, 'loop.test'), '550 5.4.6');
  });

  test('SEC-5 the configuration comes before DNS, and its route for all others is for ordinary mail only', async () => {
    const routes = routesOf(
      {
        mx: { 'gamma.test': hosts(['mx.gamma.test', 1]) },
        a: { 'mx.gamma.test': ['192.0.2.7'], relay: ['192.0.2.8'] },
      },
      {
        routes: {
          'beta.test': { host: '127.0.0.1', port: 2525, tlsName: 'mx.beta.test' },
          '*': { host: 'relay' },
        },
      },
    );
    assert.equal(await names(routes, 'beta.test', certified), 'mx.beta.test/127.0.0.1:2525');
    assert.equal(await names(routes, 'gamma.test', ordinary), 'relay/192.0.2.8:25');
    assert.equal(await names(routes, 'gamma.test', certified), 'mx.gamma.test/192.0.2.7:25');
    assert.equal(await names(routes, 'constructor', certified), '550 5.1.2');
  });

  test('a configured host without address may come back: temporary', async () => {
    const routes = routesOf({}, { routes: { 'beta.test': { host: 'gone.test' } } });
    await assert.rejects(routes.find('beta.test', certified), { code: 'route-unresolved', temporary: true });
  });

  test('addresses of both families by turns, and no host with many of them hides the next', async () => {
    const six = Array.from({ length: 4 }, (_, n) => `2001:db8::${n + 1}`);
    const four = ['192.0.2.1', '192.0.2.2'];
    const routes = routesOf({
      mx: { 'beta.test': hosts(['mx1.test', 1], ['mx2.test', 2]), 'one.test': hosts(['mx1.test', 1]) },
      a: { 'mx1.test': [...six, ...four], 'mx2.test': ['192.0.2.9'] },
    });
    assert.equal(
      await names(routes, 'beta.test'),
      [
        'mx1.test/2001:db8::1:25 mx1.test/192.0.2.1:25 mx1.test/2001:db8::2:25 mx1.test/192.0.2.2:25',
        'mx2.test/192.0.2.9:25',
      ].join(' '),
    );
    const alone = await routes.find('one.test', ordinary);
    assert.equal(alone.found === 'hops' && alone.hops.length, 6);
  });

  test('one machine above the limit is not tried', async () => {
    const many = Array.from({ length: HOPS_LIMIT + 1 }, (_, n) => `192.0.2.${n + 1}`);
    const routes = routesOf({ mx: { 'beta.test': hosts(['mx.test', 1]) }, a: { 'mx.test': many } });
    const way = await routes.find('beta.test', ordinary);
    assert.equal(way.found === 'hops' && way.hops.length, HOPS_LIMIT);
  });
});
