// SPDX-License-Identifier: EUPL-1.2
import { EVIDENCE_INDEX_DTD } from '../../../evidence/evidence-file/index-dtd.ts';
import {
  EVIDENCE_FILES,
  EVIDENCE_LIMITS,
  type EvidenceEntry,
  type EvidenceIndex,
  type FileRole,
} from '../../../evidence/evidence-file/index-model.ts';
import { readEvidenceIndex } from '../../../evidence/evidence-file/index-reader.ts';
import type { Octets } from '../../../wire/mime/octets.ts';
import { openZip, type ZipArchive, ZipEntryBroken } from '../../../wire/zip/zip-reader.ts';
import type { ClaimBook } from './claims.ts';
import { contradictionIn } from './index-consistency.ts';

/** An evidence file whose shape is right: what its index lists is there, and nothing else. */
export interface EvidencePackage {
  readonly archive: ZipArchive;
  readonly index: EvidenceIndex;
  /** `index.xml` to the octet. */
  readonly indexOctets: Buffer;
  readonly signedIndex: Buffer;
  readonly indexStamp?: Buffer;
}

const UNLISTED: ReadonlySet<string> = new Set([
  EVIDENCE_FILES.index,
  EVIDENCE_FILES.signedIndex,
  EVIDENCE_FILES.indexStamp,
]);

/** Claim `package`. Undefined when it is false; rejects only when the file cannot be read. */
export async function openPackage(octets: Octets, book: ClaimBook): Promise<EvidencePackage | undefined> {
  const limits = {
    archiveBytes: EVIDENCE_LIMITS.wholeBytes,
    unpackedBytes: EVIDENCE_LIMITS.wholeBytes,
    entries: EVIDENCE_LIMITS.entries,
  };
  const reading = await openZip(octets, limits);
  if (!reading.ok) {
    book.refute('package', 'archive-broken', { detail: `${reading.problem}: ${reading.detail}` });
    return undefined;
  }
  const reader = new PackageReader(reading.archive, book);
  try {
    return await reader.open();
  } catch (error) {
    if (!(error instanceof ZipEntryBroken)) throw error;
    book.refute('package', 'file-broken', { file: error.entry, detail: error.message });
    return undefined;
  }
}

class PackageReader {
  readonly #archive: ZipArchive;
  readonly #book: ClaimBook;

  constructor(archive: ZipArchive, book: ClaimBook) {
    this.#archive = archive;
    this.#book = book;
  }

  async open(): Promise<EvidencePackage | undefined> {
    const indexOctets = await this.#read(EVIDENCE_FILES.index, EVIDENCE_LIMITS.indexBytes);
    if (indexOctets === undefined) return undefined;
    const reading = readEvidenceIndex(indexOctets);
    if (!reading.ok) {
      const detail = reading.line === 0 ? reading.detail : `line ${reading.line}: ${reading.detail}`;
      this.#book.refute('package', 'index-form', { file: EVIDENCE_FILES.index, detail });
      return undefined;
    }
    const { index } = reading;
    if (!this.#matches(index) || !(await this.#hasItsDtd())) return undefined;
    const contradiction = contradictionIn(index);
    if (contradiction !== undefined) {
      this.#book.refute('package', 'index-contradictory', contradiction);
      return undefined;
    }
    const signedIndex = await this.#read(EVIDENCE_FILES.signedIndex, EVIDENCE_LIMITS.signedBytes);
    if (signedIndex === undefined) return undefined;
    const archive = this.#archive;
    if (archive.find(EVIDENCE_FILES.indexStamp) === undefined) {
      return { archive, index, indexOctets, signedIndex };
    }
    const indexStamp = await this.#read(EVIDENCE_FILES.indexStamp, EVIDENCE_LIMITS.signedBytes);
    return indexStamp === undefined ? undefined : { archive, index, indexOctets, signedIndex, indexStamp };
  }

  /** Whether every listed file is there, under a name that its role has, and no other. */
  #matches({ files }: EvidenceIndex): boolean {
    const listed = new Set<string>();
    for (const entry of files) {
      const { name, role, sizeBytes } = entry;
      const fails = (
        code: 'file-name' | 'file-missing' | 'file-too-large' | 'file-unlisted',
        detail: string,
      ) => {
        this.#book.refute('package', code, { file: name, detail });
        return false;
      };
      if (!NAMES[role].test(name)) return fails('file-name', `a file of role ${role} has another name`);
      if (listed.has(name)) return fails('file-name', 'it is listed twice');
      listed.add(name);
      if (sizeBytes > limitOf(entry)) return fails('file-too-large', `it has ${sizeBytes} octets`);
      const found = this.#archive.find(name);
      if (found === undefined) return fails('file-missing', 'it is listed and not there');
      if (found.sizeBytes > limitOf(entry))
        return fails('file-too-large', `it has ${found.sizeBytes} octets`);
    }
    const stranger = this.#archive.entries.find(({ name }) => !listed.has(name) && !UNLISTED.has(name));
    if (stranger === undefined) return true;
    this.#book.refute('package', 'file-unlisted', {
      file: stranger.name,
      detail: 'the index does not list it',
    });
    return false;
  }

  async #hasItsDtd(): Promise<boolean> {
    const dtd = await this.#read(EVIDENCE_FILES.dtd, 64 * 1024);
    if (dtd === undefined) return false;
    if (dtd.equals(Buffer.from(EVIDENCE_INDEX_DTD))) return true;
    const detail = 'it is not the document type of this format';
    this.#book.refute('package', 'dtd-differs', { file: EVIDENCE_FILES.dtd, detail });
    return false;
  }

  async #read(name: string, maxBytes: number): Promise<Buffer | undefined> {
    const entry = this.#archive.find(name);
    if (entry === undefined) {
      this.#book.refute('package', 'file-missing', { file: name, detail: 'every evidence file has it' });
      return undefined;
    }
    if (entry.sizeBytes > maxBytes) {
      this.#book.refute('package', 'file-too-large', {
        file: name,
        detail: `it has ${entry.sizeBytes} octets`,
      });
      return undefined;
    }
    return this.#archive.read(entry);
  }
}

const exactly = (name: string) => new RegExp(`^${name.replaceAll('.', '\\.')}$`);
const NUMBER = '[1-9]\\d{0,14}';

/** What files of each role are called. */
const NAMES: Readonly<Record<FileRole, RegExp>> = {
  leggimi: exactly(EVIDENCE_FILES.readme),
  relazione: exactly(EVIDENCE_FILES.report),
  dtd: exactly(EVIDENCE_FILES.dtd),
  originale: exactly(EVIDENCE_FILES.original),
  messaggio: new RegExp(
    `^messages/(?:acceptance|non-acceptance|(?:envelope|take-charge|delivery|non-delivery|notice)-${NUMBER})\\.eml$`,
  ),
  certificato: /^certificates\/[0-9a-f]{64}\.cer$/,
  revoca: /^revocation\/[0-9a-f]{64}\.(?:crl|ocsp)$/,
  registrazione: new RegExp(`^log/records/${NUMBER}\\.json$`),
  sigillo: new RegExp(`^log/seals/${NUMBER}\\.p7m$`),
  marca: new RegExp(`^log/seals/${NUMBER}\\.tsr$`),
};

function limitOf({ role }: Pick<EvidenceEntry, 'role'>): number {
  switch (role) {
    case 'originale':
    case 'messaggio':
      return EVIDENCE_LIMITS.messageBytes;
    case 'registrazione':
      return EVIDENCE_LIMITS.recordBytes;
    case 'certificato':
      return EVIDENCE_LIMITS.certificateBytes;
    case 'revoca':
      return EVIDENCE_LIMITS.revocationBytes;
    case 'sigillo':
    case 'marca':
    case 'leggimi':
    case 'dtd':
    case 'relazione':
      return EVIDENCE_LIMITS.signedBytes;
  }
}
