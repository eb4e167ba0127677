// SPDX-License-Identifier: EUPL-1.2
import type { EvidenceGap } from '../evidence-file/index-model.ts';

const MESSAGES: Readonly<Record<string, string>> = {
  acceptance: 'la ricevuta di accettazione',
  'non-acceptance': "l'avviso di non accettazione",
  'non-acceptance-virus': "l'avviso di non accettazione per virus",
  'transport-envelope': 'la busta di trasporto',
  'take-charge': 'la ricevuta di presa in carico',
  'delivery-complete': 'la ricevuta di avvenuta consegna',
  'delivery-brief': 'la ricevuta breve di avvenuta consegna',
  'delivery-concise': 'la ricevuta sintetica di avvenuta consegna',
  'non-delivery': "l'avviso di mancata consegna",
  'virus-non-delivery': "l'avviso di mancata consegna per virus",
  'timeout-12h': "l'avviso di mancata consegna dopo dodici ore",
  'timeout-24h': "l'avviso di mancata consegna dopo ventiquattro ore",
  'virus-detection': "l'avviso di rilevazione di virus",
};

const REASONS: Readonly<Record<EvidenceGap['why'], string>> = {
  altrove: "è stata emessa da un altro gestore e qui non c'è",
  'serve-originale': 'contiene il messaggio originale, che il gestore non conserva e che non è stato fornito',
  'non-conservato': 'non è più tra quanto il gestore conserva',
  'giorno-aperto': 'il giorno non è ancora chiuso: un fascicolo formato dopo la chiusura lo conterrà',
  'senza-autorita': "nessuna autorità di marcatura temporale l'ha apposta",
  danneggiato: 'quanto il gestore conserva è danneggiato',
};

/** What the index of an evidence file says of something that is not in it. */
export function gapText(gap: Omit<EvidenceGap, 'text'> & { readonly name?: string }): string {
  const sentence = `Manca ${nameOf(gap)}: ${gap.what === 'originale' ? ORIGINAL : REASONS[gap.why]}.`;
  return sentence.replace(/\s+/g, ' ');
}

const ORIGINAL = 'il gestore non lo conserva e non è stato fornito';

function nameOf({ what, kind, recipient, record, name }: Parameters<typeof gapText>[0]): string {
  const about = recipient === undefined ? '' : ` per ${recipient}`;
  switch (what) {
    case 'originale':
      return 'il messaggio originale';
    case 'messaggio':
      return `${MESSAGES[kind ?? ''] ?? 'un messaggio'}${about}`;
    case 'registrazioni':
      return `la registrazione n. ${record ?? '?'}`;
    case 'sigillo':
      return `il sigillo sulla registrazione n. ${record ?? '?'}`;
    case 'marca':
      return record === undefined
        ? "la marca temporale sull'indice"
        : `la marca temporale sul sigillo della registrazione n. ${record}`;
    case 'certificato':
      return `la catena del certificato di ${name ?? 'un firmatario'}`;
    case 'revoca':
      return `una lista di revoca che parli del certificato ${name ?? ''} in quel momento`;
  }
}
