// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { checkConfigFile } from '../../src/cli/check-config.ts';
import { Captured } from '../cli/captured.ts';
import { Community } from './community.ts';

type Sections = Record<string, Record<string, unknown>>;

suite('check-config on a provider that publishes its record', { concurrency: false }, () => {
  test('DIR-5 DIR-8 DIR-10 every file that a section names is looked at, and the record against the index', async () => {
    await using community = await Community.open();
    const { root, clock, folder } = community;
    await community.run('authority', 'provider', 'renew', folder, 'alfa');
    const lists = join(root, 'liste');
    await community.run('authority', 'crl', folder, '--to', lists);
    const issued = (name: string) => join(folder, 'providers', name);
    const empty = join(root, 'vuoto');
    writeFileSync(empty, '');
    const checking = async (change: (sections: Sections) => void) => {
      const sections = JSON.parse(readFileSync(join(root, 'alfa.yaml'), 'utf8')) as Sections;
      change(sections);
      const file = join(root, 'changed.yaml');
      writeFileSync(file, JSON.stringify(sections));
      const captured = new Captured({ clock });
      const code = await checkConfigFile({ file, options: {} }, captured);
      return { code, text: captured.stdout.text };
    };
    const set = (section: string, keys: Record<string, unknown>) => (sections: Sections) => {
      sections[section] = { ...sections[section], ...keys };
    };

    const secondary = (keys: Record<string, unknown>) => ({
      serviceMailbox: 'ricevute@altro.test',
      domains: ['altro.test'],
      certificatesFile: issued('alfa/signature-1.pem'),
      ...keys,
    });
    const good = await checking(set('trust', { revocationFiles: [join(lists, 'signing.crl')] }));
    assert.equal(good.code, 0, good.text);
    assert.match(good.text, /own record +https:\/\/127\.0\.0\.1:\d+\/igpec\/alfa\.ldif\.p7m/);
    assert.match(good.text, /publication 127\.0\.0\.1:\d+/);
    assert.doesNotMatch(good.text, /warning/);

    const cases: readonly [change: (sections: Sections) => void, code: number, said: RegExp][] = [
      [
        set('publication', { url: 'https://altro.test/a.p7m' }),
        1,
        /^publication\.url: tls\.certificateFile is not for altro\.test/m,
      ],
      [
        set('publication', { url: 'https://127.0.0.1/altro.p7m' }),
        0,
        /^warning: publication\.url: the index says https:\S+alfa\.ldif\.p7m/m,
      ],
      [
        set('publication', { otherCertificatesFile: issued('alfa/signature-2.pem') }),
        0,
        /^warning: publication\.otherCertificatesFile: the index does not hold it yet/m,
      ],
      [
        set('publication', { otherCertificatesFile: issued('alfa/signature-1.pem') }),
        0,
        /^warning: publication\.otherCertificatesFile: .*no certificate of ours but the one that signs/m,
      ],
      [
        set('publication', { otherCertificatesFile: issued('beta/signature-1.pem') }),
        1,
        /^publication\.otherCertificatesFile: .*posta-certificata@pec\.alfa\.test/m,
      ],
      [
        set('publication', { otherCertificatesFile: join(root, 'nessuno.pem') }),
        1,
        /^publication\.otherCertificatesFile: .*nessuno\.pem cannot be read/m,
      ],
      [
        set('publication', { environments: { Altro: secondary({ domains: ['pec.alfa.test'] }) } }),
        1,
        /^publication\.environments\.Altro\.domains: pec\.alfa\.test is served here already/m,
      ],
      [
        set('publication', { environments: { Altro: secondary({ certificatesFile: empty }) } }),
        1,
        /^publication\.environments\.Altro\.certificatesFile: .*no PEM certificate/m,
      ],
      [
        set('directory', { url: 'https://127.0.0.1/altro.p7m' }),
        0,
        /^warning: directory\.url: the index says that it is published at https:\S+igpec\.ldif\.p7m/m,
      ],
      [
        set('timestamping', { anchorsFile: empty }),
        1,
        /^timestamping\.anchorsFile: .*holds no PEM certificate/m,
      ],
      [(sections) => delete sections.timestamping, 0, /^warning: timestamping\.url: .*no time stamp/m],
      [
        set('alerts', { webhook: 'https://a.test', webhookTokenFile: empty }),
        1,
        /^alerts\.webhookTokenFile: the first line of .* is empty/m,
      ],
      [set('alerts', { webhookCaFile: empty }), 1, /^alerts\.webhookCaFile: /m],
      [set('alerts', { mailbox: 'io@altrove.test' }), 1, /^alerts\.mailbox: altrove\.test is not served/m],
      [set('trust', { revocationFiles: [empty] }), 1, /^trust\.revocationFiles: .*is no revocation list/m],
      [
        set('trust', { revocationFiles: [join(root, 'nessuna.crl')] }),
        1,
        /^trust\.revocationFiles: .*nessuna\.crl cannot be read/m,
      ],
    ];
    for (const [change, code, said] of cases) {
      const checked = await checking(change);
      assert.match(checked.text, said);
      assert.equal(checked.code, code, checked.text);
    }
    clock.advance(25 * 3_600_000);
    const late = await checking(set('trust', { revocationFiles: [join(lists, 'signing.crl')] }));
    assert.match(late.text, /^warning: trust\.revocationFiles: .*has run out on /m);
  });
});
