// SPDX-License-Identifier: EUPL-1.2
import { readFile } from 'node:fs/promises';
import { Fault } from '../../platform/faults.ts';
import { type DemoWorld, findWorldMailbox, readDemoWorld } from '../demo-world.ts';

export interface Door {
  readonly host: string;
  readonly port: number;
}

/** The sender's mailbox: how it is entered, to send and to read. */
export interface Account {
  /** Holder, for the display name, where it is known. */
  readonly holder?: string;
  readonly username: string;
  readonly password: string;
  /** SMTP over implicit TLS. */
  readonly submission: Door;
  /** POP3 over implicit TLS. */
  readonly pop3s: Door;
  /** PEM; the machine's own authorities when it is left out. */
  readonly ca?: string;
  /** The demo the mailbox belongs to. */
  readonly world?: DemoWorld;
}

/** Where the sender's mailbox is, as the options say it. */
export interface AccountOptions {
  readonly world?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  /** Its first line is the password. */
  readonly passwordFile?: string;
  readonly ca?: string;
  readonly popHost?: string;
  readonly popPort?: number;
}

const SUBMISSIONS_PORT = 465;
const POP3S_PORT = 995;

/** The mailbox of a server that is named, else of the demo. @throws Fault that says what is missing */
export async function findAccount(sender: string, options: AccountOptions): Promise<Account> {
  if (options.host !== undefined) return await namedAccount(sender, { ...options, host: options.host });
  if (options.world === undefined) {
    const message = 'where to send is not known: name a server with --host, or a demo with --world';
    throw new Fault('account-unknown', message, { temporary: false });
  }
  const world = await readDemoWorld(options.world);
  const found = findWorldMailbox(world, sender);
  if (found === undefined) {
    throw new Fault('account-unknown', `${sender} is no mailbox of the demo in ${options.world}`, {
      temporary: false,
    });
  }
  const { provider, mailbox } = found;
  return {
    holder: mailbox.holder,
    username: mailbox.address,
    password: mailbox.password,
    submission: provider.submission,
    pop3s: provider.pop3s,
    ca: await readText(world.caFile),
    world,
  };
}

async function namedAccount(
  sender: string,
  { host, port, user, passwordFile, ca, popHost, popPort }: AccountOptions & { readonly host: string },
): Promise<Account> {
  if (passwordFile === undefined) {
    const message = 'the password is missing: put it into a file and name it with --password-file';
    throw new Fault('account-unknown', message, { temporary: false });
  }
  return {
    username: user ?? sender,
    password: (await readText(passwordFile)).split(/\r?\n/, 1)[0] ?? '',
    submission: { host, port: port ?? SUBMISSIONS_PORT },
    pop3s: { host: popHost ?? host, port: popPort ?? POP3S_PORT },
    ...(ca !== undefined && { ca: await readText(ca) }),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('file-unreadable', `${path} cannot be read: ${why}`, { temporary: false, cause });
  }
}
