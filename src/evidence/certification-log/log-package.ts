// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { escapeXml } from '../certification-data/writer.ts';
import { recordLeaf } from './log-tree.ts';
import type { Seal } from './seal.ts';
import type { SealedLogReader } from './sealed-log-store.ts';
import type { TreeFrontier } from './tree-frontier.ts';

/** Names of the files of a package; LOG-11. */
export const PACKAGE_FILES = {
  records: 'records.jsonl',
  seal: 'seal.p7m',
  stamp: 'seal.tsr',
  dtd: 'index.dtd',
  index: 'index.xml',
  signedIndex: 'index.xml.p7m',
  indexStamp: 'index.xml.p7m.tsr',
} as const;

/** Changes when an element changes its meaning or goes. */
export const LOG_PACKAGE_FORMAT = 'ceralacca-pacchetto-registro/1';

/** The document type of `index.xml`. */
export const LOG_PACKAGE_DTD = `<!ELEMENT pacchetto (gestore, giorno, creato, sigillo, registrazioni, albero, file+)>
<!ATTLIST pacchetto formato CDATA #REQUIRED>
<!ELEMENT gestore (#PCDATA)>
<!ELEMENT giorno (#PCDATA)>
<!ELEMENT creato (#PCDATA)>
<!ELEMENT sigillo (chiuso, precedente?, radice)>
<!ATTLIST sigillo numero CDATA #REQUIRED
                  totale CDATA #REQUIRED>
<!ELEMENT chiuso (#PCDATA)>
<!ELEMENT precedente (#PCDATA)>
<!ELEMENT radice (#PCDATA)>
<!ELEMENT registrazioni EMPTY>
<!ATTLIST registrazioni prima CDATA #IMPLIED
                        ultima CDATA #IMPLIED
                        numero CDATA #REQUIRED>
<!ELEMENT albero (impronta*)>
<!ELEMENT impronta (#PCDATA)>
<!ATTLIST impronta livello CDATA #REQUIRED>
<!ELEMENT file EMPTY>
<!ATTLIST file nome CDATA #REQUIRED
               ottetti CDATA #REQUIRED
               sha256 CDATA #REQUIRED>
`;

/** One file of a package. */
export interface PackagedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What the index of a package says; LOG-11. */
export interface PackageIndex {
  readonly seal: Seal;
  /** The tree before the day: with it and the records of the day anybody comes to the sealed root. */
  readonly before: TreeFrontier['subtrees'];
  readonly createdAt: Instant;
  readonly files: readonly PackagedFile[];
}

/**
 * The records of a sealed day, one a line: `{"sequence":7,"record":...}` with the text of the record as it is kept. Each
 * is added to the frontier, which is that of the tree before the day; its root is the sealed one afterwards, or something
 * was changed. Throws the Fault `log-incomplete` when a record is missing.
 */
export function* packageLines(
  log: Pick<SealedLogReader, 'listRecordTexts'>,
  { seal, frontier }: { readonly seal: Pick<Seal, 'first' | 'size'>; readonly frontier: TreeFrontier },
): Generator<string> {
  for (let next = seal.first; next <= seal.size; ) {
    const some = log.listRecordTexts(next, Math.min(AT_ONCE, seal.size - next + 1));
    for (const record of some) {
      if (record.sequence !== next) break;
      frontier.add(recordLeaf(record));
      next++;
      yield `{"sequence":${record.sequence},"record":${record.text}}\n`;
    }
    if (next <= seal.size && some.at(-1)?.sequence !== next - 1)
      throw new Fault('log-incomplete', `record ${next} is missing`, { temporary: false });
  }
}

const AT_ONCE = 1000;

/** What the index says of a file. */
export function packagedFile(name: string, octets: Uint8Array): PackagedFile {
  return { name, sizeBytes: octets.length, sha256: hash('sha256', octets, 'hex') };
}

/** The `index.xml` that says this: UTF-8, LF, valid against the DTD beside it. */
export function writePackageIndex({ seal, before, createdAt, files }: PackageIndex): Buffer {
  const count = seal.size - seal.first + 1;
  const bounds = count === 0 ? '' : ` prima="${seal.first}" ultima="${seal.size}"`;
  const previous = seal.previous?.toString('hex');
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<!DOCTYPE pacchetto SYSTEM "${PACKAGE_FILES.dtd}">`,
    `<pacchetto formato="${LOG_PACKAGE_FORMAT}">`,
    `  <gestore>${escapeXml(seal.provider)}</gestore>`,
    `  <giorno>${seal.day}</giorno>`,
    `  <creato>${written(createdAt)}</creato>`,
    `  <sigillo numero="${seal.number}" totale="${seal.size}">`,
    `    <chiuso>${written(seal.closedAt)}</chiuso>`,
    ...(previous === undefined ? [] : [`    <precedente>${previous}</precedente>`]),
    `    <radice>${seal.root.toString('hex')}</radice>`,
    '  </sigillo>',
    `  <registrazioni${bounds} numero="${count}"/>`,
    '  <albero>',
    ...before.map(
      ({ level, hash: octets }) => `    <impronta livello="${level}">${octets.toString('hex')}</impronta>`,
    ),
    '  </albero>',
    ...files.map(
      ({ name, sizeBytes, sha256 }) =>
        `  <file nome="${escapeXml(name)}" ottetti="${sizeBytes}" sha256="${sha256}"/>`,
    ),
    '</pacchetto>',
  ];
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** To the second, UTC. */
function written(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
