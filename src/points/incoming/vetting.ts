// SPDX-License-Identifier: EUPL-1.2
import { FORGED_RESULTS_TEXT, senderChecksText } from '../../evidence/wording/mail-authentication.ts';
import type { MailVerdict } from '../../trust/mail-authentication/mail-authentication.ts';
import type { SpamVerdict } from '../../trust/spam/spam-filter.ts';
import { authenticationResults, type MethodResult } from '../../wire/mime/authentication-results.ts';
import type { Refusal } from './ordinary-decision.ts';

/** What is known of ordinary mail that would be let in; what was not looked at is absent. */
export interface Vetting {
  readonly sender?: MailVerdict;
  readonly spam?: SpamVerdict;
  /** Whether it brings results that claim to be ours (RFC 8601 section 5). */
  readonly forged: boolean;
}

/** What the operator wants done besides telling. */
export interface VettingRules {
  /** `follow`: what the domain asks for mail that fails DMARC is done. */
  readonly dmarc: 'tell' | 'follow';
  /** Of a domain that excludes the host, where DMARC does not vouch for the mail. */
  readonly spfFail: 'tell' | 'refuse';
  /** What becomes of mail that the filter would refuse. */
  readonly spam: 'file' | 'refuse';
}

export type VettingDecision =
  | { readonly decided: 'refuse'; readonly refusal: Refusal }
  | { readonly decided: 'admit'; readonly junk: boolean };

/** Whether ordinary mail stays out after all, or goes among the unwanted. Trouble with DNS is no reason for either. */
export function decideVetted({ sender, spam }: Vetting, rules: VettingRules): VettingDecision {
  const failed = sender?.dmarc.result === 'fail' && rules.dmarc === 'follow' ? sender.dmarc.policy : 'none';
  // RFC 7372
  if (failed === 'reject') return refuse('5.7.26', 'the domain of the author disowns this message (DMARC)');
  if (sender?.spf.result === 'fail' && sender.dmarc.result !== 'pass' && rules.spfFail === 'refuse')
    return refuse('5.7.23', 'the domain of the sender does not send from this host (SPF)');
  if (spam?.advice === 'reject' && rules.spam === 'refuse')
    return refuse('5.7.1', 'the message looks like spam');
  const unwanted = spam !== undefined && spam.advice !== 'accept';
  return { decided: 'admit', junk: unwanted || failed === 'quarantine' };
}

/** Trace lines above the message, without line ends. */
export function vettingLines({ sender, spam }: Vetting, hostname: string): string[] {
  const lines = sender === undefined ? [] : authenticationResults(hostname, methodsOf(sender));
  if (spam === undefined) return lines;
  const marked = spam.advice !== 'accept';
  const score = `${spam.score.toFixed(2)} / ${spam.required.toFixed(2)}`;
  return [
    ...lines,
    ...(marked ? ['X-Spam-Flag: YES'] : []),
    `X-Spam-Status: ${marked ? 'Yes' : 'No'}, score=${spam.score.toFixed(2)} required=${spam.required.toFixed(2)}`,
    `X-Spam-Score: ${score}`,
    `X-Spam-Action: ${spam.action.replace(/[^a-z ]/gi, '?')}`,
  ];
}

/** What the text of the anomaly envelope says of it, in Italian. */
export function vettingRemarks({ sender, forged }: Vetting): string[] {
  return [
    ...(sender === undefined ? [] : [senderChecksText(sender)]),
    ...(forged ? [FORGED_RESULTS_TEXT] : []),
  ];
}

/** For the log. */
export function vettingDetail({ sender, spam, forged }: Vetting): Record<string, string> {
  return {
    ...(sender !== undefined && {
      spf: sender.spf.result,
      dkim: sender.dkim.map(({ result }) => result).join(' ') || 'none',
      dmarc: `${sender.dmarc.result} ${sender.dmarc.policy}`,
    }),
    ...(spam !== undefined && { spam: `${spam.action} ${spam.score}` }),
    ...(forged && { forged: 'authentication-results' }),
  };
}

function methodsOf({ spf, dkim, dmarc }: MailVerdict): MethodResult[] {
  const signatures = dkim.map(
    ({ result, domain, selector }): MethodResult => ({
      method: 'dkim',
      result,
      properties: { 'header.d': domain, 'header.s': selector },
    }),
  );
  return [
    { method: 'spf', result: spf.result, properties: { 'smtp.mailfrom': spf.domain } },
    ...(signatures.length === 0 ? [{ method: 'dkim', result: 'none', properties: {} } as const] : signatures),
    { method: 'dmarc', result: dmarc.result, properties: { 'header.from': dmarc.domain } },
  ];
}

function refuse(enhanced: string, text: string): VettingDecision {
  return { decided: 'refuse', refusal: { code: 550, enhanced, text } };
}
