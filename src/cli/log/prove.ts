// SPDX-License-Identifier: EUPL-1.2
import { readFile } from 'node:fs/promises';
import { openStoredRecords } from '../../engines/sqlite/stored-records.ts';
import { proveRecords, readLogProof, writeLogProof } from '../../evidence/certification-log/log-proof.ts';
import { checkLogProof, type LogProofResult } from '../../evidence/certification-log/log-proof-check.ts';
import { readPemCertificates } from '../../trust/signing/authorities.ts';
import type { Language } from '../command-surroundings.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readGivenLists } from '../given-lists.ts';
import { storeFolder } from '../provider-folder.ts';
import { findTrail } from '../trace/trail.ts';
import { englishProofs, italianProofs, type ProofWords } from '../wording/proof-words.ts';
import { configOf, type LogOptions, type Streams } from './log-place.ts';
import { sealChecks } from './seal-checks.ts';

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const LOG_PROOF_CHECK_FORMAT = 'ceralacca-log-proof-check/1';

/**
 * `ceralacca log prove SEQUENCE|ID`: the proof of one record, or of all records of a message, on stdout. Ends with 1 when
 * there is no such record, or no seal over it yet. @throws Fault when the store cannot be read
 */
export function proveLog(
  { what, options }: { readonly what: string; readonly options: Omit<LogOptions, 'json'> },
  { stdout, stderr }: Streams,
): ExitCode {
  const config = configOf(options, stderr);
  if (config === undefined) return EXIT.bad;
  using store = openStoredRecords(storeFolder(config.folder));
  const words = wordsOf(options.lang);
  const trail = (id: string) => findTrail([{ name: null, records: store, [Symbol.dispose]: () => {} }], id);
  const sequences = /^[1-9]\d{0,14}$/.test(what)
    ? [Number(what)]
    : trail(what).map(({ record }) => record.sequence);
  if (sequences.length === 0) {
    stderr.write(`${words.unknown(what)}\n`);
    return EXIT.bad;
  }
  const proving = proveRecords(store.sealedLog, sequences);
  if (!proving.ok) {
    stderr.write(`${words.unprovable(proving)}\n`);
    return EXIT.bad;
  }
  stdout.write(writeLogProof(proving.proof));
  return EXIT.good;
}

export interface CheckProofOptions {
  /** PEM authorities that the provider's certificate must chain to. */
  readonly ca: string;
  /** Those of the time-stamp authority; the same when left out. */
  readonly tsaCa?: string;
  /** Service address of the provider; without it the name in the certificate must be the one in the seal. */
  readonly signer?: string;
  /** Revocation lists: every certificate must be spoken of by one, as of then; without any revocation is not asked. */
  readonly crl?: readonly string[];
  readonly json?: boolean;
  readonly lang?: Language;
}

/**
 * `ceralacca log check-proof FILE`: whether a proof holds, with nothing but the file and the authorities, and if not, the
 * first thing that is wrong. Ends with 1 then. @throws Fault when authorities or lists cannot be read
 */
export async function checkProofFile(
  { file, options }: { readonly file: string; readonly options: CheckProofOptions },
  { stdout }: Pick<Streams, 'stdout'>,
): Promise<ExitCode> {
  const { ca, tsaCa, signer, crl = [] } = options;
  const authorities = async (pem: string) => readPemCertificates(await readFile(pem, 'utf8'), pem);
  const anchors = await authorities(ca);
  const checks = sealChecks({
    anchors,
    intermediates: [],
    stampAnchors: tsaCa === undefined ? anchors : await authorities(tsaCa),
    ...(crl.length > 0 && { revocation: await readGivenLists(crl) }),
    ...(signer !== undefined && { serviceAddress: signer }),
  });
  const proof = readLogProof(await readFile(file));
  const result = proof === undefined ? undefined : await checkLogProof(proof, checks);
  const words = wordsOf(options.lang);
  stdout.write(
    options.json === true ? `${JSON.stringify(resultJson(result), null, 2)}\n` : words.result(result),
  );
  return result?.ok === true ? EXIT.good : EXIT.bad;
}

function resultJson(result: LogProofResult | undefined): Record<string, unknown> {
  const format = LOG_PROOF_CHECK_FORMAT;
  if (result === undefined) return { format, holds: false, problem: { code: 'not-a-proof' } };
  if (!result.ok) return { format, holds: false, problem: result.problem };
  return {
    format,
    holds: true,
    provider: result.provider,
    records: result.records.map(({ sequence, text, seal }) => {
      return { sequence, seal, record: JSON.parse(text) as unknown };
    }),
    seals: result.seals.map(({ seal, signer, stampedAt }) => ({
      number: seal.number,
      day: seal.day,
      closedAt: new Date(seal.closedAt).toISOString(),
      signer: signer ?? null,
      stampedAt: stampedAt === undefined ? null : new Date(stampedAt).toISOString(),
    })),
  };
}

function wordsOf(lang: Language | undefined): ProofWords {
  return lang === 'en' ? englishProofs : italianProofs;
}
