// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DemoAuthority } from '../../src/demo/demo-authority.ts';
import { PublicationFront } from '../../src/fronts/publication/publication-front.ts';
import { FixedClock } from '../../src/platform/clock.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { loadTlsIdentity } from '../../src/platform/tls.ts';
import { signFile } from '../../src/trust/authority/authority.ts';
import { loadIdentity } from '../../src/trust/authority/identity-files.ts';
import { writeOwnRecords } from '../../src/trust/authority/index-writer.ts';
import { readDirectory } from '../../src/trust/provider-directory/directory-reader.ts';
import { emptySnapshot } from '../../src/trust/provider-directory/directory-snapshot.ts';
import { HttpsSource } from '../../src/trust/provider-directory/https-source.ts';
import type { ProviderRecord } from '../../src/trust/provider-directory/provider-record.ts';
import { freePort } from '../network/free-port.ts';

const HOST = '127.0.0.1';
const DAY_MS = 24 * 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'demo-authority-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('DIR-8 DIR-9 DIR-11 the demo’s authority collects what a provider publishes, and again a day later', async () => {
  await using stack = new AsyncDisposableStack();
  const clock = new FixedClock(Date.now());
  const [indexPort, crlPort, port] = [await freePort(), await freePort(), await freePort()];
  const where = { folder: join(folder, 'authority'), host: HOST, indexPort, crlPort };
  const authority = stack.use(
    await DemoAuthority.open({ ...where, clock, ids: randomIds, journal: silentJournal }),
  );
  const path = '/igpec/alfa.ldif.p7m';
  const alfa = {
    key: 'alfa',
    name: 'Gestore Alfa S.p.A.',
    hostname: 'mail.pec.alfa.test',
    serviceAddress: 'posta-certificata@pec.alfa.test',
    serviceMailbox: 'ricevute@pec.alfa.test',
    domains: ['pec.alfa.test'],
    recordUrl: `https://${HOST}:${port}${path}`,
  };
  const files = await authority.equip(alfa, join(folder, 'alfa'));
  await authority.listen([alfa]);

  const source = new HttpsSource({
    url: authority.indexUrl,
    ca: readFileSync(authority.caFile),
    certificate: readFileSync(files.clientCertificate),
    key: readFileSync(files.clientKey),
  });
  const indexed = async (): Promise<ProviderRecord | undefined> => {
    const authorities = [authority.authority.indexCertificate];
    const reading = await readDirectory(await source.fetch(), {
      authorities,
      at: clock.now(),
      previous: emptySnapshot,
    });
    assert.ok(reading.ok, JSON.stringify(reading));
    return reading.snapshot.findByDomain('pec.alfa.test');
  };
  // Nobody answers at the URL yet: the first record stands.
  await authority.collect();
  assert.deepEqual(
    [(await indexed())?.ldifLocationUrl, (await indexed())?.description],
    [alfa.recordUrl, undefined],
  );

  const signer = await loadIdentity(files.signingKey.replace(/\.key$/, ''));
  let description = 'Primo giorno';
  const file = () => {
    const record = {
      providerName: alfa.name,
      certificates: [signer.certificate],
      mailReceipt: alfa.serviceMailbox,
      managedDomains: alfa.domains,
      ldifLocationUrl: alfa.recordUrl,
      description,
    };
    return signFile(writeOwnRecords([record]), { signer, signingTimeMs: clock.now() });
  };
  const identity = loadTlsIdentity({ keyFile: files.tlsKey, certFile: files.tlsCertificate });
  const front = stack.use(new PublicationFront({ identity, path, file, journal: silentJournal }));
  await front.listen({ host: HOST, port });
  clock.advance(1000);
  await authority.collect();
  assert.equal((await indexed())?.description, 'Primo giorno');

  description = 'Secondo giorno';
  clock.advance(DAY_MS - 1);
  assert.equal((await indexed())?.description, 'Primo giorno');
  clock.advance(1);
  assert.equal((await indexed())?.description, 'Secondo giorno');
  // A provider that is gone stays as it was.
  await front[Symbol.asyncDispose]();
  clock.advance(DAY_MS);
  assert.equal((await indexed())?.description, 'Secondo giorno');
});
