// SPDX-License-Identifier: EUPL-1.2
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { ADDRESS, type ImapHouse, PASSWORD } from '../imap/house.ts';

/** Another person at the same mailbox: gives the commands one by one; rejects at the first that is not OK. */
export async function giveCommands(house: ImapHouse, commands: readonly string[]): Promise<string[]> {
  const socket = connect({ host: '127.0.0.1', port: house.imaps, ca: readFileSync(house.caFile) });
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answers: string[] = [];
  await lines.next();
  for (const command of [`LOGIN ${ADDRESS} "${PASSWORD}"`, ...commands]) {
    socket.write(`t ${command}\r\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the connection ended at ${command}`);
      answers.push(value);
      if (value.startsWith('t OK')) break;
      if (value.startsWith('t ')) throw new Error(`${command}: ${value}`);
    }
  }
  socket.end('t LOGOUT\r\n');
  socket.resume();
  await once(socket, 'close');
  return answers;
}
