// SPDX-License-Identifier: EUPL-1.2
import type { EvidenceClaim } from '../evidence-file/evidence-claims.ts';

/** What a claim of an evidence file says, as the report does; whether it holds is for the verifier to say. */
export const CLAIM_SENTENCES: Readonly<Record<EvidenceClaim, string>> = {
  package: "Il fascicolo contiene i file elencati nell'indice index.xml e nessun altro.",
  digests: "Ogni file ha la dimensione e l'impronta SHA-256 scritte nell'indice.",
  manifest: "L'indice è firmato dal gestore che ha formato il fascicolo, con certificato allora in vigore.",
  'manifest-stamp': "L'indice firmato esisteva alla data della marca temporale apposta su di esso.",
  'message-signature':
    'Ogni messaggio allegato fu firmato dal gestore indicato, con certificato in vigore in quel momento, e da allora non è stato alterato.',
  revocation: 'In quel momento quei certificati non erano stati revocati.',
  'message-kind':
    'Ricevute, avvisi e buste sono ciò che qui è indicato e riguardano questo messaggio, questo mittente e questo destinatario.',
  original:
    'Il messaggio nella busta e nelle ricevute complete è esattamente original.eml; le ricevute brevi ne contengono le impronte.',
  records:
    "Il registro di certificazione del gestore che ha formato il fascicolo riporta gli stessi eventi alle stesse date e, dove il numero segue un messaggio, l'impronta di quel messaggio.",
  inclusion: 'Quelle registrazioni stanno nel registro chiuso dal sigillo indicato.',
  seals:
    "Ogni sigillo è firmato dal gestore e porta una marca temporale; l'ultimo conferma i precedenti: da allora il registro non è stato riscritto. Questa prova resta anche quando i certificati scadono.",
  timeline: 'Le date non si contraddicono tra loro.',
  outcomes: "L'esito per il destinatario segue dai documenti allegati.",
  report: "Questa relazione è quella elencata nell'indice firmato.",
};

/** What certified mail never proves, whatever an evidence file holds. */
export const NEVER_PROVED = {
  read: 'Che il destinatario abbia letto il messaggio: la consegna prova che era a sua disposizione nella casella, non la lettura.',
  author:
    "Chi ha scritto il messaggio: è provato l'invio dalla casella del mittente con le sue credenziali, non la persona che le ha usate.",
  truth: 'Che sia vero ciò che il messaggio e i suoi allegati dicono.',
  recorded:
    'Le registrazioni provano che il gestore così ha registrato entro la data del sigillo, non altro che questo.',
  complete: 'Che non esista altro: è detto solo ciò che manca per quanto il gestore sa.',
  ordinary: "La consegna a destinatari di posta ordinaria: per essi nulla è certificato dopo l'inoltro.",
} as const;

/** Records that no seal covers yet. */
export function unsealedSentence(sequences: string): string {
  return `Le registrazioni n. ${sequences} non sono ancora sigillate: un fascicolo formato dopo la chiusura del giorno le proverà.`;
}

/** Records whose seal has no time stamp. */
export function unstampedSentence(sequences: string): string {
  return `Il sigillo delle registrazioni n. ${sequences} non ha marca temporale: la sua data è detta solo dal gestore.`;
}

/** Messages that no record names by their digest. */
export function signatureOnlySentence(files: string): string {
  return `Nessuna registrazione riporta l'impronta di ${files}: li prova solo la firma che portano, con la marca temporale del fascicolo.`;
}

export function moreGapsSentence(count: number): string {
  return `Altre mancanze: ${count}; sono elencate in index.xml.`;
}
