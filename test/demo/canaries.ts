// SPDX-License-Identifier: EUPL-1.2
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

const HOST = '127.0.0.1';

/** Says some lines, each after an answer to the one before, and hears what comes until the other side is done. */
export async function say(
  where: { readonly port: number; readonly tls: boolean },
  lines: readonly (string | Buffer)[],
): Promise<string> {
  const socket = where.tls
    ? connectTls({ host: HOST, port: where.port, rejectUnauthorized: false })
    : connectPlain({ host: HOST, port: where.port });
  let heard = '';
  socket.on('error', () => undefined);
  socket.setEncoding('latin1');
  const answers = listen(socket, (text) => {
    heard += text;
  });
  try {
    await answers.next();
    for (const line of lines) {
      socket.write(typeof line === 'string' ? `${line}\r\n` : line);
      if ((await answers.next()) === 'closed') break;
    }
  } finally {
    socket.destroy();
  }
  return heard;
}

/** How long nobody may say anything before it counts as his answer. */
const QUIET_MS = 3000;

/** Each answer as it comes, or the silence in its place. */
function listen(socket: Socket | TLSSocket, hear: (text: string) => void) {
  let waiting: ((state: 'said' | 'closed') => void) | undefined;
  let unread = false;
  let closed = false;
  socket.on('data', (text: string) => {
    hear(text);
    // Of an answer in several pieces the end of a line is the last.
    unread = text.endsWith('\n') || text.endsWith('+ ');
    if (unread) waiting?.('said');
  });
  socket.on('close', () => {
    closed = true;
    waiting?.('closed');
  });
  return {
    async next(): Promise<'said' | 'closed'> {
      if (!unread && !closed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, QUIET_MS);
          waiting = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        waiting = undefined;
      }
      unread = false;
      return closed ? 'closed' : 'said';
    },
  };
}

/** A text as it is and as it could stand inside of something: base64 at each of its three places, hex, in any case. */
export function guises(text: string): string[] {
  const octets = Buffer.from(text);
  const encoded = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), octets]).toString('base64');
    // The first and the last digits also hold what stands beside.
    return whole.slice(before === 0 ? 0 : before + 1, Math.floor(((octets.length + before) * 8) / 6));
  });
  return [text, ...encoded, octets.toString('hex')];
}

/** Which of the canaries a text holds, in whatever guise. */
export function canariesIn(text: string, canaries: Readonly<Record<string, string>>): string[] {
  const lower = text.toLowerCase();
  return Object.entries(canaries).flatMap(([name, canary]) =>
    guises(canary).some((guise) => lower.includes(guise.toLowerCase())) ? [name] : [],
  );
}
