// SPDX-License-Identifier: EUPL-1.2
import type { NonDeliveryCause } from './errors.ts';

interface BounceReason {
  readonly italian: string;
  readonly english: string;
}

const REFUSED: BounceReason = {
  italian: 'Il sistema di destinazione lo ha rifiutato.',
  english: 'The destination refused it.',
};

/** Why, in our own words: a destination that never spoke is not quoted. */
const REASONS: Partial<Readonly<Record<NonDeliveryCause, BounceReason>>> = {
  'unknown-mailbox': {
    italian: "L'indirizzo non esiste.",
    english: 'The address does not exist.',
  },
  'unknown-domain': {
    italian: 'Il dominio non esiste o non riceve posta.',
    english: 'The domain does not exist or takes no mail.',
  },
  'message-too-large': {
    italian: 'Il messaggio è troppo grande per il sistema di destinazione.',
    english: 'The message is too large for the destination.',
  },
  expired: {
    italian: 'Il sistema di destinazione non lo ha ricevuto entro il tempo massimo di consegna.',
    english: 'The destination did not take it within the time allowed for delivery.',
  },
  internal: {
    italian: 'Il nostro sistema non lo ha potuto inoltrare.',
    english: 'Our system could not relay it.',
  },
};

/** What our user reads when an ordinary mail system did not take a message. */
export function bounceText(facts: {
  readonly recipient: string;
  readonly cause: NonDeliveryCause;
  /** The words of the destination; undefined when it said none. */
  readonly reply: string | undefined;
}): string {
  const { recipient, cause, reply } = facts;
  const { italian, english } = REASONS[cause] ?? REFUSED;
  return [
    `Il messaggio non è stato consegnato al destinatario di posta ordinaria ${recipient}.`,
    italian,
    ...(reply === undefined ? [] : [`Risposta del sistema di destinazione: ${reply}`]),
    '',
    `The message could not be delivered to the ordinary recipient ${recipient}.`,
    english,
    ...(reply === undefined ? [] : [`Answer of the destination: ${reply}`]),
    '',
  ].join('\r\n');
}
