// SPDX-License-Identifier: EUPL-1.2
import { pino, stdSerializers } from 'pino';

/**
 * The diagnostic log for operators. Never holds message bodies, passwords or keys.
 * (The log the law asks for is `evidence/certification-log`.)
 */
export interface Journal {
  info(facts: Record<string, unknown>, sentence: string): void;
  warn(facts: Record<string, unknown>, sentence: string): void;
  error(facts: Record<string, unknown>, sentence: string): void;
  debug(facts: Record<string, unknown>, sentence: string): void;
  /** A journal whose lines all carry these facts as well. */
  child(facts: Record<string, unknown>): Journal;
}

/** Lines for a file are gathered so long, in milliseconds: a crash of the machine may cost them. */
const GATHER_MS = 200;

/** A journal of JSON lines, into a file or onto standard error. */
export function openJournal(options: { file?: string | undefined; level?: string }): Journal {
  const destination = pino.destination(
    options.file === undefined
      ? { dest: 2, sync: true }
      : { dest: options.file, mkdir: true, sync: false, minLength: 4096, periodicFlush: GATHER_MS },
  );
  const serializers = { error: describeError, cause: describeError };
  return pino({ level: options.level ?? 'info', base: null, serializers }, destination);
}

/** Errors by type, code, message and stack, causes included; anything else as it is. */
function describeError(error: unknown): unknown {
  return error instanceof Error ? stdSerializers.errWithCause(error) : error;
}

/** A journal that keeps nothing; for tests and short commands. */
export const silentJournal: Journal = {
  info() {},
  warn() {},
  error() {},
  debug() {},
  child: () => silentJournal,
};
