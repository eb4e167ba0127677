// SPDX-License-Identifier: EUPL-1.2
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenPlace } from '../../src/trust/hardware-keys/token-place.ts';

/** Where Debian's package softhsm2 puts the module. */
export const SOFTHSM_MODULE = '/usr/lib/softhsm/libsofthsm2.so';
export const TOKEN_LABEL = 'ceralacca';
export const KEY_LABEL = 'firma';
const PIN = '271828';

/**
 * A token of SoftHSM in a folder of its own, with an RSA key made inside. There is one at a time in a process: the
 * module finds its folder by the environment.
 */
export class SoftToken implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'token-'));
  readonly pinFile = join(this.folder, 'pin');
  readonly #tokens = join(this.folder, 'tokens');
  readonly #before = process.env.SOFTHSM2_CONF;

  constructor({ mechanisms = 'ALL' }: { readonly mechanisms?: string } = {}) {
    mkdirSync(this.#tokens);
    const file = join(this.folder, 'softhsm2.conf');
    writeFileSync(
      file,
      `directories.tokendir = ${this.#tokens}\nslots.mechanisms = ${mechanisms}\nlog.level = ERROR\n`,
    );
    process.env.SOFTHSM2_CONF = file;
    this.addToken(TOKEN_LABEL);
    this.writePin();
    this.makeKey(KEY_LABEL);
  }

  addToken(label: string): void {
    run('softhsm2-util', '--init-token', '--free', '--label', label, '--pin', PIN, '--so-pin', '31415926');
  }

  /** A key pair made inside the token; its CKA_ID in hexadecimal digits. */
  makeKey(label: string, { bits = 2048, id = '01', more = [] as readonly string[] } = {}): void {
    this.#tool('--keypairgen', '--key-type', `rsa:${bits}`, '--label', label, '--id', id, ...more);
  }

  /** Another key in the place of the first. */
  replaceKey(): void {
    for (const type of ['privkey', 'pubkey']) this.#tool('--delete-object', '--type', type, '--id', '01');
    this.makeKey(KEY_LABEL);
  }

  writePin(pin = PIN): void {
    writeFileSync(this.pinFile, `${pin}\n`, { mode: 0o600 });
  }

  /** As if somebody pulled it out. */
  takeAway(): void {
    renameSync(this.#tokens, `${this.#tokens}.away`);
    mkdirSync(this.#tokens);
  }

  bringBack(): void {
    rmSync(this.#tokens, { recursive: true });
    renameSync(`${this.#tokens}.away`, this.#tokens);
  }

  place(change: Partial<TokenPlace> = {}): TokenPlace {
    return {
      moduleFile: SOFTHSM_MODULE,
      token: { label: TOKEN_LABEL },
      keyLabel: KEY_LABEL,
      pinFile: this.pinFile,
      sessions: 2,
      ...change,
    };
  }

  get pin(): string {
    return PIN;
  }

  /** What the token can do, in pkcs11-tool's words. */
  mechanisms(): string {
    return this.#tool('--list-mechanisms');
  }

  #tool(...order: readonly string[]): string {
    const where = ['--module', SOFTHSM_MODULE, '--token-label', TOKEN_LABEL, '--login', '--pin', PIN];
    return run('pkcs11-tool', ...where, ...order);
  }

  [Symbol.dispose](): void {
    if (this.#before === undefined) delete process.env.SOFTHSM2_CONF;
    else process.env.SOFTHSM2_CONF = this.#before;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The processes that hold a module now, of this process or of another. */
export function tokenProcesses(parent: number = process.pid): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent && ofProcess(pid, 'cmdline').includes('token-process'));
}

/** What the system shows of a process to others of the same user. */
export function ofProcess(pid: number, what: 'cmdline' | 'environ' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'latin1');
  } catch {
    return '';
  }
}

function parentOf(pid: number): number {
  // The name of the program, in brackets, may hold anything.
  const [, parent] = ofProcess(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
  return Number(parent);
}

function run(command: string, ...parameters: readonly string[]): string {
  return execFileSync(command, parameters, { stdio: 'pipe', encoding: 'utf8' });
}
