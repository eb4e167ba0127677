// SPDX-License-Identifier: EUPL-1.2

/** What the holder of a mailbox reads when it is filling up. */
export function fullnessText(facts: { readonly address: string; readonly percent: number }): {
  readonly subject: string;
  readonly text: string;
} {
  const { address, percent } = facts;
  return {
    subject: `La casella ${address} è piena al ${percent} %`,
    text: [
      `La casella ${address} ha raggiunto il ${percent} % dello spazio disponibile.`,
      'Quando lo spazio è esaurito i messaggi certificati non vengono più consegnati: il mittente',
      'riceve un avviso di mancata consegna. Le ricevute e gli avvisi non occupano spazio e',
      'continuano ad arrivare.',
      'Per liberare spazio elimini i messaggi che non servono più, anche dal Cestino.',
      '',
      `The mailbox ${address} has reached ${percent} % of its room.`,
      'Once it is full, certified messages are no longer delivered and their senders receive a notice',
      'of non-delivery. Receipts and notices take no room and keep arriving.',
      'To make room, delete what you no longer need, also from Cestino.',
      '',
    ].join('\n'),
  };
}
