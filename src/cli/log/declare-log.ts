// SPDX-License-Identifier: EUPL-1.2
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isDay } from '../../evidence/certification-log/log-days.ts';
import { type CommandSurroundings, LANGUAGES } from '../command-surroundings.ts';
import type { ExitCode } from '../exit-codes.ts';
import { DEFAULT_CONFIG_FILE } from '../usual-places.ts';
import type { ExportOptions } from './export.ts';
import type { ExtractOptions } from './extract.ts';
import type { LogOptions } from './log-place.ts';
import type { CheckProofOptions } from './prove.ts';
import type { RevocationListsOptions } from './revocation-lists.ts';
import type { StatisticsOptions } from './statistics.ts';

/** `ceralacca log verify | seals | crls | prove | check-proof | export | extract | statistics`. */
export function declareLog(
  program: Command,
  surroundings: CommandSurroundings,
  end: (code: ExitCode) => void,
): void {
  const log = program.command('log').description('the certification log: its seals, and whether it is whole');
  common(
    log
      .command('verify')
      .description('find any record or seal that was changed, taken away, added or moved')
      .addHelpText(
        'after',
        '\nEnds with 0 when the log is whole, 1 when it is not. The provider may be running.',
      ),
  ).action(async (options: LogOptions) => {
    const { verifyLog } = await import('../log.ts');
    end(await verifyLog(options, surroundings));
  });
  common(log.command('seals').description('the days that are closed')).action(async (options: LogOptions) => {
    const { listSeals } = await import('../log.ts');
    end(listSeals(options, surroundings));
  });
  common(
    log
      .command('crls')
      .description('the revocation lists that are kept with the log')
      .option('--to <folder>', 'write each of them there, as SHA256.crl'),
  ).action(async (options: RevocationListsOptions) => {
    const { listRevocationLists } = await import('./revocation-lists.ts');
    end(await listRevocationLists(options, surroundings));
  });
  declareProofs(log, surroundings, end);
  declareExtracts(log, surroundings, end);
}

type Declared = (log: Command, surroundings: CommandSurroundings, end: (code: ExitCode) => void) => void;

const declareProofs: Declared = (log, surroundings, end) => {
  log
    .command('prove <what>')
    .description(
      'print the proof that a record (by its number), or all of a message (by its id), is in the log',
    )
    .option('--config <file>', `the provider's configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .addOption(languageOption())
    .addHelpText(
      'after',
      '\nThe proof is a JSON document for log check-proof, with seals and time stamps. A record can be proved when its day is\nclosed. Ends with 1 when there is no such record, or no seal over it.',
    )
    .action(async (what: string, options: LogOptions) => {
      const { proveLog } = await import('./prove.ts');
      end(proveLog({ what, options }, surroundings));
    });
  log
    .command('check-proof <file>')
    .description('tell whether such a proof holds, offline, and the first thing that is wrong')
    .requiredOption('--ca <file>', "PEM authorities that the provider's certificate must chain to")
    .option('--tsa-ca <file>', "those of the time-stamp authority's certificate (default: the same)")
    .option('--signer <address>', "the provider's service address, which must have signed")
    .option('--crl <file...>', 'revocation lists: nobody who signed may have been revoked then')
    .option('--json', 'as JSON')
    .addOption(languageOption())
    .addHelpText('after', '\nEnds with 0 when it holds, 1 when it does not.')
    .action(async (file: string, options: CheckProofOptions) => {
      const { checkProofFile } = await import('./prove.ts');
      end(await checkProofFile({ file, options }, surroundings));
    });
};

const declareExtracts: Declared = (log, surroundings, end) => {
  log
    .command('export <day>')
    .description('write one closed day, yyyy-mm-dd, as a package for long-term preservation')
    .requiredOption('--to <folder>', 'a folder that is not there yet')
    .option('--config <file>', `the provider's configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .addOption(languageOption())
    .addHelpText(
      'after',
      "\nSigned with the provider's key and time-stamped. Ends with 1 when the day is not closed or cannot be had.",
    )
    .action(async (day: string, options: ExportOptions) => {
      const { exportLog } = await import('./export.ts');
      end(await exportLog({ day, options }, surroundings));
    });
  const extract = log
    .command('extract')
    .description("print what the log knows of one holder's messages, and of nobody else's")
    .requiredOption('--mailbox <address>', 'the mailbox');
  common(period(extract)).action(async (options: ExtractOptions) => {
    const { extractLog } = await import('./extract.ts');
    end(extractLog(options, surroundings));
  });
  const statistics = log.command('statistics').description('count what the supervisor asks, by month');
  common(period(statistics)).action(async (options: StatisticsOptions) => {
    const { logStatistics } = await import('./statistics.ts');
    end(logStatistics(options, surroundings));
  });
};

function period(command: Command): Command {
  return command
    .option('--from <day>', 'the first day, yyyy-mm-dd', day)
    .option('--to <day>', 'the last day, yyyy-mm-dd', day);
}

function day(text: string): string {
  if (isDay(text)) return text;
  throw new InvalidArgumentError('a day is written yyyy-mm-dd');
}

function common(command: Command): Command {
  return command
    .option('--config <file>', `the provider's configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .option('--json', 'as JSON')
    .addOption(languageOption());
}

function languageOption(): Option {
  return new Option('--lang <language>', 'language of the result').choices(LANGUAGES).default('it');
}
