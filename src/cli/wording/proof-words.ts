// SPDX-License-Identifier: EUPL-1.2

import type { Proving, Unprovable } from '../../evidence/certification-log/log-proof.ts';
import type { LogProofProblem, LogProofResult } from '../../evidence/certification-log/log-proof-check.ts';
import type { NewLogRecord } from '../../evidence/certification-log/log-store.ts';
import { printable, printInstant } from '../text-layout.ts';
import { englishRecords, italianRecords, type RecordWords } from './record-words.ts';

/** How `log prove` and `log check-proof` speak. */
export interface ProofWords {
  unknown(what: string): string;
  unprovable(proving: Extract<Proving, { ok: false }>): string;
  /** Lines, each ended by LF; undefined: the file is no proof. */
  result(result: LogProofResult | undefined): string;
}

interface Sentences {
  readonly records: RecordWords;
  readonly why: Readonly<Record<Unprovable, (sequence: number) => string>>;
  readonly notAProof: string;
  readonly holds: (provider: string) => string;
  readonly fails: string;
  readonly problem: (problem: LogProofProblem) => string;
  readonly record: (facts: {
    sequence: number;
    when: string;
    event: string;
    id: string;
    seal: number;
  }) => string;
  readonly seal: (facts: {
    number: number;
    day: string;
    signer: string;
    stamped: string | undefined;
  }) => string;
}

export const italianProofs: ProofWords = proofWords({
  records: italianRecords,
  why: {
    unknown: (sequence) => `Il registro non ha la registrazione ${sequence}.`,
    damaged: (sequence) =>
      `La registrazione ${sequence} non è quella che era stata scritta: ceralacca log verify dice che cosa è cambiato.`,
    removed: (sequence) => `La registrazione ${sequence} è stata rimossa dopo 30 mesi.`,
    unsealed: (sequence) =>
      `La registrazione ${sequence} non è ancora sigillata: il sigillo del giorno si chiude dopo mezzanotte.`,
  },
  notAProof: 'Il file non è una prova del registro, o è danneggiato.',
  holds: (provider) => `La prova è valida. Registro di ${provider}`,
  fails: 'La prova NON è valida',
  problem(problem) {
    switch (problem.code) {
      case 'seal-broken':
        return `il sigillo ${problem.seal} non è integro: ${problem.reason}`;
      case 'stamp-missing':
        return `il sigillo ${problem.seal} non ha marca temporale`;
      case 'stamp-broken':
        return `la marca temporale del sigillo ${problem.seal} non vale: ${problem.reason}`;
      case 'seals-inconsistent':
        return `il registro chiuso dal sigillo ${problem.last} non comincia con quello chiuso dal sigillo ${problem.seal}`;
      case 'seal-absent':
        return `manca il sigillo ${problem.seal} della registrazione ${problem.sequence}`;
      case 'leaf-differs':
        return `la registrazione ${problem.sequence} non è quella di cui è stata presa l'impronta`;
      case 'other-day':
        return `la registrazione ${problem.sequence} non è tra quelle che il sigillo ${problem.seal} aggiunge`;
      case 'not-included':
        return `la registrazione ${problem.sequence} non è nel registro chiuso dal sigillo ${problem.seal}`;
    }
  },
  record: ({ sequence, when, event, id, seal }) =>
    `registrazione ${sequence}: ${when}  ${event}  ${id}  (sigillo ${seal})`,
  seal: ({ number, day, signer, stamped }) =>
    `sigillo ${number} del ${day}, firmato da ${signer}, ${stamped === undefined ? 'senza marca temporale' : `marca temporale ${stamped}`}`,
});

export const englishProofs: ProofWords = proofWords({
  records: englishRecords,
  why: {
    unknown: (sequence) => `The log has no record ${sequence}.`,
    damaged: (sequence) =>
      `Record ${sequence} is not what was recorded: ceralacca log verify tells what was changed.`,
    removed: (sequence) => `Record ${sequence} was removed after 30 months.`,
    unsealed: (sequence) =>
      `Record ${sequence} is not sealed yet: the seal of the day is closed after midnight.`,
  },
  notAProof: 'The file is no proof of the log, or it is damaged.',
  holds: (provider) => `The proof holds. Log of ${provider}`,
  fails: 'The proof does NOT hold',
  problem(problem) {
    switch (problem.code) {
      case 'seal-broken':
        return `seal ${problem.seal} is broken: ${problem.reason}`;
      case 'stamp-missing':
        return `seal ${problem.seal} has no time stamp`;
      case 'stamp-broken':
        return `the time stamp of seal ${problem.seal} does not hold: ${problem.reason}`;
      case 'seals-inconsistent':
        return `the log closed by seal ${problem.last} does not begin with the one closed by seal ${problem.seal}`;
      case 'seal-absent':
        return `seal ${problem.seal} of record ${problem.sequence} is missing`;
      case 'leaf-differs':
        return `record ${problem.sequence} is not the one whose hash was taken`;
      case 'other-day':
        return `record ${problem.sequence} is not among those that seal ${problem.seal} adds`;
      case 'not-included':
        return `record ${problem.sequence} is not in the log closed by seal ${problem.seal}`;
    }
  },
  record: ({ sequence, when, event, id, seal }) =>
    `record ${sequence}: ${when}  ${event}  ${id}  (seal ${seal})`,
  seal: ({ number, day, signer, stamped }) =>
    `seal ${number} of ${day}, signed by ${signer}, ${stamped === undefined ? 'without a time stamp' : `time stamp ${stamped}`}`,
});

function proofWords(words: Sentences): ProofWords {
  return {
    unknown: words.records.unknown,
    unprovable: ({ sequence, why }) => words.why[why](sequence),
    result(result) {
      if (result === undefined) return `${words.notAProof}\n`;
      if (!result.ok)
        return `${words.fails}: ${printable(words.problem(result.problem))} (${result.problem.code}).\n`;
      const records = result.records.map(({ sequence, text, seal }) => {
        const { instant, event, identifier, messageId = '' } = JSON.parse(text) as NewLogRecord;
        const id = printable(identifier === '' ? messageId : identifier);
        return words.record({
          sequence,
          when: printInstant(instant),
          event: printable(words.records.events[event] ?? event),
          id,
          seal,
        });
      });
      const seals = result.seals.map(({ seal: { number, day }, signer = '', stampedAt }) => {
        const stamped = stampedAt === undefined ? undefined : printInstant(stampedAt);
        return words.seal({ number, day, signer: printable(signer), stamped });
      });
      return `${[words.holds(printable(result.provider)), ...records, ...seals].join('\n')}\n`;
    },
  };
}
