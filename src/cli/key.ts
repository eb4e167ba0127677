// SPDX-License-Identifier: EUPL-1.2
import { generateKeyPair, randomBytes } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { openConfiguredKey } from '../composition/signing.ts';
import { Fault } from '../platform/faults.ts';
import { silentJournal } from '../platform/journal.ts';
import { systemTimers } from '../platform/timers.ts';
import { writeProviderRequest } from '../trust/authority/request-writer.ts';
import { readSecretLine } from '../trust/signing/secret-file.ts';
import { pemBlock } from '../wire/cms/pem.ts';
import type { CommandSurroundings, Language } from './command-surroundings.ts';
import { configurationIn } from './configuration.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { englishKey, italianKey, type KeyWords } from './wording/key-words.ts';

export interface NewKeyOptions {
  /** The file to make. */
  readonly file: string;
  readonly bits: number;
  /** Its first line is the passphrase; made with one when it is missing. */
  readonly passphraseFile?: string;
  readonly lang?: Language;
}

export interface KeyOptions {
  readonly config: string;
  readonly lang?: Language;
}

type Around = Pick<CommandSurroundings, 'stdout' | 'stderr'>;

/** Random octets of a passphrase that is made here. */
const PASSPHRASE_BYTES = 32;

export function wordsOf({ lang }: { readonly lang?: Language }): KeyWords {
  return lang === 'en' ? englishKey : italianKey;
}

/**
 * `ceralacca key new FILE`: an RSA key, PKCS#8 encrypted with AES-256 (SIG-6), in a file that only its owner may read.
 * Nothing that is there is written over. @throws Fault `key-file-unreadable`, `key-file-exposed`, `key-file-unwritable`
 */
export async function makeSigningKey(options: NewKeyOptions, { stdout }: Around): Promise<ExitCode> {
  const { file, bits, passphraseFile = `${file}.pass` } = options;
  const passphrase = await passphraseIn(passphraseFile);
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: bits });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
  await writeNew(file, pem.toString());
  stdout.write(`${wordsOf(options).made(file, passphraseFile)}\n`);
  return EXIT.good;
}

/** `ceralacca key csr`: a certificate request for the configured key, PEM, on standard output or in a file. */
export async function requestCertificate(
  options: KeyOptions & { readonly to?: string },
  { stdout, stderr }: Around,
): Promise<ExitCode> {
  const config = configurationIn(options.config, stderr);
  if (config === undefined) return EXIT.bad;
  const { name: providerName, serviceAddress } = config.provider;
  await using key = await openConfiguredKey(config.signing, { timers: systemTimers, journal: silentJournal });
  const request = await writeProviderRequest({ providerName, serviceAddress }, key);
  const pem = pemBlock(request, 'CERTIFICATE REQUEST');
  if (options.to === undefined) stdout.write(pem);
  else {
    await writeFile(options.to, pem);
    stdout.write(`${wordsOf(options).requested(options.to)}\n`);
  }
  return EXIT.good;
}

/** The passphrase in a file; made, with the file, where there is none yet. */
async function passphraseIn(file: string): Promise<string> {
  try {
    return await readSecretLine(file);
  } catch (error) {
    const missing =
      error instanceof Fault && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    if (!missing) throw error;
  }
  const passphrase = randomBytes(PASSPHRASE_BYTES).toString('base64url');
  await writeNew(file, `${passphrase}\n`);
  return passphrase;
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await using file = await open(path, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('key-file-unwritable', `${path} cannot be written: ${why}`, { temporary: false, cause });
  }
}
