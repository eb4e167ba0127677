// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeIndex } from '../../src/trust/authority/index-writer.ts';
import { certificatePem } from '../../src/trust/authority/key-pair.ts';
import type { User } from '../world/user.ts';
import { World } from '../world/world.ts';

const RECIPIENTS = ['carla@pec.beta.test', 'ignoto@pec.beta.test'];

/** A message with a text and a file, from a client that writes carefully. */
export function letterWithFile(receipt: string): Buffer {
  const lines = [
    'From: "Anna" <anna@pec.alfa.test>',
    `To: ${RECIPIENTS.join(', ')}`,
    'Cc: protocollo@pec.beta.test',
    'Subject: =?UTF-8?Q?Perch=C3=A9_no=3F?=',
    'Date: Mon, 02 Mar 2026 10:15:00 +0100',
    `Message-ID: <${receipt}@client.test>`,
    `X-TipoRicevuta: ${receipt}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=confine',
    '',
    '--confine',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'Sì, perché no?',
    '--confine',
    "Content-Type: application/octet-stream; name*=UTF-8''citt%C3%A0.bin",
    "Content-Disposition: attachment; filename*=UTF-8''citt%C3%A0.bin",
    'Content-Transfer-Encoding: base64',
    '',
    'SGVsbG8sIFBFQyE=',
    '--confine--',
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

/** Every kind of message that two providers can bring about, and the files that say whom to trust. */
export class SampleMail implements AsyncDisposable {
  readonly world: World;
  readonly folder: string;
  readonly caFile: string;
  readonly indexFile: string;
  readonly indexSignerFile: string;

  private constructor(world: World, folder: string) {
    this.world = world;
    this.folder = folder;
    this.caFile = world.caFile;
    this.indexFile = join(folder, 'index.p7m');
    this.indexSignerFile = join(folder, 'index-signer.pem');
  }

  static async make(): Promise<SampleMail> {
    const world = await World.open();
    const samples = new SampleMail(world, mkdtempSync(join(tmpdir(), 'ceralacca-samples-')));
    writeFileSync(samples.indexSignerFile, certificatePem(world.authority.indexCertificate));
    await samples.publishIndex(samples.indexFile);
    const forwardPaths = [...RECIPIENTS, 'protocollo@pec.beta.test'];
    for (const receipt of ['completa', 'breve', 'sintetica']) {
      await world.alfa.user('anna').certifies({ octets: letterWithFile(receipt), forwardPaths });
    }
    await world.alfa
      .user('bruno')
      .sends({ to: ['carla@pec.beta.test'], fields: ['Bcc: dario@pec.beta.test'] });
    await world.settles();
    return samples;
  }

  /** Writes a signed index in which each provider has these domains. */
  async publishIndex(
    file: string,
    domainsOf: (key: string) => readonly string[] = (key) => [`pec.${key}.test`],
  ): Promise<void> {
    const ldif = writeIndex({
      locationUrl: 'https://igpec.autorita.test/index.p7m',
      providers: this.world.providers.map(({ key, terms, identity, serviceMailbox }) => ({
        providerName: terms.name,
        certificates: [identity.certificate],
        mailReceipt: serviceMailbox,
        managedDomains: domainsOf(key),
      })),
    });
    writeFileSync(file, await this.world.authority.signIndex(ldif));
  }

  /** The octets of the one message of that kind, about the letter that asked for this receipt. */
  async octetsOf(user: User, { kind, about }: { kind: string; about: string }): Promise<Buffer> {
    const found = (await user.messages()).filter((seen) => {
      const reference = seen.field('X-Riferimento-Message-ID');
      return seen.kind === kind && (reference === `<${about}@client.test>` || about === '');
    });
    const [one] = found;
    assert.ok(one !== undefined, `${user.address} has no ${kind} about ${about}`);
    return one.octets;
  }

  /** Puts octets into a file of the samples' folder and gives its path. */
  put(name: string, octets: Buffer | string): string {
    const path = join(this.folder, name);
    writeFileSync(path, octets);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await this.world[Symbol.asyncDispose]();
  }
}
