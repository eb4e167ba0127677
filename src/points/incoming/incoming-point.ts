// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';
import { requireOpenGate } from '../certification-gate.ts';
import { domainOf } from '../routing.ts';
import { ordinaryRecipients } from './anomaly.ts';
import { type Examination, examine } from './authenticity.ts';
import { takeCharge } from './envelope.ts';
import { decideIncoming, type IncomingDecision } from './incoming-decision.ts';
import type { IncomingOutcome, IncomingPointOptions } from './incoming-options.ts';
import { receiveInfected, refuseAttachment } from './infected.ts';
import { decideInfected, type InfectedDecision } from './infected-decision.ts';
import { receiveNotification } from './notification.ts';
import { receiveDamaged, receiveOrdinary } from './ordinary.ts';
import { goesApart } from './ordinary-decision.ts';
import { type IncomingTransaction, newReception, type Reception } from './reception.ts';
import type { Overtaken } from './take-charge.ts';

/** The incoming point: judges what arrives and takes charge of what is certified. */
export class IncomingPoint {
  readonly #options: IncomingPointOptions;

  constructor(options: IncomingPointOptions) {
    this.#options = options;
  }

  /** IP-2, IP-3: any address in our own domains, whether the mailbox exists or not. */
  serves(address: string): boolean {
    return this.#options.ownDomains.has(domainOf(address));
  }

  /**
   * Whether a recipient needs a transaction of its own, since ordinary mail to it would end unlike that to those
   * named before. A reverse path of a PEC domain promises certified mail, where each recipient has an outcome of
   * its own; for what is certified after all, from a domain the index does not know yet, it costs one more
   * transaction (IP-12).
   */
  goesApart(
    address: string,
    begun: { readonly reversePath: string; readonly forwardPaths: readonly string[] },
  ): boolean {
    const { directory, ordinaryMail } = this.#options;
    // Those named before are of one fate, or they would not stand together: the first speaks for all.
    const [first] = begun.forwardPaths;
    if (first === undefined) return false;
    if (directory.current.findByDomain(domainOf(begun.reversePath)) !== undefined) return false;
    const [recipient, ...others] = ordinaryRecipients([address, first], this.#options);
    return recipient !== undefined && goesApart(recipient, others, ordinaryMail);
  }

  /**
   * Judges a message and carries the judgement out in one step. A Fault means that the peer may send it
   * again, and must: nothing of it is lost, nothing is done twice (DP-25: the peer's queue is what retries,
   * for 24 hours; then its provider says so by M13). The octets stay the caller's to discard.
   */
  async receive(transaction: IncomingTransaction): Promise<IncomingOutcome> {
    requireOpenGate(this.#options.gate);
    try {
      return await this.#judge(transaction);
    } catch (error) {
      throw transaction.message.partlyKept === true ? unlessGone(error) : error;
    }
  }

  async #judge(transaction: IncomingTransaction): Promise<IncomingOutcome> {
    const reception = newReception(transaction, this.#options.clock.now());
    const examination = await examine(reception, this.#options.verifier);
    for (;;) {
      const outcome = await this.#carryOut(reception, this.#decide(reception, examination));
      // Each time at least one recipient more was served meanwhile, so that this comes to an end.
      if (outcome.outcome !== 'overtaken') return outcome;
    }
  }

  #decide(reception: Reception, examination: Examination): IncomingDecision | InfectedDecision {
    const { store, serviceMailbox } = this.#options;
    const { forwardPaths } = reception.transaction;
    const { recognition, fromAddress } = examination;
    const identifier = recognition.kind === 'neither' ? undefined : recognition.data.identifier;
    // IP-28: what another provider calls by the same identifier is another message.
    const signer = fromAddress?.toLowerCase() ?? '';
    const served =
      recognition.kind === 'transport-envelope'
        ? forwardPaths.filter(
            (path) => store.findDeliveryOutcome(recognition.data.identifier, path, signer) !== undefined,
          )
        : [];
    const decision = decideIncoming(
      { ...examination, forwardPaths },
      {
        served: new Set(served.map((path) => path.toLowerCase())),
        issuedHere: identifier !== undefined && store.findSubmission(identifier) !== undefined,
        serviceMailbox,
      },
    );
    const { scan } = reception.transaction.message;
    const infected = decideInfected(decision, { scan, recognition });
    this.#note(reception, infected ?? decision);
    return infected ?? decision;
  }

  /** DP-1: what the message is decides where it goes and whether anything is to be returned. */
  async #carryOut(
    reception: Reception,
    decision: IncomingDecision | InfectedDecision,
  ): Promise<IncomingOutcome | Overtaken> {
    switch (decision.decided) {
      case 'envelope':
        return takeCharge(reception, decision, this.#options);
      case 'notification':
        return receiveNotification(reception, decision, this.#options);
      case 'damaged':
        return receiveDamaged(reception, decision, this.#options);
      case 'ordinary': {
        const { attachments } = this.#options;
        const attachment = await attachments.inspect(reception.transaction.message);
        return attachment === undefined
          ? receiveOrdinary(reception, decision, this.#options)
          : refuseAttachment(reception, attachment, this.#options);
      }
      case 'try-later':
        return { outcome: 'try-later', text: 'the signature cannot be checked at the moment' };
      default:
        return receiveInfected(reception, decision, this.#options);
    }
  }

  #note({ transaction }: Reception, decision: IncomingDecision | InfectedDecision): void {
    const facts: Record<string, unknown> = { peer: transaction.peer.address, decided: decision.decided };
    if (decision.decided === 'ordinary') {
      facts.failed = decision.failure.failed;
      facts.reason = decision.failure.reason;
    }
    if ('virus' in decision) facts.virus = decision.virus;
    if (decision.decided === 'damaged') facts.detail = decision.detail;
    if (decision.decided === 'envelope') facts.soft = decision.envelope.soft;
    this.#options.journal.info(facts, 'message judged');
  }
}

/** What the message shares with another one went meanwhile: sent again it is kept by itself. */
function unlessGone(error: unknown): unknown {
  if (!(error instanceof Fault) || !GONE.has(error.code)) return error;
  return new Fault('kept-octets-gone', 'what the message shares with another one is no longer kept', {
    temporary: true,
    cause: error,
  });
}

const GONE: ReadonlySet<string> = new Set(['no-such-blob', 'content-gone']);
