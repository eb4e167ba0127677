// SPDX-License-Identifier: EUPL-1.2
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** A maildir: one file a message, complete as soon as it is visible in `new`. */
export class Maildir {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the three folders of a maildir. */
  async prepare(): Promise<void> {
    for (const name of ['tmp', 'new', 'cur']) await mkdir(join(this.folder, name), { recursive: true });
  }

  /** Stores a message; durable and visible when the promise resolves. `name` must be unique. */
  async deliver(name: string, octets: AsyncIterable<Uint8Array>): Promise<void> {
    const beside = join(this.folder, 'tmp', name);
    const file = await open(beside, 'wx', 0o600);
    try {
      for await (const chunk of octets) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, join(this.folder, 'new', name));
  }
}
