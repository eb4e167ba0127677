// SPDX-License-Identifier: EUPL-1.2
import { readFile } from 'node:fs/promises';
import { Fault } from '../platform/faults.ts';
import { GivenLists, readSpeaking } from '../trust/signing/speaking-lists.ts';
import { derOf } from '../wire/cms/pem.ts';

/** Revocation lists from files, PEM or DER, as a source that judges as of then. @throws Fault `revocation-list-unreadable` */
export async function readGivenLists(files: readonly string[]): Promise<GivenLists> {
  const lists = files.map(async (file) => {
    const list = readSpeaking(derOf(await octetsOf(file), 'X509 CRL'));
    if (list === undefined) throw unreadable(`${file} is no revocation list`);
    return list;
  });
  return new GivenLists(await Promise.all(lists));
}

async function octetsOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw unreadable(`${file} cannot be read`, cause);
  }
}

function unreadable(message: string, cause?: unknown): Fault {
  return new Fault('revocation-list-unreadable', message, { temporary: false, cause });
}
