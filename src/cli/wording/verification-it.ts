// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import type { MessageKind } from '../../evidence/draft.ts';
import type { VerificationWords } from './verification-words.ts';

export const italianVerification: VerificationWords = {
  headlines: {
    good: 'VALIDO',
    bad: 'NON VALIDO',
    undecided: 'NON SI PUÒ DIRE',
    'not-certified': 'NON È UN MESSAGGIO DI POSTA CERTIFICATA',
  },
  kinds: {
    acceptance: 'ricevuta di accettazione',
    'non-acceptance': 'avviso di non accettazione',
    'non-acceptance-virus': 'avviso di non accettazione per virus',
    'transport-envelope': 'messaggio di posta certificata (busta di trasporto)',
    'timeout-12h': 'avviso di mancata consegna dopo 12 ore',
    'timeout-24h': 'avviso di mancata consegna dopo 24 ore',
    'take-charge': 'ricevuta di presa in carico (tra gestori)',
    'anomaly-envelope': 'busta di anomalia',
    'virus-detection': 'avviso di rilevazione virus (tra gestori)',
    'virus-non-delivery': 'avviso di mancata consegna per virus',
    'delivery-complete': 'ricevuta completa di avvenuta consegna',
    'delivery-brief': 'ricevuta breve di avvenuta consegna',
    'delivery-concise': 'ricevuta sintetica di avvenuta consegna',
    'non-delivery': 'avviso di mancata consegna',
  },
  unknownKind: 'messaggio che si dice di posta certificata',
  proves: (kind, facts, when) => {
    const happened = EVENTS[kind](facts);
    return `Il gestore ${facts.provider} certifica che il ${when.date} alle ${when.time} (${when.zone}) ${happened}.`;
  },
  provesNothing:
    "Il gestore che ha firmato ha ricevuto il messaggio allegato e lo ha consegnato così com'era: " +
    'non ne certifica né il mittente, né la data, né il contenuto.',
  unproven: 'Quel che segue è scritto nel messaggio, ma non è provato.',
  looksLike: {
    'signed-mail':
      'È un messaggio firmato da qualcuno, ma non è stato emesso da un gestore di posta certificata.',
    'enclosed-original':
      'Sembra il messaggio originale estratto da una busta o da una ricevuta (postacert.eml): da solo non prova nulla. ' +
      'Verifichi il messaggio che lo conteneva, salvato per intero.',
    'ordinary-mail': "È un messaggio di posta ordinaria: nessun gestore ne certifica l'invio o la consegna.",
    'no-mail':
      'Il file non sembra un messaggio di posta. Lo salvi di nuovo dal programma di posta, in formato .eml.',
  },
  checks: {
    signature: 'porta la firma di un gestore',
    content: 'è intatto: nulla è cambiato dopo la firma',
    certificate: "il certificato del firmatario è rilasciato da un'autorità fidata ed era in vigore",
    revocation: 'il certificato non è stato revocato',
    index: "il firmatario è nell'indice dei gestori di posta certificata",
    sender: "l'indirizzo del mittente è quello del firmatario",
    form: 'ha la forma che la legge prescrive',
  },
  marks: { passed: 'sì', failed: 'NO', 'not-checked': '--' },
  reasons: {
    'not-asked': 'non controllato',
    'not-reached': 'non controllato, per quanto sopra',
    'authority-unknown': 'non controllato: non so di quale autorità fidarmi',
    'no-signature': "non c'è alcuna firma",
    'wrong-structure': 'la firma non è dove dovrebbe essere',
    'signature-too-large': 'la firma è troppo grande',
    'bad-cms': 'la firma non si può leggere',
    'no-signer': 'la firma è vuota',
    'several-signers': "le firme sono più d'una",
    'signer-certificate-missing': 'manca il certificato del firmatario',
    'bad-certificate': 'il certificato del firmatario non si può leggere',
    'unsupported-algorithm': 'la firma usa un algoritmo sconosciuto',
    'digest-mismatch': 'il contenuto è stato modificato dopo la firma',
    'signature-invalid': 'la firma non è stata fatta con la chiave del certificato',
    'signing-not-permitted': 'il certificato non è fatto per firmare messaggi',
    'chain-broken': "il certificato non è rilasciato da un'autorità fidata",
    'unknown-critical-extension': 'il certificato pone condizioni che non si conoscono',
    'name-not-permitted': 'il certificato è per un nome che la sua autorità non può certificare',
    'weak-digest': 'la firma usa un algoritmo troppo debole (MD5)',
    'weak-key': 'la chiave del certificato è troppo corta',
    'not-yet-valid': 'il certificato non era ancora in vigore',
    expired: 'il certificato era scaduto',
    revoked: 'il certificato è stato revocato',
    'crl-unavailable': 'non controllato: nessuna delle liste di revoca indicate ne parla',
    'certificate-not-in-index': "nessun gestore dell'indice ha questo certificato",
    'certificate-differs-from-index': "il certificato non è quello dell'indice",
    'from-unreadable': 'il mittente (campo From) non si può leggere',
    'sender-not-in-certificate': 'il mittente (campo From) non è un indirizzo del certificato',
    'domain-not-managed': 'il dominio del mittente non è tra quelli del gestore',
    'contradictory-headers': 'dice di sé due cose diverse',
    'unknown-receipt': 'è di un tipo che la legge non conosce',
    'message-id-missing': "manca l'identificativo",
    'certification-data-missing': 'mancano i dati di certificazione (daticert.xml)',
    'certification-data-repeated': 'i dati di certificazione (daticert.xml) sono presenti più volte',
    'certification-data-unreadable': 'i dati di certificazione (daticert.xml) non si possono leggere',
    'kind-mismatch': 'il tipo dichiarato non è quello dei dati di certificazione',
    'original-missing': 'manca il messaggio originale (postacert.eml)',
    'anomaly-parts': 'una busta di anomalia è fatta di un testo e del messaggio originale, di niente altro',
    'original-repeated': 'il messaggio originale (postacert.eml) è presente più volte',
    'identifier-mismatch': "l'identificativo non è quello dei dati di certificazione",
    'delivery-recipient-missing': 'manca il destinatario della consegna',
    'taken-in-charge-missing': 'mancano i destinatari presi in carico',
  },
  warnings: {
    'sha1-signature':
      'Attenzione: la firma usa SHA-1, oggi debole. Prova che il messaggio non è stato cambiato da chi lo ha avuto dopo; ' +
      'non che il firmatario non abbia preparato due messaggi con la stessa firma.',
    'sha1-certificate':
      "Attenzione: un certificato della catena fu firmato con SHA-1, oggi debole: ci si fidi solo se il messaggio è d'epoca.",
    'short-key':
      "Attenzione: la chiave del firmatario ha meno di 2048 bit, oggi poco: ci si fidi solo se il messaggio è d'epoca.",
    'sha1-hashes':
      'Attenzione: degli allegati la ricevuta breve porta solo le impronte SHA-1, come vuole la norma. Bastano contro chi ' +
      "cambia un file dopo l'invio, non contro chi prima dell'invio abbia preparato due file con la stessa impronta.",
  },
  restorations: {
    'line-ends':
      'Il file aveva i fine riga di Unix: per controllare la firma sono stati riportati a quelli della posta.',
    'mbox-line': 'La riga iniziale di archivio (mbox) non è stata considerata.',
    'byte-order-mark': 'I tre byte iniziali aggiunti al file (BOM) non sono stati considerati.',
  },
  sections: {
    certified: 'Che cosa certifica',
    checks: 'Controlli',
    signer: 'Chi ha firmato',
    original: 'Messaggio originale (postacert.eml)',
    hashes: 'Impronte SHA-1 degli allegati',
  },
  labels: {
    kind: 'tipo',
    provider: 'gestore',
    when: 'quando',
    subject: 'oggetto',
    sender: 'mittente',
    replyTo: 'risposte a',
    recipients: 'destinatari',
    deliveredTo: 'consegna a',
    takenInCharge: 'preso in carico per',
    receiptType: 'ricevuta richiesta',
    error: 'errore',
    identifier: 'identificativo',
    messageId: 'Message-ID del mittente',
    name: 'nome',
    addresses: 'indirizzo',
    certificate: 'certificato di',
    issuer: 'rilasciato da',
    validity: 'in vigore',
    serial: 'numero di serie',
    fingerprint: 'impronta SHA-1',
    signedAt: 'firmato il',
    judgedAt: 'giudicato al',
    from: 'da',
    to: 'a',
    cc: 'in copia',
    date: 'data',
    size: 'dimensione',
    sha256: 'impronta SHA-256',
    attachments: 'allegati',
  },
  certified: 'posta certificata',
  ordinary: 'posta ordinaria',
  adviseAuthority:
    "Indichi con --ca il file PEM dei certificati dell'autorità che rilascia i certificati ai gestori " +
    "(per la posta certificata italiana è l'AgID), e se lo ha l'indice dei gestori con --index e --index-signer.",
  adviseHashes:
    'Per controllare un allegato indichi con --file il file, o il messaggio inviato che lo conteneva.',
  decimalMark: ',',
};

/** "certifica che il 22/11/2026 alle ..." and then this. */
const EVENTS: Readonly<Record<MessageKind, (facts: CertificationData) => string>> = {
  acceptance: (facts) => `ha accettato ${message(facts)} e lo ha inoltrato ai destinatari`,
  'non-acceptance': (facts) => `non ha accettato ${message(facts)}: nessuno lo ha ricevuto`,
  'non-acceptance-virus': (facts) => `non ha accettato ${message(facts)} perché conteneva un virus`,
  'transport-envelope': (facts) => `ha accettato da ${facts.sender} il messaggio che questa busta contiene`,
  'timeout-12h': (facts) => `${message(facts)} non era ancora stato consegnato a ${recipient(facts)}`,
  'timeout-24h': (facts) => `${message(facts)} non era stato consegnato a ${recipient(facts)} nelle 24 ore`,
  'take-charge': (facts) => `ha preso in carico ${message(facts)} dal gestore del mittente`,
  'anomaly-envelope': () => 'ha ricevuto il messaggio allegato',
  'virus-detection': (facts) => `ha trovato un virus in ${message(facts)}, destinato a ${recipient(facts)}`,
  'virus-non-delivery': (facts) =>
    `${message(facts)} non è stato consegnato a ${recipient(facts)} perché conteneva un virus`,
  'delivery-complete': delivered,
  'delivery-brief': delivered,
  'delivery-concise': delivered,
  'non-delivery': (facts) => `${message(facts)} non è stato consegnato a ${recipient(facts)}`,
};

function delivered(facts: CertificationData): string {
  return `ha messo ${message(facts)} nella casella di ${recipient(facts)}`;
}

function message({ subject, sender }: CertificationData): string {
  return subject === undefined
    ? `il messaggio senza oggetto di ${sender}`
    : `il messaggio "${subject}" di ${sender}`;
}

function recipient({ deliveredTo }: CertificationData): string {
  return deliveredTo ?? '?';
}
