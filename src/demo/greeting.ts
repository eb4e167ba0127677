// SPDX-License-Identifier: EUPL-1.2
import { PROVIDER_KEYS } from './ports.ts';
import { ORDINARY, SILENT_PROVIDER } from './roster.ts';
import type { World } from './world-file.ts';

export interface GreetingFacts {
  readonly world: World;
  /** The demo's folder and `world.json`, as the user would write them. */
  readonly folder: string;
  readonly worldFile: string;
  /** Whether commands would look for the demo elsewhere unless told. */
  readonly unusualFolder: boolean;
  /** How a command begins: `npm run -s ceralacca --`. */
  readonly program: string;
  /** Configurations of providers that have still to be started. */
  readonly missing: readonly string[];
  /** Whether anybody looks for viruses. */
  readonly antivirus: boolean;
}

/** Columns of labels, and of what stands beside them. */
const LABEL = 30;
const CELL = 28;
/** Columns that local parts may take beside their domain. */
const LIST = 66;

/** What the demo says when everything answers: Italian, and English beside it. */
export function greeting(facts: GreetingFacts): string {
  const sections = [title(facts), clientSettings(facts), mailboxes(facts), thingsToTry(facts), places(facts)];
  return `\n${sections.map((lines) => `${lines.join('\n')}\n`).join('\n')}\n`;
}

function title({ missing, program, antivirus }: GreetingFacts): string[] {
  return [
    'Ceralacca: il mondo di prova è pronto; Ctrl-C lo ferma e conserva tutto.',
    '           the demo world is ready;    Ctrl-C stops it and keeps everything.',
    ...(antivirus
      ? []
      : ['           Senza antivirus (--clamd ne usa uno) / without antivirus (--clamd uses one).']),
    ...missing.flatMap((config) => ['', `  ${program} serve --config ${config}`]),
  ];
}

function clientSettings({ world }: GreetingFacts): string[] {
  const { providers, caFile } = world;
  type Provider = (typeof providers)[number];
  const row = (label: string, cell: (provider: Provider) => string) => cells(label, ...providers.map(cell));
  const door = (endpoint: { readonly host: string; readonly port: number } | null) =>
    endpoint === null ? '-' : `${endpoint.host}:${endpoint.port}`;
  return [
    'NEL PROGRAMMA DI POSTA / IN A MAIL CLIENT',
    row('', ({ name }) => name),
    row('in uscita / outgoing', () => ''),
    row('  SMTP, SSL/TLS', ({ submission }) => door(submission)),
    row('  SMTP, STARTTLS', ({ submissionStarttls }) => door(submissionStarttls)),
    row('in arrivo / incoming', () => ''),
    ...(providers.every(({ imaps }) => imaps === null)
      ? []
      : [row('  IMAP, SSL/TLS', ({ imaps }) => door(imaps))]),
    row('  POP3, SSL/TLS', ({ pop3s }) => door(pop3s)),
    cells('utente / user name', "l'indirizzo della casella / the mailbox's address"),
    cells('password', providers[0]?.mailboxes[0]?.password ?? ''),
    cells('autorità / authority', `${caFile}  (da importare / to be imported)`),
  ];
}

/** One line a domain, with its local parts. */
function mailboxes({ world: { providers, ordinary } }: GreetingFacts): string[] {
  const certified = providers.flatMap((provider) => provider.mailboxes);
  const byDomain = Map.groupBy([...certified, ...ordinary.mailboxes], ({ address }) => domainOf(address));
  const lines = [...byDomain].flatMap(([domain, boxes]) => {
    const names = boxes.map(({ address }) => address.slice(0, -domain.length));
    return filled(
      domain === `@${ordinary.domain}` ? [...names, '(posta ordinaria / ordinary mail)'] : names,
    ).map((text, at) => cells(at === 0 ? domain : '', text));
  });
  return ['CASELLE / MAILBOXES', ...lines];
}

function thingsToTry({ world, folder, worldFile, unusualFolder, program }: GreetingFacts): string[] {
  const [alfa, beta] = world.providers;
  const from = alfa?.mailboxes[0]?.address ?? '';
  const to = beta?.mailboxes[1]?.address ?? '';
  const here = unusualFolder ? ` --world ${worldFile}` : '';
  const clockHere = unusualFolder ? ` --dir ${folder}` : '';
  const recipient = (address: string, italian: string, english: string) =>
    `      ${address.padEnd(28)}${italian.padEnd(38)}${english}`.trimEnd();
  return [
    'DA PROVARE, da un altro terminale / TO TRY, from another terminal',
    '  un messaggio certificato, con tutte le ricevute / a certified message, with every receipt',
    `    ${program} send --from ${from} \\`,
    `      --to ${to} --subject Prova --text Buongiorno${here}`,
    '    altri destinatari / other recipients',
    recipient(`piena@${beta?.domain}`, 'casella piena', 'a full mailbox'),
    recipient(`sospesa@${beta?.domain}`, 'casella sospesa', 'a suspended mailbox'),
    recipient(`nessuno@${beta?.domain}`, 'casella che non esiste', 'a mailbox that does not exist'),
    recipient('chiunque@altrove.test', 'dominio che non esiste', 'a domain that does not exist'),
    recipient(
      `ufficio@${SILENT_PROVIDER.domain}`,
      'gestore che non risponde mai',
      'a provider that never answers',
    ),
    recipient(`info@${ORDINARY.domain}`, 'posta ordinaria', 'ordinary mail'),
    recipient(ORDINARY.bouncing, 'posta ordinaria che torna indietro', 'ordinary mail that comes back'),
    '  tutto ciò che i registri sanno di un messaggio / all that the logs know of a message',
    `    ${program} trace IDENTIFICATIVO${here}`,
    '  chi ha firmato un messaggio, e se è integro / who signed a message, and whether it is intact',
    `    ${program} verify MESSAGGIO.eml${here}`,
    '  tredici ore dopo / thirteen hours later',
    `    ${program} demo clock +13h${clockHere}`,
    '  come stanno i gestori / how the providers are',
    `    ${program} status${here}`,
    '  orologi in errore: non si certifica più nulla / clocks that are wrong: nothing is certified any more',
    `    ${program} demo ntp +5s${clockHere}`,
  ];
}

function places({ folder, worldFile }: GreetingFacts): string[] {
  return [
    'DOVE / WHERE',
    cells(worldFile, 'tutto questo, per i programmi / all this, for programs'),
    ...PROVIDER_KEYS.map((key) =>
      cells(`${folder}/${key}/journal.jsonl`, 'diario del gestore / journal of the provider'),
    ),
    cells(`${folder}/ordinary`, 'posta ordinaria arrivata / ordinary mail that arrived'),
  ];
}

function cells(label: string, ...values: readonly string[]): string {
  return `  ${label.padEnd(LABEL - 1)} ${values.map((value) => value.padEnd(CELL)).join('')}`.trimEnd();
}

function filled(words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > LIST) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@'));
}
