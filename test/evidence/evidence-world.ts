// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { soleAuthor } from '../../src/cli/verify/certified-content.ts';
import type { LogRecord } from '../../src/evidence/certification-log/log-store.ts';
import type { EvidenceKind, EvidenceMessage } from '../../src/evidence/evidence-file/index-model.ts';
import { messageKind, recognise } from '../../src/evidence/recognition.ts';
import { FixedClock, type Instant } from '../../src/platform/clock.ts';
import { randomIds } from '../../src/platform/ids.ts';
import type { Identity } from '../../src/trust/authority/key-pair.ts';
import { TimeStamping } from '../../src/trust/authority/time-stamping.ts';
import { readTimeStampReply, writeTimeStampRequest } from '../../src/wire/cms/time-stamp.ts';
import { letterWithFile } from '../cli/sample-mail.ts';
import { Seen } from '../world/seen.ts';
import { HOUR_MS, MORNING, World } from '../world/world.ts';
import type { WorldProvider } from '../world/world-provider.ts';
import type { EvidencePlan, Hands } from './evidence-forge.ts';

export const ANNA = 'anna@pec.alfa.test';
export const CARLA = 'carla@pec.beta.test';
export const OFFICE = 'protocollo@pec.beta.test';
/** Has no mailbox. */
export const UNKNOWN = 'ignoto@pec.beta.test';
export const DAY_MS = 24 * HOUR_MS;

/** When days are closed: two minutes after midnight in Rome. */
const FIRST_CLOSING = Date.UTC(2026, 2, 2, 23, 2);

/** Two providers and what they did on a day, as evidence files are made of it. */
export class EvidenceWorld implements AsyncDisposable {
  readonly world: World;
  readonly stamper: Identity;
  /** What happened to a message with complete receipts, and with brief ones. */
  readonly complete: Story;
  readonly brief: Story;

  private constructor(parts: Pick<EvidenceWorld, 'world' | 'stamper' | 'complete' | 'brief'>) {
    this.world = parts.world;
    this.stamper = parts.stamper;
    this.complete = parts.complete;
    this.brief = parts.brief;
  }

  static async open(): Promise<EvidenceWorld> {
    const world = await World.open();
    const stamper = await world.authority.issueTimeStamper();
    const tell = (receipt: string) => happens(world, letterWithFile(receipt));
    return new EvidenceWorld({
      world,
      stamper,
      complete: await tell('completa'),
      brief: await tell('breve'),
    });
  }

  /** Signs as Gestore Alfa, stamps as the authority. */
  hands({
    provider = 'alfa',
    stamper = this.stamper,
  }: {
    provider?: string;
    stamper?: Identity;
  } = {}): Hands {
    return {
      seal: (content, instant) => this.world.provider(provider).signer().seal(content, instant),
      stamp: async (octets, instant) => {
        const stamping = new TimeStamping({
          identity: stamper,
          clock: new FixedClock(instant),
          ids: randomIds,
        });
        const digest = hash('sha256', octets, 'buffer');
        const request = writeTimeStampRequest({ digest, nonce: Buffer.of(1, 2, 3) });
        const reply = readTimeStampReply(await stamping.answer(request));
        assert.ok(reply.ok && reply.value.granted);
        return reply.value.token;
      },
    };
  }

  /** All that the provider has of a message, made the day after its day was closed. */
  async plan(story: Story = this.complete): Promise<EvidencePlan> {
    const { records, log } = logOf(story);
    const closed = { provider: 'Gestore Alfa S.p.A.' };
    const createdAt = FIRST_CLOSING + DAY_MS + 10 * HOUR_MS;
    const seal = (number: number, size: { first: number; size: number }) => {
      const closedAt = FIRST_CLOSING + (number - 1) * DAY_MS;
      const day = new Date(closedAt - DAY_MS + 2 * HOUR_MS).toISOString().slice(0, 10);
      return { ...closed, ...size, number, day, closedAt, stampedAt: closedAt + 30_000 };
    };
    return {
      index: {
        provider: { name: closed.provider, serviceAddress: 'posta-certificata@pec.alfa.test' },
        createdAt,
        view: { of: 'tutto', holder: '' },
        identifier: story.identifier,
        messageId: story.data.messageId ?? assert.fail(),
        sender: ANNA,
        subject: story.data.subject ?? assert.fail(),
        recipients: story.data.recipients.map(({ address, certified }) => ({
          address,
          certified,
          ...outcomeOf(address, story),
        })),
        messages: story.messages.map((message) => {
          const record = records.find(({ digests }) => digests?.includes(message.digest));
          return { ...message, ...(record !== undefined && { record: record.sequence }) };
        }),
        missing: [],
      },
      contents: {
        'messages/original.eml': story.original,
        ...story.octets,
        ...this.certificates(),
        ...(await this.lists()),
        ...(await this.lists(createdAt)),
      },
      log,
      records: records.map(({ sequence }) => sequence),
      seals: [
        seal(1, { first: 1, size: log.length - 3 }),
        seal(2, { first: log.length - 2, size: log.length }),
      ],
      stampedAt: createdAt + 2000,
    };
  }

  certificates(): Record<string, Buffer> {
    const { world, stamper } = this;
    const all = [
      world.authority.rootCertificate,
      ...[world.alfa.identity, world.beta.identity, stamper].flatMap(({ certificate, chain }) => [
        certificate,
        ...chain,
      ]),
    ];
    return Object.fromEntries(all.map((der) => [`certificates/${hash('sha256', der)}.cer`, der]));
  }

  /** The lists of the authority, as of an instant: in force for a day. */
  async lists(at: Instant = MORNING): Promise<Record<string, Buffer>> {
    const { clock, authority } = this.world;
    const now = clock.now();
    clock.advance(at - now);
    const all = await Promise.all(
      (['root', 'signing'] as const).map((name) => authority.revocationList(name)),
    );
    clock.advance(now - at);
    return Object.fromEntries(all.map((der) => [`revocation/${hash('sha256', der)}.crl`, der]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }
}

/** What happened to one message. */
export interface Story {
  readonly identifier: string;
  readonly data: Seen['data'];
  readonly original: Buffer;
  readonly messages: readonly EvidenceMessage[];
  /** By the names of the files. */
  readonly octets: Readonly<Record<string, Buffer>>;
  readonly records: readonly LogRecord[];
}

const STEMS: Readonly<Record<string, string>> = {
  acceptance: 'acceptance',
  'transport-envelope': 'envelope-N',
  'take-charge': 'take-charge-N',
  'delivery-complete': 'delivery-N',
  'delivery-brief': 'delivery-N',
  'delivery-concise': 'delivery-N',
  'non-delivery': 'non-delivery-N',
};

async function happens(world: World, letter: Buffer): Promise<Story> {
  const forwardPaths = [CARLA, UNKNOWN, OFFICE];
  const identifier = await world.alfa.user('anna').certifies({ octets: letter, forwardPaths });
  await world.settles();
  const all = (await world.everything()).filter(
    ({ owner, seen }) => seen.data.identifier === identifier && owner !== OFFICE,
  );
  const counts = new Map<string, number>();
  const octets: Record<string, Buffer> = {};
  const messages = all.map(({ seen }) => {
    const kind = kindOf(seen);
    const stem = STEMS[kind] ?? assert.fail(kind);
    const number = (counts.get(stem) ?? 0) + 1;
    counts.set(stem, number);
    const file = `messages/${stem.replace('N', String(number))}.eml`;
    octets[file] = seen.octets;
    return messageOf(file, seen);
  });
  const envelope = all.find(({ owner }) => owner === CARLA)?.seen ?? assert.fail();
  const records = world.alfa.log(identifier);
  return {
    identifier,
    data: envelope.data,
    original: envelope.original ?? assert.fail(),
    messages,
    octets,
    records,
  };
}

function kindOf(seen: Seen): EvidenceKind {
  const input = {
    header: seen.header,
    index: seen.index,
    certificationData: { ok: true, data: seen.data },
  } as const;
  const recognised = recognise(input);
  assert.ok(recognised.kind !== 'neither');
  const kind = messageKind(recognised, input);
  assert.ok(kind !== 'anomaly-envelope');
  return kind;
}

export function messageOf(file: string, seen: Seen): EvidenceMessage {
  const { data, index } = seen;
  const signed = index.root.parts[0] ?? assert.fail();
  return {
    file,
    kind: kindOf(seen),
    messageId: seen.messageId,
    provider: data.provider,
    signer: soleAuthor(seen.header) ?? assert.fail(),
    instant: Math.floor(data.instant / 1000) * 1000,
    digest: hash('sha256', seen.octets.subarray(signed.headerStart, signed.bodyEnd)),
    about: data.takenInCharge ?? (data.deliveredTo === undefined ? [] : [data.deliveredTo]),
  };
}

type DigestedRecord = LogRecord & { readonly digests?: readonly string[]; readonly original?: string };

/** The log of the day: what happened to the message, amid what happened to others. */
function logOf(story: Story): {
  readonly records: readonly DigestedRecord[];
  readonly log: readonly string[];
} {
  const others = (count: number, from: number) =>
    Array.from({ length: count }, (_, at) => {
      const number = from + at;
      return { ...OTHER, identifier: `altro${number}@pec.alfa.test`, subject: `Pratica ${number}` };
    });
  const digested = story.records.map((record) => withDigests(record, story));
  const all = [...others(5, 1), ...digested, ...others(7, 6)];
  const records = digested.map((record, at) => ({ ...record, sequence: at + 6 }));
  const log = all.map((record) => JSON.stringify({ ...record, sequence: undefined }));
  return { records, log };
}

const OTHER = {
  instant: MORNING,
  event: 'delivered',
  sender: 'bruno@pec.alfa.test',
  recipients: [ANNA],
  recipient: ANNA,
  generated: ['altra@pec.alfa.test'],
  digests: ['0'.repeat(64)],
};

/** With the digests of the messages it is about. */
function withDigests(record: LogRecord, { messages, original }: Story): DigestedRecord {
  const named = record.generated ?? [record.detail?.messageId?.replace(/^<|>$/g, '')];
  const digests = named.flatMap((id) => messages.find(({ messageId }) => messageId === id)?.digest ?? []);
  if (digests.length === 0) return record;
  return { ...record, digests, ...(record.event === 'acceptance' && { original: hash('sha256', original) }) };
}

function outcomeOf(address: string, { messages }: Story) {
  const about = messages.filter((message) => message.about.includes(address));
  const delivery = about.find(({ kind }) => kind.startsWith('delivery'));
  const failure = about.find(({ kind }) => kind === 'non-delivery');
  const found = delivery ?? failure ?? assert.fail(address);
  const outcome = delivery === undefined ? 'non-consegnato' : 'consegnato';
  return { outcome, instant: found.instant, source: found.file } as const;
}

/** A message of a provider signed again, by its key or another's, after its signed entity was changed. */
export async function resealed(
  octets: Buffer | undefined,
  {
    by,
    change = (entity) => entity,
  }: { readonly by: WorldProvider; readonly change?: (entity: string) => string },
): Promise<{ readonly octets: Buffer; readonly digest: string }> {
  const seen = new Seen(octets ?? assert.fail(), '');
  const [signed] = seen.index.root.parts;
  assert.ok(signed);
  const entity = seen.octets.toString('latin1', signed.headerStart, signed.bodyEnd);
  const changed = Buffer.from(change(entity), 'latin1');
  const outer = seen.header.fields.filter(({ key }) => key !== 'mime-version' && key !== 'content-type');
  const header = outer.map(({ start, end }) => seen.octets.toString('latin1', start, end)).join('');
  return { octets: await by.seals(header, changed), digest: hash('sha256', changed) };
}
