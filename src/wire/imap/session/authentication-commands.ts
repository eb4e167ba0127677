// SPDX-License-Identifier: EUPL-1.2
import { base64 } from '../commands/authentication.ts';
import type { CommandOf } from '../commands/command.ts';
import {
  type ImapAccount,
  type ImapBackend,
  Refusal,
  type SaslExchange,
  type SaslMechanism,
} from '../imap-backend.ts';
import { bad, no, ok, type StatusResponse } from '../responses/statuses.ts';
import { capabilities } from './capabilities.ts';
import type { SessionContext } from './session-context.ts';

/** RFC 9051 section 6.2.3. */
export async function login(context: SessionContext, command: CommandOf<'LOGIN'>): Promise<StatusResponse> {
  if (!context.loginAllowed) return no('Use TLS first', 'PRIVACYREQUIRED');
  return conclude(context, await context.options.backend.login(command.user, command.password));
}

function conclude(context: SessionContext, outcome: ImapAccount | Refusal): StatusResponse {
  if (outcome instanceof Refusal) {
    context.failedLogins++;
    return no(outcome.text, outcome.code ?? 'AUTHENTICATIONFAILED');
  }
  // The client went away while its password was looked at.
  if (context.loggedOut) outcome.close();
  else context.enter(outcome);
  return ok('Logged in', `CAPABILITY ${capabilities(context).join(' ')}`);
}

/** An AUTHENTICATE under way: the client's lines are responses, not commands. */
export class Authentication {
  readonly tag: string;
  readonly #context: SessionContext;
  readonly #exchange: SaslExchange;

  private constructor(context: SessionContext, tag: string, exchange: SaslExchange) {
    this.#context = context;
    this.tag = tag;
    this.#exchange = exchange;
  }

  /** Either a tagged answer at once, or an exchange that goes on with the client's next line. */
  static async begin(
    context: SessionContext,
    command: CommandOf<'AUTHENTICATE'> & { readonly tag: string },
  ): Promise<StatusResponse | Authentication> {
    const mechanism = findMechanism(context.options.backend, command.mechanism);
    if (mechanism === undefined) return no('Unknown authentication mechanism', 'CANNOT');
    if (!context.loginAllowed) return no('Use TLS first', 'PRIVACYREQUIRED');
    const authentication = new Authentication(context, command.tag, mechanism.start());
    if (command.initialResponse !== undefined) return authentication.#respond(command.initialResponse);
    authentication.#challenge(Buffer.alloc(0));
    return authentication;
  }

  /** The client's next line; undefined when it was too long. */
  async next(line: Buffer | undefined): Promise<StatusResponse | Authentication> {
    if (line === undefined) return bad('Response too long');
    const text = line.toString('latin1');
    if (text === '*') return bad('Authentication cancelled');
    const response = base64(text);
    return response === undefined ? bad('Malformed base64') : this.#respond(response);
  }

  async #respond(response: Buffer): Promise<StatusResponse | Authentication> {
    const step = await this.#exchange.next(response);
    if (step instanceof Refusal) return conclude(this.#context, step);
    if (step.step === 'done') return conclude(this.#context, step.account);
    this.#challenge(step.octets);
    return this;
  }

  #challenge(octets: Buffer): void {
    this.#context.writer.line(`+ ${octets.toString('base64')}`);
    this.#context.reader.expectLine(this.#context.limits.saslBytes);
  }
}

function findMechanism(backend: ImapBackend, name: string): SaslMechanism | undefined {
  if (name === 'PLAIN') return { name: 'PLAIN', start: () => new PlainExchange(backend) };
  return backend.mechanisms?.find((mechanism) => mechanism.name === name);
}

/** RFC 4616: message = [authzid] NUL authcid NUL passwd */
class PlainExchange implements SaslExchange {
  readonly #backend: ImapBackend;

  constructor(backend: ImapBackend) {
    this.#backend = backend;
  }

  async next(response: Buffer): Promise<{ step: 'done'; account: ImapAccount } | Refusal> {
    const parts = response.toString('utf8').split('\0');
    const [authorization, user, password] = parts;
    if (
      parts.length !== 3 ||
      user === undefined ||
      user === '' ||
      password === undefined ||
      password === ''
    ) {
      return new Refusal('Malformed PLAIN response', 'AUTHENTICATIONFAILED');
    }
    // Nobody may act for another here.
    if (authorization !== '' && authorization !== user) {
      return new Refusal('Acting for another user is not allowed', 'AUTHORIZATIONFAILED');
    }
    const outcome = await this.#backend.login(user, password);
    return outcome instanceof Refusal ? outcome : { step: 'done', account: outcome };
  }
}
