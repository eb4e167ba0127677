// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';

/** Names of the files of which there is one; docs/evidence-format.md. */
export const EVIDENCE_FILES = {
  readme: 'README.txt',
  report: 'report.pdf',
  index: 'index.xml',
  signedIndex: 'index.xml.p7m',
  indexStamp: 'index.xml.p7m.tsr',
  dtd: 'index.dtd',
  original: 'messages/original.eml',
} as const;

/** Beyond one of these a file is no evidence file. */
export const EVIDENCE_LIMITS = {
  entries: 10_000,
  /** Of the ZIP, and of what is in it. */
  wholeBytes: 2_000_000_000,
  indexBytes: 16 * 1024 * 1024,
  recordBytes: 1024 * 1024,
  certificateBytes: 64 * 1024,
  revocationBytes: 32 * 1024 * 1024,
  /** Each of a seal, a token, the signed index. */
  signedBytes: 32 * 1024 * 1024,
  messageBytes: 400 * 1024 * 1024,
} as const;

/** What a file is for: `file/@ruolo`. */
export const FILE_ROLES = [
  'leggimi',
  'relazione',
  'dtd',
  'originale',
  'messaggio',
  'certificato',
  'revoca',
  'registrazione',
  'sigillo',
  'marca',
] as const;
export type FileRole = (typeof FILE_ROLES)[number];

/** Kinds of message an evidence file may hold: `messaggio/@genere`. */
export const EVIDENCE_KINDS = [
  'acceptance',
  'non-acceptance',
  'non-acceptance-virus',
  'transport-envelope',
  'take-charge',
  'delivery-complete',
  'delivery-brief',
  'delivery-concise',
  'non-delivery',
  'virus-non-delivery',
  'timeout-12h',
  'timeout-24h',
  'virus-detection',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** How a recipient ended, best known first: `destinatario/@esito`. */
export const OUTCOMES = [
  'consegnato',
  'virus',
  'non-consegnato',
  'scaduto',
  'avvisato',
  'preso-in-carico',
  'inoltrato',
  'accettato',
  'non-accettato',
  'ignoto',
] as const;
export type EvidenceOutcome = (typeof OUTCOMES)[number];

/** Whose the view is: `vista/@di`. */
export const VIEWS = ['tutto', 'mittente', 'destinatario'] as const;
export type EvidenceView = (typeof VIEWS)[number];

/** `mancante/@cosa`. */
export const MISSING_THINGS = [
  'originale',
  'messaggio',
  'registrazioni',
  'sigillo',
  'marca',
  'certificato',
  'revoca',
] as const;
/** `mancante/@motivo`. */
export const MISSING_REASONS = [
  'altrove',
  'serve-originale',
  'non-conservato',
  'giorno-aperto',
  'senza-autorita',
  'danneggiato',
] as const;

export interface EvidenceRecipient {
  readonly address: string;
  /** Absent when no message tells. */
  readonly certified?: boolean;
  readonly outcome: EvidenceOutcome;
  /** Both absent when the outcome is `ignoto`. To the second. */
  readonly instant?: Instant;
  /** Name of the file that says so. */
  readonly source?: string;
}

export interface EvidenceEntry {
  readonly name: string;
  readonly role: FileRole;
  readonly sizeBytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

export interface EvidenceMessage {
  /** Name of its file. */
  readonly file: string;
  readonly kind: EvidenceKind;
  /** Message-ID, without angle brackets. */
  readonly messageId: string;
  /** Descriptive name of the provider that certifies it. */
  readonly provider: string;
  /** Address it is signed by. */
  readonly signer: string;
  /** Of its certification data, to the second. */
  readonly instant: Instant;
  /** SHA-256 of the signed entity, in hexadecimal. */
  readonly digest: string;
  /** Number of the record that names the digest. */
  readonly record?: number;
  /** Recipients it is about. */
  readonly about: readonly string[];
}

export interface EvidenceRecord {
  readonly sequence: number;
  /** In hexadecimal, as all hashes here. */
  readonly leaf: string;
  /** Number of the seal; absent while the day is open. */
  readonly seal?: number;
  /** Bottom first; empty without a seal, or where the tree has one record. */
  readonly inclusion: readonly string[];
}

export interface EvidenceSeal {
  readonly number: number;
  /** To the last seal of the file; empty for that one. */
  readonly consistency: readonly string[];
}

export interface EvidenceGap {
  readonly what: (typeof MISSING_THINGS)[number];
  readonly why: (typeof MISSING_REASONS)[number];
  /** Of a message, as the records name it. */
  readonly kind?: string;
  readonly recipient?: string;
  /** Number of a record. */
  readonly record?: number;
  /** The sentence for people, Italian. */
  readonly text: string;
}

/** What `index.xml` says; docs/evidence-format.md. */
export interface EvidenceIndex {
  /** Who made the file. */
  readonly provider: { readonly name: string; readonly serviceAddress: string };
  /** To the second, as all instants here. */
  readonly createdAt: Instant;
  /** `holder` is empty for the view `tutto`. */
  readonly view: { readonly of: EvidenceView; readonly holder: string };
  /** PEC identifier, without angle brackets. */
  readonly identifier: string;
  /** The client's Message-ID, with angle brackets. */
  readonly messageId?: string;
  readonly sender: string;
  readonly subject?: string;
  readonly recipients: readonly EvidenceRecipient[];
  /** In the order of the ZIP. */
  readonly files: readonly EvidenceEntry[];
  readonly messages: readonly EvidenceMessage[];
  readonly records: readonly EvidenceRecord[];
  readonly seals: readonly EvidenceSeal[];
  readonly missing: readonly EvidenceGap[];
}
