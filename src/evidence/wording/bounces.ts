// SPDX-License-Identifier: EUPL-1.2

/** What our user reads when an ordinary mail system did not take a message. */
export function bounceText(facts: { readonly recipient: string; readonly reply: string }): string {
  return [
    `Il messaggio non è stato consegnato al destinatario di posta ordinaria ${facts.recipient}.`,
    `Risposta del sistema di destinazione: ${facts.reply}`,
    '',
    `The message could not be delivered to the ordinary recipient ${facts.recipient}.`,
    `Answer of the destination: ${facts.reply}`,
    '',
  ].join('\r\n');
}
