// SPDX-License-Identifier: EUPL-1.2
import type { ProviderKey } from './ports.ts';

/** Password of every mailbox of the demo, which listens on this machine only. */
export const DEMO_PASSWORD = 'ceralacca';

/** One mailbox of the demo and why it is there. */
export interface RosterMailbox {
  readonly address: string;
  readonly holder: string;
  readonly status?: 'disabled';
  readonly quotaBytes?: number;
  readonly ordinaryMail?: 'refuse' | 'deliver' | 'discard';
}

export interface RosterProvider {
  /** Folder name below the demo's folder. */
  readonly key: ProviderKey;
  readonly name: string;
  /** Main domain: of the service address and of the provider's own addresses. */
  readonly domain: string;
  readonly hostname: string;
  readonly domains: readonly string[];
  readonly mailboxes: readonly RosterMailbox[];
}

const OFFICES: readonly (readonly [string, string])[] = [
  ['protocollo', 'Ufficio protocollo'],
  ['sindaco', 'Ufficio del sindaco'],
  ['segretario', 'Segretario comunale'],
  ['ufficio.tecnico', 'Ufficio tecnico'],
  ['polizia.municipale', 'Polizia municipale'],
  ['servizi.demografici', 'Servizi demografici'],
  ['ragioneria', 'Ragioneria'],
  ['tributi', 'Ufficio tributi'],
  ['lavori.pubblici', 'Lavori pubblici'],
  ['servizi.sociali', 'Servizi sociali'],
  ['attivita.produttive', 'Sportello attività produttive'],
  ['biblioteca', 'Biblioteca comunale'],
];

function offices(municipality: string, domain: string): RosterMailbox[] {
  return OFFICES.map(([localPart, office]) => ({
    address: `${localPart}@${domain}`,
    holder: `${municipality} - ${office}`,
    // The town's registry takes mail from anybody, as many do; the other offices certified mail only.
    ...(localPart === 'protocollo' && { ordinaryMail: 'deliver' as const }),
  }));
}

function rarities(domain: string): RosterMailbox[] {
  return [
    {
      address: `piena@${domain}`,
      holder: 'Casella piena (prova)',
      // No message fits: notice of non-delivery 5.2.2.
      quotaBytes: 1,
    },
    {
      address: `sospesa@${domain}`,
      holder: 'Casella sospesa (prova)',
      // Notice of non-delivery 5.2.1.
      status: 'disabled',
    },
  ];
}

/** The two providers of the demo, with an invented municipality, citizens and firms each. */
export const PROVIDERS: readonly RosterProvider[] = [
  {
    key: 'alfa',
    name: 'Gestore Alfa S.p.A.',
    domain: 'pec.alfa.test',
    hostname: 'mx.pec.alfa.test',
    domains: ['pec.alfa.test', 'pec.comune.borgolirio.test', 'cittadini.alfa.test', 'imprese.alfa.test'],
    mailboxes: [
      ...offices('Comune di Borgolirio', 'pec.comune.borgolirio.test'),
      { address: 'tullia.serafini@cittadini.alfa.test', holder: 'Tullia Serafini' },
      { address: 'oreste.malaspina@cittadini.alfa.test', holder: 'Oreste Malaspina' },
      { address: 'elvira.montanari@cittadini.alfa.test', holder: 'Elvira Montanari' },
      { address: 'corrado.brusaferro@cittadini.alfa.test', holder: 'Corrado Brusaferro' },
      { address: 'ottavia.delprato@cittadini.alfa.test', holder: 'Ottavia Delprato' },
      { address: 'saverio.quintavalle@cittadini.alfa.test', holder: 'Saverio Quintavalle' },
      { address: 'falegnameria.quercia@imprese.alfa.test', holder: 'Falegnameria Quercia S.n.c.' },
      { address: 'molino.santacqua@imprese.alfa.test', holder: 'Molino Santacqua S.r.l.' },
      { address: 'officine.ferramondo@imprese.alfa.test', holder: 'Officine Ferramondo S.p.A.' },
      { address: 'vivai.lungolago@imprese.alfa.test', holder: 'Vivai Lungolago S.s.' },
      { address: 'tipografia.calamo@imprese.alfa.test', holder: 'Tipografia Calamo S.a.s.' },
      { address: 'trasporti.valchiara@imprese.alfa.test', holder: 'Trasporti Valchiara S.r.l.' },
      ...rarities('pec.alfa.test'),
    ],
  },
  {
    key: 'beta',
    name: 'Gestore Beta S.r.l.',
    domain: 'pec.beta.test',
    hostname: 'mx.pec.beta.test',
    domains: ['pec.beta.test', 'pec.comune.castelmora.test', 'cittadini.beta.test', 'imprese.beta.test'],
    mailboxes: [
      ...offices('Comune di Castelmora', 'pec.comune.castelmora.test'),
      { address: 'ginevra.altobelli@cittadini.beta.test', holder: 'Ginevra Altobelli' },
      { address: 'placido.ventura@cittadini.beta.test', holder: 'Placido Ventura' },
      { address: 'armida.castellazzo@cittadini.beta.test', holder: 'Armida Castellazzo' },
      { address: 'leandro.pescosolido@cittadini.beta.test', holder: 'Leandro Pescosolido' },
      { address: 'rosalba.tavernini@cittadini.beta.test', holder: 'Rosalba Tavernini' },
      { address: 'zeno.marescotti@cittadini.beta.test', holder: 'Zeno Marescotti' },
      { address: 'costruzioni.bellaria@imprese.beta.test', holder: 'Costruzioni Bellaria S.r.l.' },
      { address: 'studio.girasole@imprese.beta.test', holder: 'Studio tecnico Girasole' },
      { address: 'cantina.roccaverde@imprese.beta.test', holder: 'Cantina Roccaverde S.c.a.' },
      { address: 'elettromeccanica.lampo@imprese.beta.test', holder: 'Elettromeccanica Lampo S.r.l.' },
      { address: 'ceramiche.tornio@imprese.beta.test', holder: 'Ceramiche Tornio S.n.c.' },
      { address: 'panificio.spigabruna@imprese.beta.test', holder: 'Panificio Spigabruna' },
      ...rarities('pec.beta.test'),
    ],
  },
];

/** A provider of the index that takes connections and never says a word: notices after 12 and 24 hours. */
export const SILENT_PROVIDER = {
  name: 'Gestore Silente S.r.l.',
  domain: 'pec.silente.test',
} as const;

/** The ordinary mail host. */
export const ORDINARY = {
  domain: 'posta.test',
  hostname: 'mx.posta.test',
  /** Takes every message and sends it back, as ordinary mail systems do when they find out late. */
  bouncing: 'respinge@posta.test',
  mailboxes: [
    { address: 'info@posta.test', folder: 'info' },
    { address: 'lettore@posta.test', folder: 'lettore' },
  ],
} as const;
