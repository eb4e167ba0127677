// SPDX-License-Identifier: EUPL-1.2
import type { SmtpCredentials } from '../smtp-host.ts';
import type { SmtpReply } from '../smtp-reply.ts';
import { OWN } from './own-replies.ts';

/** What comes of a line of an AUTH exchange. */
export type SaslStep =
  | { readonly ask: string }
  | { readonly credentials: SmtpCredentials }
  | { readonly refused: SmtpReply };

/** "Username:" and "Password:", as clients of AUTH LOGIN expect them. */
const ASK_USERNAME = { ask: 'VXNlcm5hbWU6' };
const ASK_PASSWORD = { ask: 'UGFzc3dvcmQ6' };
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/;

/** The mechanisms PLAIN (RFC 4616) and LOGIN, in as many lines as the client takes (RFC 4954 section 4). */
export class SaslLogin {
  readonly #mechanism: 'PLAIN' | 'LOGIN';
  #username: string | undefined;

  constructor(mechanism: 'PLAIN' | 'LOGIN') {
    this.#mechanism = mechanism;
  }

  /** With the initial response, or without one. */
  begin(response: string | undefined): SaslStep {
    if (response !== undefined) return this.#step(response);
    return this.#mechanism === 'PLAIN' ? { ask: '' } : ASK_USERNAME;
  }

  answer(line: string): SaslStep {
    const response = line.trim();
    return response === '*' ? { refused: OWN.loginGivenUp } : this.#step(response);
  }

  #step(response: string): SaslStep {
    const octets = Buffer.from(response, 'base64');
    if (this.#mechanism === 'PLAIN') return readPlain(octets);
    const text = octets.toString();
    if (this.#username !== undefined) return { credentials: { username: this.#username, password: text } };
    if (text === '' || CONTROLS.test(text)) return { refused: OWN.badCredentials };
    this.#username = text;
    return ASK_PASSWORD;
  }
}

function readPlain(octets: Buffer): SaslStep {
  const words = octets.toString().split('\0');
  if (words.length !== 3) return { refused: OWN.badCredentials };
  const [actFor = '', name = '', password = ''] = words;
  if (CONTROLS.test(actFor) || CONTROLS.test(name)) return { refused: OWN.badCredentials };
  // Some clients write the name in the first place only. Nobody acts for somebody else here, so another
  // authorization identity is none of ours.
  const isOther = actFor !== '' && name !== '' && actFor.toLowerCase() !== name.toLowerCase();
  return { credentials: { username: isOther ? '' : name || actFor, password } };
}
