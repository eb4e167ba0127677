// SPDX-License-Identifier: EUPL-1.2

import type { EvidenceClaim } from '../../evidence/evidence-file/evidence-claims.ts';
import type { EvidenceOutcome } from '../../evidence/evidence-file/index-model.ts';
import type { FalseCode, OpenCode } from '../verify/evidence/claims.ts';
import type { ClaimResult, EndedCertificate, EvidenceVerdict } from '../verify/evidence/evidence-report.ts';

/** Every sentence that `verify` says of an evidence file, in one language. */
export interface EvidenceWords {
  readonly headlines: Readonly<Record<EvidenceVerdict, string>>;
  /** Under the headline. */
  readonly meaning: Readonly<Record<EvidenceVerdict, string>>;
  readonly claims: Readonly<Record<EvidenceClaim, string>>;
  readonly marks: Readonly<Record<ClaimResult['result'], string>>;
  readonly reasons: Readonly<Record<FalseCode | OpenCode, string>>;
  readonly outcomes: Readonly<Record<EvidenceOutcome, string>>;
  readonly sections: Readonly<Record<'wrong' | 'claims' | 'open' | 'says' | 'proved' | 'notes', string>>;
  readonly labels: Readonly<
    Record<
      'provider' | 'made' | 'stamped' | 'identifier' | 'messageId' | 'sender' | 'subject' | 'recipients',
      string
    >
  >;
  readonly provedBy: Readonly<Record<'seal' | 'index' | 'nothing', string>>;
  ended(certificate: EndedCertificate, when: string): string;
  weak(file: string): string;
}

export const italianEvidence: EvidenceWords = {
  headlines: {
    good: 'FASCICOLO PROVATO',
    bad: 'FASCICOLO NON VALIDO',
    incomplete: 'FASCICOLO NON FALSO, MA NON TUTTO È PROVATO',
  },
  meaning: {
    good: 'Ogni affermazione del fascicolo è provata.',
    bad: 'Almeno una affermazione del fascicolo è falsa: quel che il fascicolo dice non è provato.',
    incomplete: 'Nessuna affermazione è falsa; quel che manca alla prova è elencato sotto.',
  },
  claims: {
    package: 'contiene i file del suo indice e nessun altro',
    digests: "ogni file ha l'impronta scritta nell'indice",
    manifest: "l'indice è firmato dal gestore che ha fatto il fascicolo",
    'manifest-stamp': "una marca temporale dice da quando l'indice firmato esiste",
    'message-signature': 'ogni messaggio è firmato, intatto, con un certificato allora in vigore',
    revocation: 'i certificati non erano revocati',
    'message-kind': "ogni messaggio è quel che l'indice dice, e parla di questo messaggio",
    original: "l'originale è quello contenuto nelle buste e nelle ricevute",
    records: "le registrazioni del gestore dicono quel che dice l'indice",
    inclusion: 'ogni registrazione è nel registro chiuso dal suo sigillo',
    seals: "i sigilli sono firmati, marcati e coerenti con l'ultimo",
    timeline: 'gli istanti non si contraddicono',
    outcomes: "l'esito di ogni destinatario segue dai messaggi e dalle registrazioni",
    report: 'la relazione leggibile è quella di questo indice',
  },
  marks: { holds: 'sì', false: 'NO', 'not-proved': '??', 'not-reached': '--' },
  reasons: {
    'archive-broken': "l'archivio ZIP è guasto o non è fatto come deve",
    'file-missing': 'il file manca',
    'file-unlisted': "il file non è nell'indice",
    'file-name': 'il file non si chiama come deve, o è elencato due volte',
    'file-too-large': 'il file è troppo grande',
    'file-broken': "il file è guasto nell'archivio",
    'index-form': "l'indice non ha la forma prescritta",
    'index-contradictory': "l'indice si contraddice",
    'dtd-differs': 'il tipo di documento non è quello di questo formato',
    'digest-differs': "l'impronta è un'altra",
    'signature-broken': 'la firma non è valida',
    'signer-differs': 'il firmatario è un altro',
    'index-differs': 'è firmato un altro indice',
    'stamp-broken': 'la marca temporale non è valida',
    'not-in-force': 'il certificato non era in vigore',
    'signer-not-in-index': "il firmatario non è nell'indice dei gestori, o non gestisce quel dominio",
    revoked: 'un certificato era revocato',
    'kind-differs': 'il messaggio è di un altro genere',
    'other-message': "il messaggio parla d'altro",
    'original-differs': "l'originale è un altro",
    'brief-differs': 'la ricevuta breve contiene altro che testo e impronte di questo originale',
    'record-unreadable': 'la registrazione non si può leggere',
    'record-differs': 'la registrazione dice altro',
    'record-link': "la registrazione che nomina il messaggio è un'altra",
    'leaf-differs': 'la foglia non è quella del testo della registrazione',
    'not-included': 'la registrazione non è nel registro chiuso dal sigillo',
    'seal-broken': 'il sigillo non è valido',
    'seals-inconsistent': 'il sigillo è di un altro registro',
    order: 'gli istanti si contraddicono',
    'recipients-differ': 'i destinatari sono altri',
    'outcome-differs': "l'esito è un altro",
    'report-differs': 'la relazione è di un altro indice',
    'stamp-missing': 'non c’è la marca temporale',
    'time-not-proved': 'nessuna marca temporale dice quando esisteva',
    'ended-before-proof':
      'il certificato era scaduto quando il messaggio fu marcato: prima ne attesta il solo firmatario',
    'revoked-before-proof': 'un certificato fu revocato prima che il messaggio fosse marcato',
    'no-revocation-data': "nessuna lista di revoca del fascicolo parla del certificato a quell'istante",
    'original-missing': "l'originale non c'è: non si può confrontare",
    'not-compared': 'la ricevuta breve è fatta diversamente: si sono confrontati campi, testi e impronte',
    'not-in-log': 'nessuna registrazione nomina il messaggio: lo prova la sua sola firma',
    unsealed: 'il giorno della registrazione non era ancora chiuso',
    'said-missing': 'il fascicolo stesso dice che manca',
  },
  outcomes: {
    consegnato: 'consegnato',
    virus: 'fermato per virus',
    'non-consegnato': 'non consegnato',
    scaduto: 'nessuna ricevuta entro 24 ore',
    avvisato: 'nessuna ricevuta entro 12 ore',
    'preso-in-carico': 'preso in carico',
    inoltrato: 'inoltrato',
    accettato: 'accettato',
    'non-accettato': 'non accettato',
    ignoto: 'non si sa',
  },
  sections: {
    wrong: 'La prima cosa sbagliata',
    claims: 'Che cosa afferma il fascicolo',
    open: 'Non provato',
    says: 'Che cosa prova',
    proved: 'Da quando i messaggi esistono, con certezza',
    notes: 'Da sapere',
  },
  labels: {
    provider: 'gestore',
    made: 'fatto il',
    stamped: 'marcato il',
    identifier: 'identificativo',
    messageId: 'Message-ID del mittente',
    sender: 'mittente',
    subject: 'oggetto',
    recipients: 'destinatari',
  },
  provedBy: {
    seal: 'sigillo del registro marcato',
    index: 'marca temporale del fascicolo',
    nothing: 'nessuna marca temporale: lo dice il solo firmatario',
  },
  ended: ({ name, of }, when) =>
    of === 'signer'
      ? `Il certificato di ${name} è scaduto il ${when}: che era in vigore lo provano le marche temporali.`
      : `Il certificato dell'autorità di marcatura ${name} è scaduto il ${when}: le sue marche valgono per la firma fatta quando era in vigore.`,
  weak: (file) => `${file} è firmato con SHA-1, un algoritmo oggi troppo debole.`,
};

export const englishEvidence: EvidenceWords = {
  headlines: {
    good: 'EVIDENCE FILE PROVED',
    bad: 'EVIDENCE FILE NOT VALID',
    incomplete: 'EVIDENCE FILE NOT FALSE, BUT NOT ALL OF IT IS PROVED',
  },
  meaning: {
    good: 'Every claim of the file is proved.',
    bad: 'At least one claim of the file is false: what the file says is not proved.',
    incomplete: 'No claim is false; what is not proved is listed below.',
  },
  claims: {
    package: 'it holds the files of its index and no others',
    digests: 'every file has the digest in the index',
    manifest: 'the index is signed by the provider that made the file',
    'manifest-stamp': 'a time stamp says since when the signed index exists',
    'message-signature': 'every message is signed, unaltered, by a certificate in force then',
    revocation: 'the certificates were not revoked',
    'message-kind': 'every message is what the index says, and speaks of this message',
    original: 'the original is the one inside envelopes and receipts',
    records: 'the records of the provider say what the index says',
    inclusion: 'every record is in the log that its seal closed',
    seals: 'the seals are signed, stamped and consistent with the last',
    timeline: 'the instants do not contradict one another',
    outcomes: 'the outcome of each recipient follows from messages and records',
    report: 'the readable report is that of this index',
  },
  marks: { holds: 'yes', false: 'NO', 'not-proved': '??', 'not-reached': '--' },
  reasons: {
    'archive-broken': 'the ZIP archive is broken, or not made as it must be',
    'file-missing': 'the file is missing',
    'file-unlisted': 'the file is not in the index',
    'file-name': 'the file has a wrong name, or is listed twice',
    'file-too-large': 'the file is too large',
    'file-broken': 'the file is broken in the archive',
    'index-form': 'the index has not the form it must have',
    'index-contradictory': 'the index contradicts itself',
    'dtd-differs': 'the document type is not that of this format',
    'digest-differs': 'the digest is another',
    'signature-broken': 'the signature does not hold',
    'signer-differs': 'the signer is somebody else',
    'index-differs': 'another index is signed',
    'stamp-broken': 'the time stamp does not hold',
    'not-in-force': 'the certificate was not in force',
    'signer-not-in-index': 'the signer is not in the index of providers, or does not manage that domain',
    revoked: 'a certificate was revoked',
    'kind-differs': 'the message is of another kind',
    'other-message': 'the message speaks of something else',
    'original-differs': 'the original is another',
    'brief-differs': 'the brief receipt holds other than the texts and hashes of this original',
    'record-unreadable': 'the record cannot be read',
    'record-differs': 'the record says something else',
    'record-link': 'the record that names the message is another',
    'leaf-differs': "the leaf is not that of the record's text",
    'not-included': 'the record is not in the log that the seal closed',
    'seal-broken': 'the seal does not hold',
    'seals-inconsistent': 'the seal is of another log',
    order: 'the instants contradict one another',
    'recipients-differ': 'the recipients are others',
    'outcome-differs': 'the outcome is another',
    'report-differs': 'the report is of another index',
    'stamp-missing': 'there is no time stamp',
    'time-not-proved': 'no time stamp says when it existed',
    'ended-before-proof':
      'the certificate had ended when the message was stamped: before that only its signer vouches for it',
    'revoked-before-proof': 'a certificate was revoked before the message was stamped',
    'no-revocation-data': 'no revocation list of the file speaks of the certificate at that instant',
    'original-missing': 'the original is not there: it cannot be compared',
    'not-compared': 'the brief receipt is made otherwise: fields, texts and hashes were compared',
    'not-in-log': 'no record names the message: its own signature alone proves it',
    unsealed: 'the day of the record was not closed yet',
    'said-missing': 'the file itself says that it is missing',
  },
  outcomes: {
    consegnato: 'delivered',
    virus: 'stopped for a virus',
    'non-consegnato': 'not delivered',
    scaduto: 'no receipt within 24 hours',
    avvisato: 'no receipt within 12 hours',
    'preso-in-carico': 'taken in charge',
    inoltrato: 'relayed',
    accettato: 'accepted',
    'non-accettato': 'not accepted',
    ignoto: 'not known',
  },
  sections: {
    wrong: 'The first thing that is wrong',
    claims: 'What the file claims',
    open: 'Not proved',
    says: 'What it proves',
    proved: 'Since when the messages exist for certain',
    notes: 'To be known',
  },
  labels: {
    provider: 'provider',
    made: 'made',
    stamped: 'stamped',
    identifier: 'identifier',
    messageId: "the sender's Message-ID",
    sender: 'sender',
    subject: 'subject',
    recipients: 'recipients',
  },
  provedBy: {
    seal: 'stamped seal of the log',
    index: 'time stamp of the file',
    nothing: 'no time stamp: only its signer says so',
  },
  ended: ({ name, of }, when) =>
    of === 'signer'
      ? `The certificate of ${name} ended on ${when}: that it was in force is proved by the time stamps.`
      : `The certificate of the time-stamp authority ${name} ended on ${when}: its stamps count as made while it was in force.`,
  weak: (file) => `${file} is signed with SHA-1, an algorithm that is too weak today.`,
};
