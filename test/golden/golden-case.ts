// SPDX-License-Identifier: EUPL-1.2
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BOUNDARY_PREFIX } from '../../src/evidence/boundaries.ts';
import type {
  CertifiedMessage,
  ReceiptType,
} from '../../src/evidence/certification-data/certification-data.ts';
import { findNamedPart } from '../../src/evidence/certified-parts.ts';
import type { Draft, DraftFacts, DraftVariants } from '../../src/evidence/draft.ts';
import { draftAnomalyEnvelope } from '../../src/evidence/envelopes/anomaly-envelope.ts';
import { draftTransportEnvelope } from '../../src/evidence/envelopes/transport-envelope.ts';
import { draftNonAcceptance } from '../../src/evidence/notices/non-acceptance.ts';
import { draftNonDelivery } from '../../src/evidence/notices/non-delivery.ts';
import { draftTimeoutNotice } from '../../src/evidence/notices/timeout.ts';
import {
  draftNonAcceptanceForVirus,
  draftVirusDetection,
  draftVirusNonDelivery,
} from '../../src/evidence/notices/virus.ts';
import type { Original } from '../../src/evidence/original.ts';
import { draftAcceptance } from '../../src/evidence/receipts/acceptance.ts';
import { draftDelivery } from '../../src/evidence/receipts/delivery.ts';
import { draftTakeCharge } from '../../src/evidence/receipts/take-charge.ts';
import type { NonDeliveryCause } from '../../src/evidence/wording/errors.ts';
import { CountingIds } from '../../src/platform/ids.ts';
import { indexMessage } from '../../src/wire/mime/mime-index.ts';
import { MemoryOctets, readPieces } from '../../src/wire/mime/octets.ts';

const FOLDER = import.meta.dirname;

/** Who signs in the golden folders. */
const PROVIDERS = {
  alfa: {
    name: 'Gestore Alfa S.p.A.',
    domain: 'gestore-alfa.test',
    serviceAddress: 'posta-certificata@gestore-alfa.test',
  },
  beta: {
    name: 'Gestore Beta S.r.l.',
    domain: 'gestore-beta.test',
    serviceAddress: 'posta-certificata@gestore-beta.test',
  },
} as const;

/** `facts.json` of a golden folder: the kind of draft, and what it is told. */
export interface GoldenFacts {
  /** One sentence: what the case is there for. */
  readonly about: string;
  readonly draft:
    | 'acceptance'
    | 'non-acceptance'
    | 'non-acceptance-virus'
    | 'transport-envelope'
    | 'timeout'
    | 'take-charge'
    | 'anomaly-envelope'
    | 'virus-detection'
    | 'virus-non-delivery'
    | 'delivery'
    | 'non-delivery';
  readonly provider: keyof typeof PROVIDERS;
  readonly variants?: DraftVariants;
  /** RFC 3339 */
  readonly instant: string;
  readonly message: CertifiedMessage;
  /** Everything else a kind asks for. */
  readonly recipient?: string;
  readonly serviceMailbox?: string;
  readonly takenInCharge?: readonly string[];
  readonly receiptType?: ReceiptType;
  readonly form?: ReceiptType;
  readonly error?: string;
  readonly virus?: string;
  readonly hours?: 12 | 24;
  readonly cause?: NonDeliveryCause;
  readonly detail?: string;
  /** Anomaly envelope: the null path is the empty string. */
  readonly reversePath?: string;
}

export interface GoldenCase {
  readonly name: string;
  readonly folder: string;
  readonly facts: GoldenFacts;
  /** `input.eml`: the original, or for an anomaly envelope what was received. */
  readonly input?: Buffer;
}

/** Every golden folder, in order. */
export function goldenCases(): GoldenCase[] {
  const names = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return names.map((name) => {
    const folder = join(FOLDER, name);
    const facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')) as GoldenFacts;
    const hasInput = readdirSync(folder).includes('input.eml');
    return { name, folder, facts, ...(hasInput && { input: readFileSync(join(folder, 'input.eml')) }) };
  });
}

/** The draft of a case, with ids that count up. */
export async function draftOf({ facts, input }: GoldenCase): Promise<Draft> {
  const common: DraftFacts = {
    provider: { ...PROVIDERS[facts.provider], ...(facts.variants && { variants: facts.variants }) },
    ids: new CountingIds(),
    instant: Date.parse(facts.instant),
    about: facts.message,
  };
  const recipient = facts.recipient ?? '';
  const serviceMailbox = facts.serviceMailbox ?? '';
  const virus = facts.virus ?? '';
  const receiptType = facts.receiptType ?? 'completa';
  switch (facts.draft) {
    case 'acceptance':
      return draftAcceptance(common);
    case 'non-acceptance':
      return draftNonAcceptance({ ...common, error: facts.error ?? '' });
    case 'non-acceptance-virus':
      return draftNonAcceptanceForVirus({ ...common, virus });
    case 'transport-envelope':
      return draftTransportEnvelope({ ...common, receiptType, original: originalOf(input) });
    case 'timeout':
      return draftTimeoutNotice({ ...common, recipient, hours: facts.hours ?? 12 });
    case 'take-charge':
      return draftTakeCharge({ ...common, serviceMailbox, takenInCharge: facts.takenInCharge ?? [] });
    case 'anomaly-envelope':
      return draftAnomalyEnvelope({
        ...common,
        sender: facts.reversePath ?? facts.message.sender,
        recipients: facts.message.recipients.map(({ address }) => address),
        received: originalOf(input),
        error: facts.error ?? '',
      });
    case 'virus-detection':
      return draftVirusDetection({ ...common, recipient, serviceMailbox, virus });
    case 'virus-non-delivery':
      return draftVirusNonDelivery({ ...common, recipient, virus });
    case 'delivery':
      return draftDelivery(facts.form ?? 'completa', {
        ...common,
        recipient,
        requested: receiptType,
        original: await enclosedOriginal(common, input),
      });
    case 'non-delivery': {
      const { cause = 'internal', detail } = facts;
      return draftNonDelivery({ ...common, recipient, cause, ...(detail !== undefined && { detail }) });
    }
  }
}

/** Header and signed entity as one message that can be looked at: what the signer will wrap. */
export async function readDraft(draft: Draft): Promise<Buffer> {
  return Buffer.concat([draft.header, await readPieces(draft.entity)]);
}

function originalOf(input: Buffer | undefined): Original {
  if (input === undefined) throw new Error('this kind needs an input.eml');
  const index = indexMessage(input, { watchPrefix: BOUNDARY_PREFIX });
  return {
    octets: new MemoryOctets(input),
    index,
    header: input.subarray(0, index.root.bodyStart),
  };
}

/** The original within a transport envelope of Gestore Alfa, as the delivery point finds it. */
async function enclosedOriginal(common: DraftFacts, input: Buffer | undefined) {
  const envelope = await readDraft(
    draftTransportEnvelope({
      ...common,
      provider: PROVIDERS.alfa,
      ids: new CountingIds('env'),
      receiptType: 'completa',
      original: originalOf(input),
    }),
  );
  const index = indexMessage(envelope, { watchPrefix: BOUNDARY_PREFIX });
  const part = findNamedPart(index, 'postacert.eml');
  if (part === undefined) throw new Error('the envelope has no postacert.eml');
  return { octets: new MemoryOctets(envelope), index, part };
}
