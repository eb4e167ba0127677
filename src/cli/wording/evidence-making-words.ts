// SPDX-License-Identifier: EUPL-1.2
import type { EvidenceGap } from '../../evidence/evidence-file/index-model.ts';
import type { EvidenceRefusal } from '../../points/reissuing/evidence-decision.ts';
import type { AddedRefusal } from '../evidence/added-messages.ts';

/** Why something that was handed over is not taken. */
export type NotTaken = AddedRefusal | { readonly file: string; readonly because: 'wrong-original' };

/** How `evidence` speaks. */
export interface EvidenceWords {
  readonly refusals: Readonly<Record<EvidenceRefusal, string>>;
  exists(file: string): string;
  notTaken(what: NotTaken): string;
  made(facts: { readonly file: string; readonly messages: number; readonly records: number }): string;
  unsealed(count: number): string;
  missing(gap: EvidenceGap): string;
}

export const italianEvidence: EvidenceWords = {
  refusals: {
    unknown: 'Il registro di certificazione non contiene nulla con questo identificativo.',
    ambiguous:
      "Più messaggi hanno questo Message-ID: indicare l'identificativo di uno (ceralacca trace li mostra).",
    'not-theirs': 'Il messaggio non è di questo titolare: non ne è il mittente né un destinatario.',
  },
  exists: (file) => `${file} esiste già`,
  notTaken: (what) => {
    switch (what.because) {
      case 'not-certified':
        return `${what.file} non è stato preso: ${what.detail}`;
      case 'other-message':
        return `${what.file} non è stato preso: riguarda un altro messaggio`;
      case 'not-theirs':
        return `${what.file} non è stato preso: il titolare non può vederlo`;
      case 'wrong-original':
        return `${what.file} non è l'originale che il gestore ha certificato. Serve postacert.eml, come si trova nella busta o in una ricevuta completa.`;
    }
  },
  made: ({ file, messages, records }) =>
    `Fascicolo di prova: ${file} (messaggi: ${messages}, registrazioni: ${records})`,
  unsealed: (count) =>
    `Registrazioni senza prova, perché il loro giorno non è ancora chiuso: ${count}. Un fascicolo formato dopo la chiusura le proverà.`,
  missing: ({ text }) => text,
};

export const englishEvidence: EvidenceWords = {
  refusals: {
    unknown: 'The certification log holds nothing about this id.',
    ambiguous:
      'Several messages have this Message-ID: name the identifier of one (ceralacca trace shows them).',
    'not-theirs': 'The message is not of this holder: neither its sender nor a recipient.',
  },
  exists: (file) => `${file} is there already`,
  notTaken: (what) => {
    switch (what.because) {
      case 'not-certified':
        return `${what.file} was not taken: ${what.detail}`;
      case 'other-message':
        return `${what.file} was not taken: it is about another message`;
      case 'not-theirs':
        return `${what.file} was not taken: the holder may not see it`;
      case 'wrong-original':
        return `${what.file} is not the original that the provider certified. It takes postacert.eml, as an envelope or a complete receipt carries it.`;
    }
  },
  made: ({ file, messages, records }) =>
    `Evidence file: ${file} (messages: ${messages}, records: ${records})`,
  unsealed: (count) =>
    `Records without proof, because their day is not closed yet: ${count}. An evidence file made after that will prove them.`,
  missing: ({ what, why, kind, recipient, record }) => {
    const which = [kind, recipient, record === undefined ? undefined : `record ${record}`]
      .filter(Boolean)
      .join(', ');
    return `Missing: ${MISSING[what]}${which === '' ? '' : ` (${which})`}: ${REASONS[why]}`;
  },
};

const MISSING: Readonly<Record<EvidenceGap['what'], string>> = {
  originale: 'the original',
  messaggio: 'a message',
  registrazioni: 'a record',
  sigillo: 'a seal',
  marca: 'a time stamp',
  certificato: "a signer's chain",
  revoca: 'a revocation list of that time',
};

const REASONS: Readonly<Record<EvidenceGap['why'], string>> = {
  altrove: 'another provider made it and it is not here',
  'serve-originale': 'it takes the original (--original FILE)',
  'non-conservato': 'it is not kept any more',
  'giorno-aperto': 'its day is not closed yet',
  'senza-autorita': 'no time-stamp authority has given one',
  danneggiato: 'what is kept of it is damaged',
};
