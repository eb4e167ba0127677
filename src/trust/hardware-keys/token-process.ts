// SPDX-License-Identifier: EUPL-1.2
import { stat } from 'node:fs/promises';
import { Fault } from '../../platform/faults.ts';
import { readSecretLine } from '../signing/secret-file.ts';
import { Pkcs11Module } from './pkcs11-module.ts';
import type { FaultMessage, FileStamp, FromToken, ToToken } from './token-messages.ts';
import { describePlace, type TokenPlace } from './token-place.ts';
import { TokenSessions } from './token-sessions.ts';

/*
 * The process that holds the maker's module: what crashes or hangs in there takes no mail with it. It lives as long as
 * the channel to its parent, whatever signals a terminal or a supervisor sends to both.
 */

/** How long a module may take to say goodbye. */
const GOODBYE_MS = 2_000;

let sessions: TokenSessions | undefined;
let stamp: FileStamp | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => void leave());
process.on('message', (message: ToToken) => void obey(message));

async function obey(message: ToToken): Promise<void> {
  switch (message.do) {
    case 'open':
      return await open(message.place, message.refusedPin);
    case 'sign':
      return await sign(message.number, Buffer.from(message.bytes));
    case 'close':
      return await leave();
  }
}

async function open(place: TokenPlace, refusedPin: FileStamp | undefined): Promise<void> {
  try {
    sessions = await TokenSessions.open({
      cryptoki: load(place),
      place,
      readPin: () => readPin(place.pinFile, refusedPin),
    });
    const { modulus, exponent } = sessions.publicNumbers;
    tell({ say: 'opened', modulus, exponent });
  } catch (error) {
    tell({ say: 'not-opened', ...described(error, place) });
  }
}

async function sign(number: number, bytes: Buffer): Promise<void> {
  try {
    if (sessions === undefined) throw new Error('the token is not open');
    tell({ say: 'signed', number, signature: await sessions.sign(bytes) });
  } catch (error) {
    tell({ say: 'broken', ...described(error) });
  }
}

function load(place: TokenPlace): Pkcs11Module {
  try {
    return Pkcs11Module.load(place.moduleFile);
  } catch (cause) {
    const sentence = `${place.moduleFile} cannot be used as a PKCS #11 module: ${wordsOf(cause)}`;
    throw new Fault('hardware-module-unusable', sentence, { temporary: true, cause });
  }
}

/** The PIN, unless it is the one that was refused before. */
async function readPin(file: string, refused: FileStamp | undefined): Promise<Buffer> {
  const pin = Buffer.from(await readSecretLine(file), 'utf8');
  const { mtimeMs, ino, size } = await stat(file);
  stamp = `${mtimeMs} ${ino} ${size}`;
  if (stamp !== refused) return pin;
  const sentence = `the token refused the PIN in ${file}; it is not tried again before the file is written anew, since that would lock the token`;
  throw new Fault('hardware-pin-refused', sentence, { temporary: true });
}

function described(
  error: unknown,
  place?: TokenPlace,
): { fault: FaultMessage; refusedPin: FileStamp | undefined } {
  const refusedPin = error instanceof Fault && error.code === 'hardware-pin-refused' ? stamp : undefined;
  if (error instanceof Fault) return { fault: { code: error.code, message: error.message }, refusedPin };
  const where = place === undefined ? '' : `${describePlace(place)}: `;
  return { fault: { code: 'hardware-module-unusable', message: `${where}${wordsOf(error)}` }, refusedPin };
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 300);
}

function tell(message: FromToken): void {
  // A parent that is gone hears nothing; `disconnect` ends this process.
  if (process.connected) process.send?.(message, () => undefined);
}

/** C_Finalize where the module still answers; a thread that hangs in it would keep `process.exit` from ending. */
async function leave(): Promise<void> {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GOODBYE_MS);
  await sessions?.close().catch(() => undefined);
  process.kill(process.pid, 'SIGKILL');
}
