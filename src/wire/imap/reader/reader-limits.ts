// SPDX-License-Identifier: EUPL-1.2

/** What one command may cost before it is refused. */
export interface ReaderLimits {
  /** Octets of a command's lines, literals not counted. */
  readonly lineBytes: number;
  /** Octets of all literals of a command, but for APPEND's messages. */
  readonly literalBytes: number;
  readonly literalsPerCommand: number;
  /** Octets of refused literals that are read and thrown away; beyond, the connection ends. */
  readonly swallowBytes: number;
  /** Octets that may wait unread (pipelined commands) before the reader asks for no more. */
  readonly waitingBytes: number;
  readonly nestingDepth: number;
  readonly setRanges: number;
}

/** RFC 9051 section 4 expects lines of 8192 octets at least; clients with long UID lists send more. */
export const AUTHENTICATED_READER_LIMITS: ReaderLimits = {
  lineBytes: 64 * 1024,
  literalBytes: 256 * 1024,
  literalsPerCommand: 64,
  swallowBytes: 256 * 1024 * 1024,
  waitingBytes: 128 * 1024,
  nestingDepth: 32,
  setRanges: 16_384,
};

/** Strangers get little: a name, a password, a SASL response. */
export const STRANGER_READER_LIMITS: ReaderLimits = {
  lineBytes: 8 * 1024,
  literalBytes: 4 * 1024,
  literalsPerCommand: 4,
  swallowBytes: 64 * 1024,
  waitingBytes: 16 * 1024,
  nestingDepth: 4,
  setRanges: 16,
};
