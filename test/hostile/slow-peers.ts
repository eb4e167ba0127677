// SPDX-License-Identifier: EUPL-1.2
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';

export interface SlowPeersJob {
  readonly ports: readonly number[];
  readonly each: number;
}

/** The beginning of a TLS ClientHello, whose rest never comes. */
const HALF_HELLO = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]);
const DRIP_MS = 500;

/** Peers in a process of their own that connect, say an octet now and then, and never come to an end. */
export class SlowPeers implements AsyncDisposable {
  readonly count: number;
  readonly #child;

  private constructor(child: ReturnType<typeof fork>, count: number) {
    this.#child = child;
    this.count = count;
  }

  static async connect(job: SlowPeersJob): Promise<SlowPeers> {
    const child = fork(join(import.meta.dirname, 'slow-peers.ts'));
    child.send(job);
    const [count] = (await once(child, 'message')) as [number];
    return new SlowPeers(child, count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** Each hundred of them from another address of this machine. */
async function open(port: number, number: number): Promise<Socket | undefined> {
  const localAddress = `127.0.1.${1 + Math.floor(number / 100)}`;
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => undefined);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket.destroyed ? undefined : socket;
}

async function run(): Promise<void> {
  const [{ ports, each }] = (await once(process, 'message')) as [SlowPeersJob];
  const sockets: Socket[] = [];
  for (let number = 0; number < each; number++) {
    for (const port of ports) {
      const socket = await open(port, number);
      if (socket === undefined) continue;
      socket.resume();
      socket.write(HALF_HELLO.subarray(0, 1 + (number % HALF_HELLO.length)));
      sockets.push(socket);
    }
  }
  process.send?.(sockets.filter(({ destroyed }) => !destroyed).length);
  for (let turn = 0; ; turn++) {
    await new Promise((resolve) => setTimeout(resolve, DRIP_MS));
    const dripping = sockets[turn % sockets.length];
    if (dripping?.destroyed === false) dripping.write(Buffer.of(0));
  }
}

if (import.meta.main) await run();
