// SPDX-License-Identifier: EUPL-1.2
import type { LogAudit } from '../../evidence/certification-log/log-audit.ts';
import type { LogFinding } from '../../evidence/certification-log/log-findings.ts';

/** How `log` speaks. */
export interface LogWords {
  finding(finding: LogFinding): string;
  /** The last line of a verification. */
  sum(audit: LogAudit): string;
  readonly columns: readonly [string, string, string, string, string];
  readonly stamped: string;
  readonly unstamped: string;
  readonly noSeals: string;
  readonly listColumns: readonly [string, string, string, string];
  readonly noLists: string;
}

export const italianLog: LogWords = {
  finding(finding) {
    switch (finding.code) {
      case 'record-changed':
        return `la registrazione ${finding.sequence} non è quella che era stata scritta`;
      case 'record-missing':
        return `manca la registrazione ${finding.sequence}`;
      case 'record-added':
        return `la registrazione ${finding.sequence} è stata aggiunta dopo`;
      case 'records-swapped':
        return `le registrazioni ${finding.sequence} e ${finding.other} sono state scambiate`;
      case 'tree-damaged':
        return `le impronte conservate delle registrazioni da ${finding.from} a ${finding.to} sono danneggiate; le registrazioni no`;
      case 'root-differs':
        return `né le registrazioni da ${finding.from} a ${finding.to} né le loro impronte corrispondono al sigillo ${finding.seal}`;
      case 'seal-missing':
        return `manca il sigillo ${finding.seal}`;
      case 'seal-broken':
        return `il sigillo ${finding.seal} non è integro: ${finding.reason}`;
      case 'stamp-missing':
        return `il sigillo ${finding.seal} non ha marca temporale`;
      case 'stamp-broken':
        return `la marca temporale del sigillo ${finding.seal} non vale: ${finding.reason}`;
    }
  },
  sum({ findings, records, unsealed, seals, forgottenUpTo }) {
    const verdict =
      findings.length === 0 ? 'Il registro è integro' : `Il registro NON è integro: ${findings.length}`;
    const gone = forgottenUpTo === 0 ? '' : `, ${forgottenUpTo} rimosse dopo 30 mesi`;
    return `${verdict} (${records} registrazioni, di cui ${unsealed} non ancora sigillate${gone}; ${seals} sigilli).`;
  },
  columns: ['sigillo', 'giorno', 'registrazioni', 'chiuso', 'marca temporale'],
  stamped: 'sì',
  unstamped: 'no',
  noSeals: 'Nessun giorno è ancora sigillato.',
  listColumns: ['autorità', 'emessa', 'vale fino a', 'SHA-256'],
  noLists: 'Nessuna lista di revoca è conservata.',
};

export const englishLog: LogWords = {
  finding(finding) {
    switch (finding.code) {
      case 'record-changed':
        return `record ${finding.sequence} is not what was recorded`;
      case 'record-missing':
        return `record ${finding.sequence} is missing`;
      case 'record-added':
        return `record ${finding.sequence} was added later`;
      case 'records-swapped':
        return `records ${finding.sequence} and ${finding.other} changed places`;
      case 'tree-damaged':
        return `the stored hashes of records ${finding.from} to ${finding.to} are damaged; the records are not`;
      case 'root-differs':
        return `neither records ${finding.from} to ${finding.to} nor their hashes lead to seal ${finding.seal}`;
      case 'seal-missing':
        return `seal ${finding.seal} is missing`;
      case 'seal-broken':
        return `seal ${finding.seal} is broken: ${finding.reason}`;
      case 'stamp-missing':
        return `seal ${finding.seal} has no time stamp`;
      case 'stamp-broken':
        return `the time stamp of seal ${finding.seal} does not hold: ${finding.reason}`;
    }
  },
  sum({ findings, records, unsealed, seals, forgottenUpTo }) {
    const verdict = findings.length === 0 ? 'The log is whole' : `The log is NOT whole: ${findings.length}`;
    const gone = forgottenUpTo === 0 ? '' : `, ${forgottenUpTo} removed after 30 months`;
    return `${verdict} (${records} records, ${unsealed} of them not sealed yet${gone}; ${seals} seals).`;
  },
  columns: ['seal', 'day', 'records', 'closed', 'time stamp'],
  stamped: 'yes',
  unstamped: 'no',
  noSeals: 'No day is sealed yet.',
  listColumns: ['authority', 'issued', 'in force until', 'SHA-256'],
  noLists: 'No revocation list is kept.',
};
