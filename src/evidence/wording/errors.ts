// SPDX-License-Identifier: EUPL-1.2
import type { CertificationError } from '../certification-data/certification-data.ts';

/** Why a message could not be delivered (DP-22). */
export type NonDeliveryCause =
  | 'unknown-mailbox'
  | 'unknown-domain'
  | 'mailbox-full'
  | 'mailbox-disabled'
  | 'message-too-large'
  /** The next host said no for good. */
  | 'refused'
  /** It stayed in the queue for 24 hours (AP-33). */
  | 'expired'
  | 'internal';

export interface DeliveryError {
  readonly error: CertificationError;
  /** Enhanced status code (RFC 3463). */
  readonly status: string;
  /** In Italian. */
  readonly words: string;
}

// DP-22, AP-34
export const DELIVERY_ERRORS: Readonly<Record<NonDeliveryCause, DeliveryError>> = {
  'unknown-mailbox': { error: 'no-dest', status: '5.1.1', words: 'indirizzo non valido' },
  'unknown-domain': { error: 'no-dominio', status: '5.1.2', words: 'dominio non valido' },
  'mailbox-full': { error: 'altro', status: '5.2.2', words: 'casella piena' },
  'mailbox-disabled': { error: 'altro', status: '5.2.1', words: 'casella disabilitata' },
  'message-too-large': { error: 'altro', status: '5.3.4', words: 'messaggio troppo grande' },
  refused: { error: 'altro', status: '5.0.0', words: 'messaggio rifiutato dal sistema di destinazione' },
  expired: { error: 'altro', status: '5.4.7', words: 'tempo massimo per la consegna superato' },
  internal: { error: 'altro', status: '5.3.0', words: 'errore interno del sistema' },
};

/** `errore-esteso` as the field writes it: code, provider, words. */
export function extendedError(status: string, provider: string, words: string): string {
  return `${status} - ${provider} - ${words}`;
}

/** `errore-esteso` of the timeout notices; consumers look for `5.4.1` and `ventiquattro`. */
export function timeoutError(provider: string, hours: 12 | 24): string {
  return hours === 12
    ? extendedError(
        '4.4.7',
        provider,
        'il messaggio non è stato consegnato nelle prime dodici ore dal suo invio',
      )
    : extendedError(
        '5.4.1',
        provider,
        'il messaggio non è stato consegnato nelle prime ventiquattro ore dal suo invio',
      );
}

/** Whether an `errore-esteso` is that of a notice at 24 hours; other providers word it in their own ways. */
export function isSecondTimeout(error: string): boolean {
  return /^\s*5\.4\.1\b|24 ore|ventiquattro/i.test(error);
}
