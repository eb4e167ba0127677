// SPDX-License-Identifier: EUPL-1.2
import type { Decoder } from '../grammar/decoder.ts';
import { ATOM_CHAR, SP } from '../grammar/octet-classes.ts';

export interface LoginCommand {
  readonly name: 'LOGIN';
  readonly user: string;
  readonly password: string;
}

export interface AuthenticateCommand {
  readonly name: 'AUTHENTICATE';
  /** In capitals. */
  readonly mechanism: string;
  /** SASL-IR (RFC 4959): decoded; of no octets for `=`. */
  readonly initialResponse?: Buffer;
}

export type AuthenticationCommand = LoginCommand | AuthenticateCommand;

/** login = "LOGIN" SP userid SP password */
export function login(decoder: Decoder): LoginCommand {
  decoder.sp();
  const user = decoder.astring();
  decoder.sp();
  return { name: 'LOGIN', user, password: decoder.astring() };
}

/** authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp] *(CRLF base64) */
export function authenticate(decoder: Decoder): AuthenticateCommand {
  decoder.sp();
  const mechanism = decoder.word();
  if (!decoder.takes(SP)) return { name: 'AUTHENTICATE', mechanism };
  const text = decoder.run(ATOM_CHAR, 'an initial response');
  const initialResponse = text === '=' ? Buffer.alloc(0) : base64(text);
  if (initialResponse === undefined) return decoder.fail('Malformed base64');
  return { name: 'AUTHENTICATE', mechanism, initialResponse };
}

/** base64 = *(4base64-char) [base64-terminal]; undefined when it is not. */
export function base64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}
