// SPDX-License-Identifier: EUPL-1.2
import type { Recognition } from '../../evidence/recognition.ts';
import type { ScanVerdict } from '../../trust/antivirus/scanner.ts';
import type { AuthenticMessage } from '../../trust/signing/verification-result.ts';
import type { IncomingDecision } from './incoming-decision.ts';

type EnvelopeDecision = Extract<IncomingDecision, { decided: 'envelope' }>;

/** What becomes of a message with a virus, by what it would be without (spec 4.6). Nobody ever gets it. */
export type InfectedDecision =
  /** IP-16, IP-17: M6, one M8 for each recipient, quarantine. */
  | { readonly decided: 'infected-envelope'; readonly virus: string; readonly envelope: EnvelopeDecision }
  /** U-15: quarantine; one M8 for each of `envelope.recipients`, where the data can be read. */
  | {
      readonly decided: 'infected-certified';
      readonly virus: string;
      readonly kind: 'notification' | 'damaged';
      readonly signature: AuthenticMessage;
      readonly envelope?: EnvelopeDecision;
    }
  /** IP-21: refused by SMTP, no notification. */
  | { readonly decided: 'infected-ordinary'; readonly virus: string };

/** Undefined when the message has no virus, or cannot be judged now. */
export function decideInfected(
  decision: IncomingDecision,
  { scan, recognition }: { readonly scan: ScanVerdict; readonly recognition: Recognition },
): InfectedDecision | undefined {
  if (scan.verdict !== 'infected') return undefined;
  const { virus } = scan;
  switch (decision.decided) {
    case 'envelope':
      return { decided: 'infected-envelope', virus, envelope: decision };
    case 'notification': {
      // GEN-16: a notification causes none. Its tracking does not move: the user, who does not get it, hears
      // from the deadlines.
      const { signature } = decision;
      return { decided: 'infected-certified', virus, kind: 'notification', signature };
    }
    case 'damaged': {
      const { signature } = decision;
      const readable = recognition.kind === 'transport-envelope' ? recognition : undefined;
      return {
        decided: 'infected-certified',
        virus,
        kind: 'damaged',
        signature,
        ...(readable !== undefined && { envelope: asEnvelope(readable, signature) }),
      };
    }
    case 'ordinary':
      return { decided: 'infected-ordinary', virus };
    case 'try-later':
      return undefined;
  }
}

/** Whom a damaged envelope was for, as far as its data say; it has no owner, hence no signer. */
function asEnvelope(
  envelope: Extract<Recognition, { kind: 'transport-envelope' }>,
  signature: AuthenticMessage,
): EnvelopeDecision {
  return {
    decided: 'envelope',
    envelope,
    signature,
    signer: '',
    recipients: [],
    duplicates: [],
    strangers: [],
  };
}
