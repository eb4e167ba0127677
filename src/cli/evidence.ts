// SPDX-License-Identifier: EUPL-1.2
import { createWriteStream, existsSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { openStoredHouse } from '../engines/sqlite/stored-house.ts';
import { decideEvidence, type EvidenceGrounds } from '../points/reissuing/evidence-decision.ts';
import { originalsIn } from '../points/reissuing/reassembly.ts';
import { CertificationPaths } from '../trust/signing/certification-paths.ts';
import { zipChunks } from '../wire/zip/zip-writer.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { readAdded } from './evidence/added-messages.ts';
import { EvidenceOrderer } from './evidence/evidence-order.ts';
import { type EvidencePackage, zipOrder } from './evidence/evidence-package.ts';
import type { EvidenceStore, EvidenceTrust } from './evidence/evidence-store.ts';
import { examineForEvidence, type IndexedMessage } from './evidence/examined-message.ts';
import { makeEvidence } from './evidence/making.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type MailboxPlace, placeOf } from './mailbox/mailbox-place.ts';
import { storeFolder } from './provider-folder.ts';
import { type EvidenceWords, englishEvidence, italianEvidence } from './wording/evidence-making-words.ts';

export interface EvidenceOptions extends MailboxPlace {
  /** A new file. */
  readonly to: string;
  /** Only what this holder may see. */
  readonly holder?: string;
  /** A file that holds the original. */
  readonly original?: string;
  /** Messages of other providers. */
  readonly add?: readonly string[];
}

/**
 * `ceralacca evidence ID --to FILE.zip`: all that the provider has about a message, in one file that anybody can verify.
 * The file appears whole or not at all. Ends with 1 when it is refused, or what was handed over does not fit. @throws Fault
 */
export async function evidence(
  { id, options }: { readonly id: string; readonly options: EvidenceOptions },
  surroundings: Pick<CommandSurroundings, 'stdout' | 'stderr' | 'clock' | 'ids'>,
): Promise<ExitCode> {
  const { stdout, stderr, clock } = surroundings;
  const words = options.lang === 'en' ? englishEvidence : italianEvidence;
  const place = placeOf(options, stderr);
  if (place === undefined) return EXIT.bad;
  if (existsSync(options.to)) {
    stderr.write(`${words.exists(options.to)}\n`);
    return EXIT.usage;
  }
  using store = openStoredHouse(storeFolder(place.folder));
  const request = { about: id, ...(options.holder !== undefined && { holder: options.holder }) };
  const orders = new EvidenceOrderer(place, request, surroundings);
  const opening = await orders.open();
  const decision = decideEvidence(store, request);
  if ('refused' in opening || decision.decided === 'refuse') {
    const because =
      'refused' in opening ? opening.refused : decision.decided === 'refuse' && decision.because;
    stderr.write(`${because === false ? '' : words.refusals[because]}\n`);
    return EXIT.bad;
  }
  const { grounds } = decision;
  const gathering = await gather({ grounds, store, options, trust: opening.trust, clock });
  if (!('examine' in gathering)) {
    stderr.write(`${words.notTaken(gathering)}\n`);
    return EXIT.bad;
  }
  const made = await makeEvidence({ ...gathering, instant: opening.trust.now });
  const sealed = await orders.seal(made.indexOctets);
  await writeZip(options.to, { made, sealed });
  for (const line of toldOf(made, { words, to: options.to })) stdout.write(`${line}\n`);
  return EXIT.good;
}

async function gather(facts: {
  readonly grounds: EvidenceGrounds;
  readonly store: EvidenceStore;
  readonly options: EvidenceOptions;
  readonly trust: EvidenceTrust;
  readonly clock: CommandSurroundings['clock'];
}) {
  const { grounds, options, trust, clock } = facts;
  const { anchors, intermediates } = trust;
  const paths = new CertificationPaths({ anchors, intermediates, revocation: null });
  const examine = (message: IndexedMessage) => examineForEvidence(message, { paths, clock });
  const added = await readAdded(options.add ?? [], { grounds, examine });
  if ('because' in added) return added;
  const originals = await readOriginals(grounds, options.original);
  if (originals === null) return { file: options.original ?? '', because: 'wrong-original' } as const;
  return { ...facts, examine, added: added.added, ...(originals !== undefined && { originals }) };
}

/** Null when the file holds another original than the one certified. */
async function readOriginals(
  { frames, records, identifier }: EvidenceGrounds,
  file: string | undefined,
): Promise<ReadonlyMap<string, Buffer> | undefined | null> {
  if (file === undefined) return undefined;
  const [first] = records;
  const messageId = first?.messageId;
  const found = await originalsIn(await readFile(file), [
    { identifier, ...(messageId !== undefined && { messageId }) },
  ]);
  const expected = [
    ...frames.map(({ original }) => original?.sha256),
    ...records.map(({ original }) => original),
  ];
  return expected.some((hash) => hash !== undefined && found.has(hash)) ? found : null;
}

async function writeZip(
  to: string,
  {
    made,
    sealed,
  }: {
    readonly made: EvidencePackage;
    readonly sealed: { readonly signed: Buffer; readonly token?: Buffer };
  },
): Promise<void> {
  const making = `${to}.part`;
  const files = zipOrder(made, sealed).map(({ name, content }) => ({
    name,
    content: Buffer.isBuffer(content) ? content : content.stream(),
  }));
  try {
    const chunks = zipChunks(files, { modifiedAt: made.index.createdAt });
    await pipeline(chunks, createWriteStream(making, { flags: 'wx', mode: 0o600 }));
    await using file = await open(making, 'r');
    await file.sync();
    await rename(making, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(making, { force: true });
    throw error;
  }
}

function toldOf(
  { index }: EvidencePackage,
  { words, to }: { readonly words: EvidenceWords; readonly to: string },
): readonly string[] {
  const { messages, records, missing } = index;
  const unsealed = records.filter(({ seal }) => seal === undefined).length;
  return [
    words.made({ file: to, messages: messages.length, records: records.length }),
    ...(unsealed === 0 ? [] : [words.unsealed(unsealed)]),
    ...missing.filter(({ what }) => what !== 'sigillo').map((gap) => words.missing(gap)),
  ];
}
