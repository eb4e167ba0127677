// SPDX-License-Identifier: EUPL-1.2
import { LineEnd } from '../line-end.ts';
import type { Extensions } from './extensions.ts';
import { isPositive } from './opening.ts';
import { isNegative, mailCommand, type Outgoing, rcptCommand, type TransactionEnd } from './outgoing.ts';
import { CLOSING, type ServerReply } from './reply-reader.ts';

/** Messages up to this size go out with their envelope. */
export const AT_ONCE_BYTES = 256 * 1024;
const CRLF = Buffer.from('\r\n');

/**
 * Envelope and message as they go out together (RFC 3030): MAIL, RCPT, and one BDAT with all there is. Throws what reading the
 * message does.
 */
export async function allAtOnce(message: Outgoing, extensions: Extensions): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const lineEnd = new LineEnd();
  let sizeBytes = 0;
  for await (const piece of message.octets()) {
    pieces.push(piece);
    lineEnd.see(piece);
    sizeBytes += piece.length;
  }
  if (sizeBytes !== message.sizeBytes) throw new Error(`${sizeBytes} octets instead of ${message.sizeBytes}`);
  if (lineEnd.isOpen) pieces.push(CRLF);
  const allBytes = sizeBytes + (lineEnd.isOpen ? CRLF.length : 0);
  const rcpts = message.forwardPaths.map(rcptCommand).join('');
  const commands = `${mailCommand(message, extensions)}${rcpts}BDAT ${allBytes} LAST\r\n`;
  return Buffer.concat([Buffer.from(commands, 'latin1'), ...pieces]);
}

/** What the replies to all of it mean, as many as came. Undefined: nobody knows, and the server may have the message. */
export function judgeAtOnce(
  { forwardPaths }: Outgoing,
  replies: readonly ServerReply[],
): TransactionEnd | undefined {
  const [mail] = replies;
  const verdict = replies[forwardPaths.length + 1];
  if (mail === undefined) return undefined;
  if (isNegative(mail)) return { end: 'refused', reply: mail, refused: [] };
  const last = replies.at(-1);
  // RFC 5321 section 3.8: a server that closes before the message has not taken it.
  if (verdict === undefined && last?.code === CLOSING)
    return {
      end: 'lost',
      cause: new Error(`the server closes: ${last.text}`),
      contentSent: false,
      heard: true,
    };
  if (verdict === undefined || !isPositive(mail)) return undefined;
  const refused = forwardPaths.flatMap((path, at) => {
    const reply = replies[at + 1];
    return reply === undefined || isPositive(reply) ? [] : { path, reply };
  });
  const by = refused.find(({ reply }) => reply.code < 500) ?? refused.at(-1);
  if (by !== undefined && refused.length === forwardPaths.length)
    return { end: 'refused', reply: by.reply, refused };
  if (isPositive(verdict)) return { end: 'taken', reply: verdict, refused };
  return isNegative(verdict) ? { end: 'refused', reply: verdict, refused } : undefined;
}
