// SPDX-License-Identifier: EUPL-1.2
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { Demo, type DemoOptions } from '../../src/demo/demo.ts';
import { Fault } from '../../src/platform/faults.ts';
import { Pop3Client } from '../../src/wire/pop3/pop3-client.ts';

/** Below what the system gives to others, above what programs usually have. */
const FIRST_BASE = 15_000;
const LAST_BASE = 29_000;

/** A demo in a temporary folder, on ports that are free. */
export class RunningDemo implements AsyncDisposable {
  readonly folder: string;
  readonly demo: Demo;

  private constructor(folder: string, demo: Demo) {
    this.folder = folder;
    this.demo = demo;
  }

  static async start(options: Pick<DemoOptions, 'clamd'> = {}): Promise<RunningDemo> {
    const folder = mkdtempSync(join(tmpdir(), 'ceralacca-demo-'));
    for (let attempt = 1; ; attempt++) {
      const portBase = FIRST_BASE + Math.floor(Math.random() * (LAST_BASE - FIRST_BASE));
      try {
        return new RunningDemo(folder, await Demo.start({ folder, portBase, ...options }));
      } catch (error) {
        const taken = error instanceof Fault && error.code === 'port-unavailable';
        if (!taken || attempt === 10) throw error;
      }
    }
  }

  get worldFile(): string {
    return join(this.folder, 'world.json');
  }

  /** What lies in a mailbox, fetched as its holder would. */
  async messagesOf(address: string): Promise<Buffer[]> {
    const { world } = this.demo;
    const owner = world.providers.find(({ mailboxes }) => mailboxes.some((one) => one.address === address));
    const mailbox = owner?.mailboxes.find((one) => one.address === address);
    if (owner === undefined || mailbox === undefined) throw new Error(`no mailbox ${address}`);
    const socket = connect({ ...owner.pop3s, rejectUnauthorized: false });
    try {
      const maildrop = await Pop3Client.open(socket, { username: address, password: mailbox.password });
      const messages: Buffer[] = [];
      for (const listed of await maildrop.list()) messages.push(await maildrop.retrieve(listed));
      await maildrop.quit();
      return messages;
    } finally {
      socket.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.demo[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
