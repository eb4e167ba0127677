// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { hashPassword } from '../../src/mailroom/accounts/passwords.ts';
import { AlertBoard } from '../../src/platform/alerts.ts';
import { FixedClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config/config.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { Provider } from '../../src/provider.ts';
import { readDirectory } from '../../src/trust/provider-directory/directory-reader.ts';
import {
  type DirectorySnapshot,
  emptySnapshot,
} from '../../src/trust/provider-directory/directory-snapshot.ts';
import { readPemCertificates } from '../../src/trust/signing/authorities.ts';
import { type Certificate, readCertificate } from '../../src/wire/cms/certificate.ts';
import { Captured } from '../cli/captured.ts';
import { freePort } from '../network/free-port.ts';
import { Seen } from '../world/seen.ts';

export type MemberKey = 'alfa' | 'beta';
export const ANNA = 'anna@pec.alfa.test';
export const CARLA = 'carla@pec.beta.test';
const PASSWORD = 'parola di prova';
const NAMES: Readonly<Record<MemberKey, string>> = {
  alfa: 'Gestore Alfa S.p.A.',
  beta: 'Beta Servizi S.r.l.',
};

/** Which of its keys a provider signs with, and which certificate stands in its record beside that. */
export interface MemberKeys {
  readonly signs: number;
  readonly beside?: number;
}

interface Running {
  readonly provider: Provider;
  readonly alerts: AlertBoard;
}

/**
 * A community of two providers and its own authority, as the commands and configurations of an operator make it:
 * `authority serve` runs, the providers run, publish their records and download the index. Time is the community's.
 */
export class Community implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'community-'));
  readonly folder = join(this.root, 'authority');
  readonly clock = new FixedClock(Date.now());
  readonly #running = new Map<MemberKey, Running>();
  readonly #ports = new Map<string, number>();
  #stopServing: (() => void) | undefined;
  #serving: Promise<unknown> = Promise.resolve();

  /** Everything runs, and both providers are in the index. */
  static async open(): Promise<Community> {
    const community = new Community();
    try {
      await community.#found();
      for (const key of ['alfa', 'beta'] as const) await community.start(key, { signs: 1 });
      const passwordHash = await hashPassword(PASSWORD);
      await community.alfa.putMailbox({ address: ANNA, holder: 'Comune di Alfa', passwordHash });
      await community.beta.putMailbox({ address: CARLA, holder: 'Carla Verdi', passwordHash });
      return community;
    } catch (error) {
      await community[Symbol.asyncDispose]();
      throw error;
    }
  }

  get alfa(): Provider {
    return this.member('alfa').provider;
  }

  get beta(): Provider {
    return this.member('beta').provider;
  }

  member(key: MemberKey): Running {
    return this.#running.get(key) ?? assert.fail(`${key} does not run`);
  }

  /** Runs `ceralacca`; returns what it printed. */
  async run(...line: string[]): Promise<string> {
    const captured = new Captured({ clock: this.clock, ids: randomIds });
    const code = await runCommandLine(line, captured);
    assert.equal(code, 0, `${line.join(' ')}: ${captured.stdout.text}${captured.stderr.text}`);
    return captured.stdout.text;
  }

  /** Starts a provider that signs with those keys; one that runs ends first. */
  async start(key: MemberKey, keys: MemberKeys): Promise<void> {
    await this.stop(key);
    const reading = readConfig(this.#configure(key, keys));
    assert.ok(reading.ok, JSON.stringify(reading));
    const alerts = new AlertBoard(silentJournal);
    const around = { journal: silentJournal, alerts, clock: this.clock, ids: randomIds };
    this.#running.set(key, { provider: await Provider.start(reading.config, around), alerts });
  }

  async stop(key: MemberKey): Promise<void> {
    await this.#running.get(key)?.provider[Symbol.asyncDispose]();
    this.#running.delete(key);
  }

  /** The authority collects the records and signs the index, and whoever runs downloads it. */
  async indexGoesRound(): Promise<void> {
    await this.run('authority', 'sign-index', this.folder);
    await this.passes(0);
  }

  /** Lets so many hours pass, and everybody look at index, queue and log. */
  async passes(hours: number): Promise<void> {
    this.clock.advance(hours * 3_600_000);
    for (const { provider } of this.#running.values()) await provider.wake();
  }

  /** Anna writes to Carla. */
  async writes(subject: string): Promise<void> {
    const to = ['--from', ANNA, '--to', CARLA, '--subject', subject, '--text', subject];
    const door = ['--host', '127.0.0.1', '--port', `${this.alfa.ports.submission ?? 0}`];
    const passwordFile = join(this.root, 'password');
    writeFileSync(passwordFile, `${PASSWORD}\n`);
    const ca = join(this.folder, 'public', 'tls-ca.pem');
    await this.run('send', ...to, ...door, '--password-file', passwordFile, '--ca', ca, '--no-wait');
  }

  /** Subjects of what is in that mailbox, with the kind before, sorted. */
  async reads(key: MemberKey): Promise<readonly string[]> {
    const { store } = this.member(key).provider;
    const mailbox = store.findMailbox(key === 'alfa' ? ANNA : CARLA) ?? assert.fail();
    const contents = store
      .listFolders(mailbox.id)
      .flatMap(({ id }) => store.listMessages(id))
      .map(({ content }) => store.findContent(content) ?? assert.fail());
    const seen = contents.map(async ({ octets, size }) => new Seen(await octets.read(0, size), ''));
    return (await Promise.all(seen))
      .map(({ kind, subject }) => `${kind}: ${subject.replace(/^.*?: /, '')}`)
      .sort();
  }

  /** Waits, minute by minute of the community's time, for what happens in the background. */
  async comesTo(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let minute = 0; !(await holds()); minute += 1) {
      assert.ok(minute < 600, 'it never comes to that');
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (minute % 10 === 9) await this.passes(1 / 60);
    }
  }

  /** The index that a provider uses. */
  async index(key: MemberKey): Promise<DirectorySnapshot> {
    const reading = await readDirectory(readFileSync(join(this.root, key, 'index-last-good.p7m')), {
      authorities: this.published('index-signer.pem').map(({ der }) => der),
      at: undefined,
      previous: emptySnapshot,
    });
    assert.ok(reading.ok, JSON.stringify(reading));
    return reading.snapshot;
  }

  /** The signing certificate of that number. */
  certificate(key: MemberKey, number: number): Certificate {
    const file = this.#issued(key, `signature-${number}.pem`);
    return readPemCertificates(readFileSync(file, 'utf8'), file)[0] ?? assert.fail(file);
  }

  /** The certificate of one of the authority's files in `public`. */
  published(name: string): readonly Certificate[] {
    const file = join(this.folder, 'public', name);
    return readPemCertificates(readFileSync(file, 'utf8'), file);
  }

  port(name: string): number {
    return this.#ports.get(name) ?? assert.fail(name);
  }

  /** The authority stops answering. */
  async silenceAuthority(): Promise<void> {
    this.#stopServing?.();
    await this.#serving;
  }

  /** It answers again, at the same place. */
  async serveAuthority(): Promise<void> {
    let serves = () => {};
    const ready = new Promise<void>((resolve) => {
      serves = resolve;
    });
    const captured = new Captured({ clock: this.clock, ids: randomIds });
    captured.stdout.write = () => serves();
    captured.stopRequested = () =>
      new Promise((resolve) => {
        this.#stopServing = resolve;
      });
    const ports = ['--http-port', `${this.port('http')}`, '--https-port', `${this.port('https')}`];
    const ended = runCommandLine(['authority', 'serve', this.folder, ...ports], captured);
    this.#serving = ended;
    await Promise.race([ready, ended.then(() => assert.fail(captured.stderr.text))]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const key of [...this.#running.keys()]) await this.stop(key);
    await this.silenceAuthority();
    rmSync(this.root, { recursive: true, force: true });
  }

  async #found(): Promise<void> {
    for (const name of ['http', 'https', 'alfa', 'beta', 'alfa-publication', 'beta-publication'])
      this.#ports.set(name, await freePort());
    const urls = ['--base-url', `http://127.0.0.1:${this.port('http')}`];
    urls.push('--index-url', `https://127.0.0.1:${this.port('https')}`);
    await this.run('authority', 'init', this.folder, '--name', 'Autorità della comunità', ...urls);
    const records: string[] = [];
    for (const key of ['alfa', 'beta'] as const) {
      const names = ['--name', NAMES[key], '--service-address', `posta-certificata@pec.${key}.test`];
      const hosts = ['--host', `mail.pec.${key}.test`, '127.0.0.1', '--record', this.#recordUrl(key)];
      await this.run('authority', 'provider', 'add', this.folder, key, ...names, ...hosts);
      const file = join(this.root, `${key}.ldif.p7m`);
      await this.run('index-record', '--config', this.#configure(key, { signs: 1 }), '--to', file);
      records.push(`${key}=${file}`);
    }
    await this.run('authority', 'sign-index', this.folder, ...records.flatMap((one) => ['--record', one]));
    await this.serveAuthority();
  }

  #recordUrl(key: MemberKey): string {
    return `https://127.0.0.1:${this.port(`${key}-publication`)}/igpec/${key}.ldif.p7m`;
  }

  #issued(key: MemberKey, name: string): string {
    return join(this.folder, 'providers', key, name);
  }

  #configure(key: MemberKey, { signs, beside }: MemberKeys): string {
    const own = (name: string) => this.#issued(key, name);
    const ours = (name: string) => join(this.folder, 'public', name);
    const doors = ['submissionStarttls', 'imaps', 'imap', 'pop3s', 'pop3'];
    const other = key === 'alfa' ? 'beta' : 'alfa';
    const config = {
      folder: join(this.root, key),
      provider: {
        name: NAMES[key],
        hostname: `mail.pec.${key}.test`,
        serviceAddress: `posta-certificata@pec.${key}.test`,
        serviceMailbox: `ricevute@pec.${key}.test`,
        domains: [`pec.${key}.test`],
      },
      listen: {
        ...Object.fromEntries(doors.map((door) => [door, null])),
        submission: { port: 0 },
        exchange: { port: this.port(key) },
      },
      tls: {
        certificateFile: own('server-1.pem'),
        keyFile: own('server-1.key'),
        peerCaFile: ours('tls-ca.pem'),
      },
      signing: {
        keyFile: own(`signature-${signs}.key`),
        certificateFile: own(`signature-${signs}.pem`),
        chainFile: ours('signing-ca.pem'),
      },
      trust: { anchorsFile: ours('ca.pem'), intermediatesFile: ours('signing-ca.pem') },
      directory: {
        url: `https://127.0.0.1:${this.port('https')}/igpec/igpec.ldif.p7m`,
        caFile: ours('tls-ca.pem'),
        clientCertificateFile: own('client-1.pem'),
        clientKeyFile: own('client-1.key'),
        signerFile: ours('index-signer.pem'),
      },
      publication: {
        url: this.#recordUrl(key),
        listen: { port: this.port(`${key}-publication`) },
        ...(beside !== undefined && { otherCertificatesFile: own(`signature-${beside}.pem`) }),
      },
      timestamping: { url: `http://127.0.0.1:${this.port('http')}/tsa` },
      routes: { [`pec.${other}.test`]: { host: '127.0.0.1', port: this.port(other) } },
      // So that it can be seen what is thought of a message.
      ordinary: { policy: 'deliver', senderChecks: false },
      antivirus: { scanner: 'none' },
      watch: { listen: null },
    };
    const path = join(this.root, `${key}.yaml`);
    writeFileSync(path, JSON.stringify(config));
    return path;
  }
}

/** Reads a certificate that must be good. */
export function certificateOf(der: Buffer): Certificate {
  const reading = readCertificate(der);
  return reading.ok ? reading.value : assert.fail(reading.reason);
}
