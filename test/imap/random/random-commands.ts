// SPDX-License-Identifier: EUPL-1.2
import { FLAGS, FOLDERS, MESSAGES, WORDS } from './pool.ts';
import { pick, type Random } from './seeded.ts';

/**
 * What a command depends on. Each server has numbers of its own: `{v}` stands for the UIDVALIDITY of the folder,
 * `{m3}` for one of the HIGHESTMODSEQs it was selected with, `{n3}` for the next number.
 */
export interface SessionFacts {
  readonly state: 'authenticated' | 'selected';
  readonly exists: number;
  readonly qresync: boolean;
  readonly selected: string;
}

/** The next thing a session does. */
export function randomCommand(random: Random, facts: SessionFacts): string {
  const make = new CommandMaker(random, facts);
  if (facts.state === 'authenticated') return random(2) === 0 ? make.selecting() : make.ofFolders();
  const dice = random(100);
  if (dice < 12) return make.ofFolders();
  if (dice < 18) return make.selecting();
  if (dice < 20) return pick(random, ['CLOSE', 'UNSELECT']);
  return make.ofMessages();
}

class CommandMaker {
  readonly #random: Random;
  readonly #facts: SessionFacts;

  constructor(random: Random, facts: SessionFacts) {
    this.#random = random;
    this.#facts = facts;
  }

  selecting(): string {
    const name = pick(this.#random, ['SELECT', 'SELECT', 'EXAMINE']);
    const parameter =
      this.#facts.qresync && this.#random(2) === 0
        ? ` (QRESYNC ({v} {m${this.#random(20)}}${pick(this.#random, ['', ' 1:20'])}))`
        : pick(this.#random, ['', '', ' (CONDSTORE)']);
    return `${name} ${this.#folder()}${parameter}`;
  }

  ofFolders(): string {
    const random = this.#random;
    const other = pick(random, FOLDERS.slice(1));
    return pick(random, [
      () => `CREATE "${other}"`,
      () => `DELETE "${other}"`,
      () => `RENAME ${this.#folder()} "${other}"`,
      () => `SUBSCRIBE ${this.#folder()}`,
      () => `UNSUBSCRIBE ${this.#folder()}`,
      () => `LIST "" ${pick(random, ['*', '%', '"A/%"', '"A*"'])}`,
      () => 'LIST (SUBSCRIBED) "" * RETURN (CHILDREN)',
      () => 'LIST "" * RETURN (SUBSCRIBED STATUS (MESSAGES UNSEEN SIZE))',
      () => 'LSUB "" *',
      () => `STATUS ${this.#folder()} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE HIGHESTMODSEQ)`,
      () => this.#append(),
      () => this.#append(),
      () => this.#append(),
      () => `GETQUOTAROOT ${this.#folder()}`,
      () => 'NAMESPACE',
    ])();
  }

  ofMessages(): string {
    const random = this.#random;
    const uid = random(2) === 0 ? 'UID ' : '';
    const set = this.#set(uid !== '');
    return pick(random, [
      () => 'NOOP',
      () => this.#append(),
      () => this.#append(),
      () => `${uid}FETCH ${set} ${this.#items()}`,
      () => `${uid}FETCH ${set} ${this.#items()}`,
      () => `${uid}FETCH ${set} (FLAGS) (CHANGEDSINCE ${this.#modseq()})`,
      () =>
        `${uid}STORE ${set} ${this.#unchangedSince()}${pick(random, ['+', '-', ''])}FLAGS${this.#silent()} (${this.#flags()})`,
      () => `${uid}STORE ${set} ${pick(random, ['+', '-'])}FLAGS${this.#silent()} (\\Deleted)`,
      () => `${uid}SEARCH ${this.#return()}${this.#key(2)}`,
      () => `${uid}SORT (${pick(random, SORTS)}) UTF-8 ${this.#key(1)}`,
      () => `${uid}THREAD ${pick(random, ['REFERENCES', 'ORDEREDSUBJECT'])} UTF-8 ${this.#key(1)}`,
      () => `${uid}COPY ${set} ${this.#folder()}`,
      () => `${uid}MOVE ${set} ${this.#folder()}`,
      () => 'EXPUNGE',
      () => `UID EXPUNGE ${this.#set(true)}`,
      () => 'CHECK',
      () => 'IDLE',
    ])();
  }

  #folder(): string {
    return `"${pick(this.#random, [...FOLDERS, 'INBOX', 'INBOX', 'inbox'])}"`;
  }

  #append(): string {
    const random = this.#random;
    const flags = random(2) === 0 ? ` (${this.#flags()})` : '';
    const date = random(3) === 0 ? ` "${pick(random, [' 1', '15', '28'])}-Feb-2025 10:00:00 +0100"` : '';
    const message = () => {
      const text = pick(random, MESSAGES);
      return `${flags}${date} {${text.length}+}\r\n${text}`;
    };
    const more = random(6) === 0 ? message() : '';
    return `APPEND ${this.#folder()}${message()}${more}`;
  }

  #set(uid: boolean): string {
    const random = this.#random;
    const highest = uid ? this.#facts.exists + 10 : this.#facts.exists;
    const number = (): string => (highest === 0 || random(12) === 0 ? '*' : String(1 + random(highest)));
    if (random(15) === 0) return `1:${highest + 1 + random(3)}`;
    if (random(15) === 0) return '$';
    if (random(4) === 0) return `${number()}:${number()}`;
    return random(4) === 0 ? `${number()},${number()}` : number();
  }

  #flags(): string {
    const count = this.#random(4);
    return Array.from({ length: count }, () => pick(this.#random, FLAGS)).join(' ');
  }

  #silent(): string {
    return pick(this.#random, ['', '.SILENT']);
  }

  #modseq(): string {
    return `{m${this.#random(20)}}`;
  }

  #unchangedSince(): string {
    return this.#random(4) === 0 ? `(UNCHANGEDSINCE ${this.#modseq()}) ` : '';
  }

  #items(): string {
    return pick(this.#random, ITEMS);
  }

  #return(): string {
    return pick(this.#random, [
      '',
      '',
      '',
      'RETURN () ',
      'RETURN (MIN MAX COUNT) ',
      'RETURN (SAVE) ',
      'RETURN (ALL SAVE) ',
    ]);
  }

  #key(depth: number): string {
    const random = this.#random;
    const word = () =>
      `"${pick(
        random,
        WORDS.filter((one) => /^[\x20-\x7e]*$/.test(one)),
      )}"`;
    const keys = [
      () => 'ALL',
      () =>
        pick(random, [
          'SEEN',
          'UNSEEN',
          'DELETED',
          'FLAGGED',
          'KEYWORD lavoro',
          'UNKEYWORD $Forwarded',
          'DRAFT',
        ]),
      () => `TEXT ${word()}`,
      () => `BODY ${word()}`,
      () =>
        `${pick(random, ['SUBJECT', 'FROM', 'TO', 'CC', 'HEADER Message-ID'])} ${pick(random, [word(), '""', '"x"'])}`,
      () =>
        pick(random, [
          'LARGER 100',
          'SMALLER 100',
          'SINCE 20-Feb-2025',
          'BEFORE 1-Mar-2025',
          'ON 15-Feb-2025',
        ]),
      () =>
        pick(random, [
          'SENTSINCE 4-Feb-2025',
          'SENTON 3-Feb-2025',
          'SENTBEFORE 4-Feb-2025',
          'SAVEDSINCE 1-Mar-2025',
        ]),
      () => `UID ${this.#set(true)}`,
      () => `${1 + random(5)}:${1 + random(30)}`,
      () => `MODSEQ {n${this.#random(20)}}`,
      () => '$',
    ];
    if (depth > 0) {
      keys.push(
        () => `NOT ${this.#key(depth - 1)}`,
        () => `OR ${this.#key(depth - 1)} ${this.#key(depth - 1)}`,
        () => `(${this.#key(depth - 1)} ${this.#key(depth - 1)})`,
      );
    }
    return pick(random, keys)();
  }
}

const SORTS = ['ARRIVAL', 'DATE', 'REVERSE SIZE', 'SUBJECT FROM', 'TO', 'CC REVERSE ARRIVAL'];

const ITEMS = [
  'FLAGS',
  '(UID FLAGS)',
  'ALL',
  'FULL',
  '(ENVELOPE)',
  '(UID BODYSTRUCTURE)',
  'BODY',
  'BODY[]',
  'BODY.PEEK[]',
  '(BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)] RFC822.SIZE)',
  'BODY.PEEK[TEXT]<1.5>',
  'BODY.PEEK[1]',
  '(BINARY.PEEK[1] BINARY.SIZE[1])',
  'BODY[2.HEADER]',
  'RFC822.HEADER',
  '(INTERNALDATE EMAILID SAVEDATE)',
  '(MODSEQ)',
];
