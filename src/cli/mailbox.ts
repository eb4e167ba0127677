// SPDX-License-Identifier: EUPL-1.2
import type { MailboxTerms } from '../mailroom/provisioning/mailbox-decision.ts';
import type { CommandSurroundings } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import {
  giveOrder,
  type KnownPlace,
  type MailboxPlace,
  placeOf,
  type RefusedMailbox,
} from './mailbox/mailbox-place.ts';
import { printMailbox, printMailboxes } from './mailbox/mailbox-text.ts';
import { viewJson, viewMailbox, viewMailboxes } from './mailbox/mailbox-view.ts';
import { newPassword, type PasswordOptions } from './mailbox/new-password.ts';
import { printable } from './text-layout.ts';
import { type Deed, englishMailbox, italianMailbox, type Standing } from './wording/mailbox-words.ts';

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const MAILBOX_FORMAT = 'ceralacca-mailbox/1';

export interface MailboxListOptions extends MailboxPlace {
  readonly domain?: string;
  readonly state?: Standing;
}

/** What `add` and `set` may say, in the words of the options. */
export interface MailboxSettings {
  readonly holder?: string;
  readonly quota?: number;
  readonly filesReceipts?: boolean;
  readonly ordinary?: NonNullable<MailboxTerms['ordinaryMail']>;
}

type Ground = Pick<CommandSurroundings, 'stdout' | 'stderr'>;

export const wordsOf = ({ lang }: MailboxPlace) => (lang === 'en' ? englishMailbox : italianMailbox);

/** `ceralacca mailbox list`, while the provider runs or not. @throws Fault */
export async function listMailboxes(
  options: MailboxListOptions,
  { stdout, stderr }: Ground,
): Promise<ExitCode> {
  const place = placeOf(options, stderr);
  if (place === undefined) return EXIT.bad;
  const { domain, state } = options;
  const views = viewMailboxes(place.folder).filter(
    ({ mailbox: { address }, standing }) =>
      (domain === undefined || address.endsWith(`@${domain.toLowerCase()}`)) &&
      (state === undefined || standing === state),
  );
  const text =
    options.json === true
      ? JSON.stringify({ format: MAILBOX_FORMAT, mailboxes: views.map(viewJson) }, null, 2)
      : printMailboxes(views, wordsOf(options)).join('\n');
  stdout.write(`${text}\n`);
  return EXIT.good;
}

/** `ceralacca mailbox show ADDRESS`. Ends with 1 when there is none. @throws Fault */
export async function showMailbox(
  { address, options }: { readonly address: string; readonly options: MailboxPlace },
  { stdout, stderr }: Ground,
): Promise<ExitCode> {
  const place = placeOf(options, stderr);
  if (place === undefined) return EXIT.bad;
  const words = wordsOf(options);
  const found = viewMailbox(place.folder, address);
  if (found === undefined) {
    stderr.write(`${words.unknown(printable(address))}\n`);
    return EXIT.bad;
  }
  const folders = found.folders.map(({ name, specialUse, messages, unseen, sizeBytes }) => ({
    name,
    specialUse: specialUse ?? null,
    messages,
    unseen,
    sizeBytes,
  }));
  const text =
    options.json === true
      ? JSON.stringify({ format: MAILBOX_FORMAT, ...viewJson(found.view), folders }, null, 2)
      : printMailbox(found, words).join('\n');
  stdout.write(`${text}\n`);
  return EXIT.good;
}

/** `ceralacca mailbox add ADDRESS`: makes one, never over another. Ends with 1 when it cannot be made. @throws Fault */
export async function addMailbox(
  what: {
    readonly address: string;
    readonly settings: MailboxSettings;
    readonly options: MailboxPlace & PasswordOptions;
  },
  surroundings: Ground & Pick<CommandSurroundings, 'ids'>,
): Promise<ExitCode> {
  const { address, settings, options } = what;
  const place = placeOf(options, surroundings.stderr);
  if (place === undefined) return EXIT.bad;
  const { passwordHash, generated } = await newPassword(options, surroundings.ids);
  const mailbox = { address, ...termsOf(settings), ...(passwordHash !== undefined && { passwordHash }) };
  const refused = await giveOrder(place, { order: 'mailbox-add', mailboxes: [mailbox] });
  const code = tell({ deed: 'add', address, place, refused, generated, options }, surroundings);
  if (code === EXIT.good && passwordHash === undefined)
    surroundings.stderr.write(`${wordsOf(options).passwordMissing(printable(address))}\n`);
  return code;
}

/** `ceralacca mailbox set`, `disable`, `enable`: changes what is said and nothing else. @throws Fault */
export async function changeMailbox(
  what: {
    readonly deed: 'set' | 'disable' | 'enable';
    readonly address: string;
    readonly settings: MailboxSettings;
    readonly options: MailboxPlace;
  },
  surroundings: Ground,
): Promise<ExitCode> {
  const { deed, address, settings, options } = what;
  const place = placeOf(options, surroundings.stderr);
  if (place === undefined) return EXIT.bad;
  const status = { disable: 'disabled', enable: 'active', set: undefined }[deed];
  const terms = { ...termsOf(settings), ...(status !== undefined && { status }) };
  const refused = await giveOrder(place, { order: 'mailbox-change', address, terms });
  return tell({ deed, address, place, refused, options }, surroundings);
}

/** `ceralacca mailbox password ADDRESS`. Wrong usage where none is named. @throws Fault */
export async function changePassword(
  what: { readonly address: string; readonly options: MailboxPlace & PasswordOptions },
  surroundings: Ground & Pick<CommandSurroundings, 'ids'>,
): Promise<ExitCode> {
  const { address, options } = what;
  const place = placeOf(options, surroundings.stderr);
  if (place === undefined) return EXIT.bad;
  const { passwordHash, generated } = await newPassword(options, surroundings.ids);
  if (passwordHash === undefined) {
    surroundings.stderr.write('say --password-file FILE or --generate-password\n');
    return EXIT.usage;
  }
  const refused = await giveOrder(place, { order: 'mailbox-change', address, terms: { passwordHash } });
  return tell({ deed: 'password', address, place, refused, generated, options }, surroundings);
}

function termsOf({ holder, quota, filesReceipts, ordinary }: MailboxSettings): MailboxTerms {
  return {
    ...(holder !== undefined && { holder }),
    ...(quota !== undefined && { quotaBytes: quota }),
    ...(filesReceipts !== undefined && { filesReceipts }),
    ...(ordinary !== undefined && { ordinaryMail: ordinary }),
  };
}

interface Done {
  readonly deed: Deed;
  readonly address: string;
  readonly place: KnownPlace;
  readonly refused: readonly RefusedMailbox[];
  readonly generated?: string | undefined;
  readonly options: MailboxPlace;
}

function tell(
  { deed, address, place, refused, generated, options }: Done,
  { stdout, stderr }: Ground,
): ExitCode {
  const words = wordsOf(options);
  const [refusal] = refused;
  if (options.json === true) {
    const found = viewMailbox(place.folder, address);
    const outcome =
      refusal === undefined
        ? {
            done: true,
            ...(generated !== undefined && { password: generated }),
            ...(found !== undefined && viewJson(found.view)),
          }
        : { done: false, address, because: refusal.because };
    stdout.write(`${JSON.stringify({ format: MAILBOX_FORMAT, ...outcome }, null, 2)}\n`);
  } else if (refusal !== undefined) {
    stderr.write(`${printable(address)}: ${words.refusals[refusal.because]}.\n`);
  } else {
    stdout.write(`${words.done(deed, printable(address.toLowerCase()))}\n`);
    if (generated !== undefined) stdout.write(`${words.password(generated)}\n`);
  }
  return refusal === undefined ? EXIT.good : EXIT.bad;
}
