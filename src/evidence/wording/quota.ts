// SPDX-License-Identifier: EUPL-1.2

export interface QuotaFacts {
  readonly address: string;
  /** Whole percents of the room that are taken. */
  readonly percent: number;
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

export function quotaWarningSubject({ percent }: Pick<QuotaFacts, 'percent'>): string {
  return `Spazio della casella occupato al ${percent}%`;
}

/** What a holder reads when the mailbox fills up; a full one returns certified messages with M13 (DP-22). */
export function quotaWarningText({ address, percent, usedBytes, quotaBytes }: QuotaFacts): string {
  const [used, room] = [megabytes(usedBytes), megabytes(quotaBytes)];
  return [
    `La casella ${address} occupa ${used} MB dei ${room} MB disponibili (${percent}%).`,
    '',
    'Quando lo spazio sarà esaurito i nuovi messaggi non potranno più essere consegnati e i mittenti',
    'riceveranno un avviso di mancata consegna. Le ricevute continueranno invece ad arrivare: non occupano',
    'spazio. Si consiglia di scaricare e cancellare i messaggi che non servono più.',
    '',
    `The mailbox ${address} takes ${used} MB of its ${room} MB (${percent}%). Once it is full, new messages`,
    'cannot be delivered and their senders are told so; receipts keep coming and take no room.',
    'Please download and delete messages that are no longer needed.',
    '',
  ].join('\r\n');
}

/** With one digit, as Italians write numbers. */
function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1).replace('.', ',');
}
