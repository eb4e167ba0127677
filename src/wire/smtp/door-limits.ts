// SPDX-License-Identifier: EUPL-1.2
import type { PlaceLimits } from './door-places.ts';

export interface SmtpDoorLimits extends PlaceLimits {
  /** Octets of a message; announced with SIZE (RFC 1870). */
  readonly messageBytes: number;
  /** Octets beyond `messageBytes` that are read and thrown away before the peer is cut off. */
  readonly drainBytes: number;
  /** Recipients of a transaction; the next is refused with 452 (RFC 5321 section 4.5.3.1.10). */
  readonly recipients: number;
  /** Silence of the peer; RFC 5321 section 4.5.3.2.7 asks for five minutes. */
  readonly idleMs: number;
  /** To log in, and again to begin a message, whatever else is said meanwhile. */
  readonly setupMs: number;
  /** From the beginning of a message, its MAIL command, to its end. */
  readonly messageMs: number;
  /** Failed logins on one connection. */
  readonly failedLogins: number;
  /** Octets of a command line. */
  readonly commandBytes: number;
  /** How long closing waits for messages coming in. */
  readonly closeMs: number;
}

export const DEFAULT_SMTP_DOOR_LIMITS: Omit<SmtpDoorLimits, 'messageBytes' | 'recipients'> = {
  connections: 1000,
  connectionsPerAddress: 50,
  drainBytes: 64 * 1024 * 1024,
  idleMs: 5 * 60_000,
  setupMs: 5 * 60_000,
  messageMs: 30 * 60_000,
  failedLogins: 3,
  commandBytes: 4096,
  closeMs: 5_000,
};
