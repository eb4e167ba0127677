// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { openMemoryStore } from '../../engines/memory/memory-store.ts';
import { hashPassword } from '../accounts/passwords.ts';
import { DEFAULT_FOLDERS } from '../mailboxes/folders.ts';
import { HOLDER_LIMIT_CHARACTERS, type NewMailbox } from './mailbox-decision.ts';
import { Provisioning } from './provisioning.ts';

const ANNA = 'anna@pec.alfa.test';
const SERVICE = 'ricevute@pec.alfa.test';

let hash = '';
before(async () => {
  hash = await hashPassword('segretissima');
});

async function house() {
  const store = openMemoryStore();
  const lines: string[] = [];
  const write = (facts: Record<string, unknown>, sentence: string) =>
    void lines.push(`${sentence} ${JSON.stringify(facts)}`);
  const journal = { info: write, warn: write, error: write, debug: write, child: () => journal };
  const facts = {
    ownDomains: new Set(['pec.alfa.test', 'comune.alfa.test']),
    reserved: new Set([SERVICE, 'posta-certificata@pec.alfa.test']),
    quotaBytes: 5000,
  };
  const service = {
    address: SERVICE,
    holder: 'Gestore Alfa S.p.A.',
    status: 'active',
    role: 'service',
    quotaBytes: 1,
    filesReceipts: false,
  } as const;
  const acts = [{ do: 'put-mailbox', mailbox: service, folders: DEFAULT_FOLDERS }] as const;
  await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  const provisioning = new Provisioning({ store, facts, journal });
  const refusals = async (...mailboxes: NewMailbox[]) =>
    (await provisioning.add(mailboxes)).map(({ at, because }) => `${at} ${because}`);
  return { store, lines, provisioning, refusals };
}

suite('provisioning', () => {
  test('a mailbox is made as the provider has it, with the usual folders; a journal line tells it', async () => {
    const { store, lines, refusals } = await house();
    assert.deepEqual(await refusals({ address: 'Anna@PEC.alfa.test', holder: ' Anna Verdi ' }), []);
    const { id, ...made } = store.findMailbox(ANNA) ?? assert.fail();
    assert.deepEqual(made, {
      address: ANNA,
      holder: 'Anna Verdi',
      status: 'active',
      role: 'user',
      quotaBytes: 5000,
      filesReceipts: false,
    });
    assert.deepEqual(
      store.listFolders(id).map(({ name }) => name),
      ['Archivio', 'Bozze', 'Cestino', 'INBOX', 'Indesiderata', 'Inviata'],
    );
    assert.match(lines.join(), /^a mailbox was made \{"mailbox":"anna@pec\.alfa\.test"/);
  });

  test('what exists is never written over, alone or among others, and then none is made', async () => {
    const { store, refusals } = await house();
    await refusals({ address: ANNA, holder: 'Anna Verdi', passwordHash: hash });
    const before = store.findMailbox(ANNA);
    const bruno = { address: 'bruno@pec.alfa.test', holder: 'Bruno Neri' };
    assert.deepEqual(await refusals(bruno, { address: ANNA.toUpperCase(), holder: 'Altri' }), ['1 exists']);
    assert.deepEqual(store.findMailbox(ANNA), before);
    assert.equal(store.findMailbox(bruno.address), undefined);
  });

  test('of two orders at the same time for one address the second is refused', async () => {
    const { store, refusals } = await house();
    const orders = ['Prima', 'Seconda'].map((holder) => refusals({ address: ANNA, holder }));
    assert.deepEqual(await Promise.all(orders), [[], ['0 exists']]);
    assert.equal(store.findMailbox(ANNA)?.holder, 'Prima');
  });

  test('SRV-1 DP-26 nobody makes, changes or disables what belongs to the service', async () => {
    const { store, provisioning, refusals } = await house();
    const before = store.findMailbox(SERVICE);
    const wanted = [SERVICE, 'Posta-Certificata@pec.alfa.test'].map((address) => ({ address, holder: 'x' }));
    assert.deepEqual(await refusals(...wanted), ['0 reserved-address', '1 reserved-address']);
    for (const terms of [{ status: 'disabled' }, { passwordHash: hash }, { filesReceipts: true }] as const)
      assert.equal(await provisioning.change(SERVICE, terms), 'reserved-address');
    assert.deepEqual(store.findMailbox(SERVICE), before);
  });

  test('each reason not to make one is told with its place', async () => {
    const { refusals } = await house();
    const wanted = (change: Partial<NewMailbox>) => ({ address: ANNA, holder: 'Anna', ...change });
    const long = 'x'.repeat(HOLDER_LIMIT_CHARACTERS + 1);
    for (const [change, reason] of [
      [{ address: 'anna' }, 'address-malformed'],
      [{ address: 'an na@pec.alfa.test' }, 'address-malformed'],
      [{ address: '"an na"@pec.alfa.test' }, 'address-malformed'],
      [{ address: `${'a'.repeat(65)}@pec.alfa.test` }, 'address-malformed'],
      [{ address: 'annà@pec.alfa.test' }, 'address-malformed'],
      [{ address: 'anna@alfa.test' }, 'foreign-domain'],
      [{ address: 'anna@sub.pec.alfa.test' }, 'foreign-domain'],
      [{ holder: '  ' }, 'holder'],
      [{ holder: long }, 'holder'],
      [{ holder: 'due\nrighe' }, 'holder'],
      [{ quotaBytes: 0 }, 'quota'],
      [{ quotaBytes: 1.5 }, 'quota'],
      [{ quotaBytes: Number.MAX_SAFE_INTEGER + 1 }, 'quota'],
      [{ passwordHash: 'segretissima' }, 'password-hash'],
      [{ passwordHash: hash.replace('m=19456', 'm=4000000') }, 'password-hash'],
    ] as const) {
      assert.deepEqual(await refusals(wanted(change)), [`0 ${reason}`], JSON.stringify(change));
    }
    assert.deepEqual(await refusals({ address: ANNA }), ['0 holder']);
    assert.deepEqual(await refusals(wanted({}), wanted({}), wanted({ quotaBytes: 0 })), [
      '1 named-twice',
      '2 quota',
    ]);
    assert.deepEqual(await refusals(wanted({ holder: 'x'.repeat(HOLDER_LIMIT_CHARACTERS) })), []);
  });

  test('a change changes what is said and nothing else; no word of holder or password in the journal', async () => {
    const { store, lines, provisioning, refusals } = await house();
    await refusals({ address: ANNA, holder: 'Anna Verdi', ordinaryMail: 'deliver', passwordHash: hash });
    const mailbox = () => store.findMailbox(ANNA) ?? assert.fail();
    const made = mailbox();
    assert.equal(await provisioning.change('Anna@pec.alfa.test', { filesReceipts: true }), undefined);
    assert.deepEqual(mailbox(), { ...made, filesReceipts: true });
    await provisioning.change(ANNA, { ordinaryMail: 'provider' });
    const { ordinaryMail: _, ...asProvider } = made;
    assert.deepEqual(mailbox(), { ...asProvider, filesReceipts: true });
    await provisioning.change(ANNA, { status: 'disabled', quotaBytes: 7 });
    await provisioning.change(ANNA, { holder: 'Anna Bianchi' });
    const other = await hashPassword('tutt’altra');
    await provisioning.change(ANNA, { passwordHash: other });
    assert.deepEqual(mailbox(), {
      ...asProvider,
      filesReceipts: true,
      status: 'disabled',
      quotaBytes: 7,
      holder: 'Anna Bianchi',
      passwordHash: other,
    });
    assert.equal(await provisioning.change(ANNA, {}), 'nothing-to-change');
    assert.equal(await provisioning.change('chi@pec.alfa.test', { quotaBytes: 7 }), 'unknown');
    assert.equal(await provisioning.change(ANNA, { quotaBytes: -1 }), 'quota');
    assert.match(lines.at(-1) ?? '', /^a mailbox was changed .*"changed":\["password"\]\}$/);
    assert.doesNotMatch(lines.join(), /argon2|Verdi|Bianchi/);
  });

  test('a look makes nothing', async () => {
    const { store, provisioning } = await house();
    assert.deepEqual(await provisioning.add([{ address: ANNA, holder: 'Anna' }], { look: true }), []);
    assert.equal(store.findMailbox(ANNA), undefined);
  });
});
