// SPDX-License-Identifier: EUPL-1.2
import type { Recognition } from '../../evidence/recognition.ts';
import type { AnomalyCause } from '../../evidence/wording/anomalies.ts';
import type {
  AuthenticMessage,
  SignatureFailure,
  Verification,
} from '../../trust/signing/verification-result.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';

type Envelope = Extract<Recognition, { kind: 'transport-envelope' }>;
type Notification = Extract<Recognition, { kind: 'notification' }>;

export interface IncomingInput {
  readonly verification: Verification;
  /** Address of the From field; absent when it is not exactly one. */
  readonly fromAddress?: string;
  /** The formal checks of IP-9; only looked at when the signature holds. */
  readonly recognition: Recognition;
  readonly forwardPaths: readonly string[];
}

/** What the incoming point knows besides the message. */
export interface IncomingFacts {
  /** Recipients of `forwardPaths` this envelope has an outcome for already (IP-28), lower case. */
  readonly served: ReadonlySet<string>;
  /** Whether the message the notification speaks of was issued here (IP-30). */
  readonly issuedHere: boolean;
  /** Our own service mailbox, where M6 and M8 come (SRV-1). */
  readonly serviceMailbox: string;
}

export type IncomingDecision =
  | {
      readonly decided: 'envelope';
      readonly envelope: Envelope;
      readonly signature: AuthenticMessage;
      /** Service address of the provider that signed, lower case: its From and its certificate's (IP-8). */
      readonly signer: string;
      /** Recipients to take charge of and to deliver to. */
      readonly recipients: readonly string[];
      /** Forward paths served before (IP-28). */
      readonly duplicates: readonly string[];
      /** Forward paths not served yet that the certification data do not list (IP-27). */
      readonly strangers: readonly string[];
    }
  | {
      readonly decided: 'notification';
      readonly notification: Notification;
      readonly signature: AuthenticMessage;
      readonly signer: string;
    }
  | {
      readonly decided: 'damaged';
      readonly signature: AuthenticMessage;
      readonly cause: AnomalyCause;
      readonly detail: string;
    }
  | { readonly decided: 'ordinary'; readonly failure: SignatureFailure; readonly cause: AnomalyCause }
  | { readonly decided: 'try-later'; readonly detail: string };

/** The result table of RFC 6109 section 2.2.2 (IP-10). */
export function decideIncoming(input: IncomingInput, facts: IncomingFacts): IncomingDecision {
  const { verification, recognition } = input;
  if (!verification.authentic) {
    // U-17: what cannot be judged now is not called ordinary.
    if (verification.temporary) return { decided: 'try-later', detail: verification.detail };
    return { decided: 'ordinary', failure: verification, cause: causeOf(verification) };
  }
  const damaged = (cause: AnomalyCause, detail: string): IncomingDecision => ({
    decided: 'damaged',
    signature: verification,
    cause,
    detail,
  });
  const signer = signerOf(verification, input.fromAddress);
  if (signer === undefined) {
    return damaged('wrong-sender', 'the From address is not one of the signing provider'); // IP-8
  }
  switch (recognition.kind) {
    case 'neither':
      return damaged('malformed', recognition.detail);
    case 'notification': {
      const problem = misplaced(recognition, input, facts);
      return problem === undefined
        ? { decided: 'notification', notification: recognition, signature: verification, signer }
        : damaged('malformed', problem);
    }
    case 'transport-envelope': {
      const strangers = new Set(recognition.strangers.map((address) => address.toLowerCase()));
      const served = (path: string) => facts.served.has(path.toLowerCase());
      const unserved = input.forwardPaths.filter((path) => !served(path));
      return {
        decided: 'envelope',
        envelope: recognition,
        signature: verification,
        signer,
        recipients: unserved.filter((path) => !strangers.has(path.toLowerCase())),
        duplicates: input.forwardPaths.filter(served),
        strangers: unserved.filter((path) => strangers.has(path.toLowerCase())),
      };
    }
  }
}

/** IP-8, GEN-6: the From address, where it is the certificate's address, in a domain that the record manages. */
function signerOf(signature: AuthenticMessage, from: string | undefined): string | undefined {
  if (from === undefined) return undefined;
  const certified = signature.certificate.rfc822Names.some((name) => sameAddress(name, from));
  return certified && manages(signature, from) ? from.toLowerCase() : undefined;
}

/** Whether the index gives the domain of an address to the provider that signed. */
export function manages({ owners }: AuthenticMessage, address: string): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return owners.some((owner) => owner.managedDomains.has(domain));
}

/**
 * IP-30: M6 and M8 only for the service mailbox, which takes nothing else (SRV-1), and no notification about
 * what was not issued here.
 */
function misplaced(
  notification: Notification,
  input: IncomingInput,
  facts: IncomingFacts,
): string | undefined {
  if (!facts.issuedHere) return `no message ${notification.data.identifier} was issued here`;
  const { receipt } = notification;
  const forService = input.forwardPaths.filter((path) => sameAddress(path, facts.serviceMailbox)).length;
  if (receipt === 'presa-in-carico' || receipt === 'rilevazione-virus') {
    // IP-14, DP-26: they never reach a user.
    return forService === input.forwardPaths.length ? undefined : `${receipt} is not for a user's mailbox`;
  }
  return forService === 0 ? undefined : `${receipt} is not for the service mailbox`;
}

function causeOf(failure: SignatureFailure): AnomalyCause {
  if (failure.failed === 'existence') return 'no-signature';
  switch (failure.reason) {
    case 'digest-mismatch':
    case 'signature-invalid':
      return 'altered';
    case 'expired':
    case 'not-yet-valid':
      return 'expired';
    case 'revoked':
      return 'revoked';
    default:
      return 'not-trusted';
  }
}
