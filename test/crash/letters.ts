// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import type { ProviderKey } from '../../src/demo/ports.ts';
import type { Dice } from './dice.ts';

/** What becomes of a message at one of its recipients when all goes well. */
export type Fate = 'delivered' | 'not-delivered' | 'ordinary' | 'silent';

export interface LetterRecipient {
  readonly address: string;
  readonly fate: Fate;
  /** Whose mailbox it is, or would be. */
  readonly provider?: ProviderKey;
}

/** A message that somebody wants to send, known by its Message-ID. */
export interface Letter {
  readonly messageId: string;
  readonly sender: string;
  readonly provider: ProviderKey;
  readonly recipients: readonly LetterRecipient[];
  readonly octets: Buffer;
  /** SHA-256 of what follows its header. */
  readonly bodySha256: string;
}

export const DOMAINS = { alfa: 'alfa.test', beta: 'beta.test' } as const;

/** Who writes: apart from who reads, whose mailboxes shrink. */
export const SENDERS = {
  alfa: ['tullia.serafini@cittadini.alfa.test', 'oreste.malaspina@cittadini.alfa.test'],
  beta: ['ginevra.altobelli@cittadini.beta.test', 'placido.ventura@cittadini.beta.test'],
} as const;

/** Mailboxes whose programs fetch and remove: the first by IMAP, the second by POP3. */
export const READERS = {
  alfa: ['elvira.montanari@cittadini.alfa.test', 'officine.ferramondo@imprese.alfa.test'],
  beta: ['zeno.marescotti@cittadini.beta.test', 'cantina.roccaverde@imprese.beta.test'],
} as const;

/** Mailboxes that nobody looks into. */
export const QUIET = {
  alfa: ['vivai.lungolago@imprese.alfa.test', 'tributi@pec.comune.borgolirio.test'],
  beta: ['studio.girasole@imprese.beta.test', 'ragioneria@pec.comune.castelmora.test'],
} as const;

const ORDINARY: LetterRecipient = { address: 'info@posta.test', fate: 'ordinary' };
/** Blobs above 256 KiB are files. */
const LARGE_BYTES = { least: 270_000, most: 380_000 };
const SMALL_BYTES = { least: 1_000, most: 9_000 };
const LINE_OCTETS = 70;

/** Draws up a message from a sender: to one or several, near or far, small or large. */
export function drawUp(
  from: { readonly provider: ProviderKey; readonly sender: string },
  facts: { readonly number: number; readonly dice: Dice },
): Letter {
  const { number, dice } = facts;
  const recipients = dice.shuffled(candidates(dice)).slice(0, dice.pick([1, 1, 1, 2, 3]));
  return compose({ ...from, recipients, large: dice.chance(0.15) }, facts, number);
}

/** A message to somebody whose provider never answers. */
export function drawUpUnanswered(
  from: { readonly provider: ProviderKey; readonly sender: string },
  facts: { readonly number: number; readonly dice: Dice },
): Letter {
  const recipients = [{ address: 'ufficio@pec.silente.test', fate: 'silent' }] as const;
  return compose({ ...from, recipients, large: false }, facts, facts.number);
}

function candidates(dice: Dice): LetterRecipient[] {
  const all: LetterRecipient[] = [];
  for (const provider of ['alfa', 'beta'] as const) {
    const at = (address: string, fate: Fate): LetterRecipient => ({ address, fate, provider });
    for (const address of [...READERS[provider], ...QUIET[provider]]) all.push(at(address, 'delivered'));
    const rare = dice.pick(['piena', 'sospesa', 'nessuno']);
    all.push(at(`${rare}@pec.${DOMAINS[provider]}`, 'not-delivered'));
  }
  return dice.chance(0.3) ? [...all, ORDINARY] : all;
}

function compose(
  envelope: Pick<Letter, 'provider' | 'sender' | 'recipients'> & { readonly large: boolean },
  { dice }: { readonly dice: Dice },
  number: number,
): Letter {
  const { sender, recipients, provider } = envelope;
  const messageId = `<${number}.${sender.replace('@', '.')}@programma.test>`;
  const { least, most } = envelope.large ? LARGE_BYTES : SMALL_BYTES;
  const body = text(dice.between(least, most), messageId);
  const header = [
    `From: <${sender}>`,
    `To: ${recipients.map(({ address }) => `<${address}>`).join(',\r\n ')}`,
    `Subject: Lettera ${number}`,
    `Message-ID: ${messageId}`,
    'Date: Mon, 03 Nov 2025 10:00:00 +0100',
    `X-TipoRicevuta: ${dice.pick(['completa', 'completa', 'breve', 'sintetica'])}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
  ];
  return {
    messageId,
    sender,
    provider,
    recipients,
    octets: Buffer.from(`${header.join('\r\n')}\r\n\r\n${body}`),
    bodySha256: createHash('sha256').update(body).digest('hex'),
  };
}

function text(sizeBytes: number, messageId: string): string {
  const line = `${messageId.slice(1, -1)} `.padEnd(LINE_OCTETS, '.');
  return `${line}\r\n`.repeat(Math.ceil(sizeBytes / (LINE_OCTETS + 2)));
}
