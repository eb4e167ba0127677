// SPDX-License-Identifier: EUPL-1.2
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A throw-away authority and the certificates it gives, made by the openssl program. */
export class TestAuthority implements Disposable {
  readonly folder: string;
  readonly caFile: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'ceralacca-tls-'));
    this.caFile = this.#file('ca.pem');
    const files = ['-keyout', this.#file('ca.key'), '-out', this.caFile];
    openssl(['req', '-x509', ...NEW_KEY, ...files, ...subject('Test CA')]);
  }

  get ca(): Buffer {
    return readFileSync(this.caFile);
  }

  /** Key and certificate for a host name and 127.0.0.1; `days` may be negative for an expired one. */
  issue(name: string, days = 2): { key: Buffer; cert: Buffer; keyFile: string; certFile: string } {
    const keyFile = this.#file(`${name}.key`);
    const certFile = this.#file(`${name}.pem`);
    const request = this.#file(`${name}.csr`);
    openssl([
      ...['req', ...NEW_KEY, ...subject(name), '-keyout', keyFile, '-out', request],
      ...['-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`],
      ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ]);
    openssl([
      ...['x509', '-req', '-in', request, '-out', certFile, '-copy_extensions', 'copy'],
      ...['-CA', this.caFile, '-CAkey', this.#file('ca.key'), '-days', String(days)],
    ]);
    return { key: readFileSync(keyFile), cert: readFileSync(certFile), keyFile, certFile };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.folder, name);
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function subject(name: string): string[] {
  return ['-subj', `/CN=${name}`];
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
