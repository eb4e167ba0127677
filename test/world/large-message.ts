// SPDX-License-Identifier: EUPL-1.2
/**
 * One message of so many octets through two providers in this process, `sockets` between them or not; or into an
 * `evidence` file as well. Tells what it cost as JSON. To be run as a process of its own, since only then its memory says something.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { zipOrder } from '../../src/cli/evidence/evidence-package.ts';
import { makeEvidence } from '../../src/cli/evidence/making.ts';
import { FixedClock, systemClock } from '../../src/platform/clock.ts';
import { zipChunks } from '../../src/wire/zip/zip-writer.ts';
import { openSockets } from './sockets.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';
import { makingOf } from './world-evidence.ts';

const sizeBytes = Number(process.argv[2]);
const LINE = Buffer.from(`${'QUJD'.repeat(19)}\r\n`);
const HEADER = Buffer.from(
  [
    'From: anna@pec.alfa.test',
    'To: carla@pec.beta.test',
    'Subject: Planimetrie',
    'Date: Mon, 2 Mar 2026 10:15:00 +0100',
    'Message-ID: <grande@client.test>',
    'MIME-Version: 1.0',
    'Content-Type: application/octet-stream; name="planimetrie.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    '',
  ].join('\r\n'),
);

/** The message in chunks as a socket would bring them. */
function* octets(): Generator<Buffer> {
  yield HEADER;
  const chunk = Buffer.concat(Array(800).fill(LINE));
  for (let left = sizeBytes - HEADER.length; left > 0; left -= chunk.length) {
    yield left >= chunk.length ? chunk : chunk.subarray(0, left);
  }
}

const wanted = createHash('sha256');
for (const chunk of octets()) wanted.update(chunk === HEADER ? '' : chunk);

const providers = [
  { ...ALFA, sizeBytes: 110_000_000 },
  { ...BETA, sizeBytes: 110_000_000 },
];
// TLS looks at the machine's clock.
const clock = new FixedClock(systemClock.now());
await using world = await World.open(providers, { engine: 'sqlite', clock });
await using _ = process.argv[3] === 'sockets' ? await openSockets(world) : undefined;
const { alfa, beta } = world;
world.network.keepsCopies = false;
const [anna, carla] = [alfa.user('anna'), beta.user('carla')];
const message = await alfa.spool(octets());
const outcome = await alfa.house.access.submit({
  mailbox: anna.mailbox,
  reversePath: anna.address,
  forwardPaths: [carla.address],
  message,
});
assert.equal(outcome.outcome, 'accepted');
await world.settles();

/** SHA-256 of the original's body, without holding the message. */
async function bodyHash(provider: typeof alfa, address: string, subject: string): Promise<string> {
  const { store } = provider;
  for (const folder of store.listFolders(provider.user(address).mailbox.id)) {
    for (const entry of store.listMessages(folder.id)) {
      const content = store.findContent(entry.content);
      const header = await content?.octets.read(0, 2000);
      if (content === undefined || !header?.includes(subject)) continue;
      const original = content.index.root.parts[0]?.parts.at(-1)?.parts[0];
      assert.ok(original);
      const hash = createHash('sha256');
      for await (const chunk of content.octets.stream(original.bodyStart, original.bodyEnd))
        hash.update(chunk);
      return hash.digest('hex');
    }
  }
  return 'not there';
}

/** Octets of the evidence file, made and gone through without being kept. */
async function evidenceBytes(about: string): Promise<number> {
  const made = await makeEvidence(await makingOf(world, alfa, { about }));
  const signed = await alfa.signer().seal(made.indexOctets, clock.now());
  const files = zipOrder(made, { signed }).map(({ name, content }) => ({
    name,
    content: Buffer.isBuffer(content) ? content : content.stream(),
  }));
  let sizeBytes = 0;
  for await (const chunk of zipChunks(files, { modifiedAt: made.index.createdAt })) sizeBytes += chunk.length;
  assert.equal(made.index.messages.length, 4);
  assert.equal(made.index.files.filter((file) => file.sizeBytes > 1_000_000).length, 3);
  return sizeBytes;
}

const zipBytes = process.argv[3] === 'evidence' ? await evidenceBytes(outcome.identifier) : 0;
const result = {
  zipBytes,
  wanted: wanted.digest('hex'),
  envelope: await bodyHash(beta, carla.address, 'POSTA CERTIFICATA: Planimetrie'),
  receipt: await bodyHash(alfa, anna.address, 'CONSEGNA: Planimetrie'),
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
