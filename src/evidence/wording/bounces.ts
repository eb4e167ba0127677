// SPDX-License-Identifier: EUPL-1.2

/** What our user reads when an ordinary mail system did not take a message. */
export function bounceText(facts: {
  readonly recipient: string;
  /** What the peer answered; absent when none spoke within the time there is. */
  readonly reply?: string;
}): string {
  const { recipient, reply } = facts;
  const silent = reply === undefined;
  return [
    `Il messaggio non è stato consegnato al destinatario di posta ordinaria ${recipient}.`,
    silent
      ? 'Nessun sistema di destinazione ha risposto entro il tempo massimo previsto.'
      : `Risposta del sistema di destinazione: ${reply}`,
    '',
    `The message could not be delivered to the ordinary recipient ${recipient}.`,
    silent ? 'No destination answered within the time allowed.' : `Answer of the destination: ${reply}`,
    '',
  ].join('\r\n');
}
