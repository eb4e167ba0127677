// SPDX-License-Identifier: EUPL-1.2

import type { EvidenceGrounds } from '../../points/reissuing/evidence-decision.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';
import { readMessageFile } from '../verify/message-file.ts';
import type { Examination, ExaminedMessage, IndexedMessage } from './examined-message.ts';

/** Why a message that was handed over is not taken. */
export type AddedRefusal =
  | { readonly file: string; readonly because: 'not-certified'; readonly detail: string }
  | { readonly file: string; readonly because: 'other-message' | 'not-theirs' };

/**
 * Messages that the operator hands over, as mail programs save them: each must be certified mail about this message, its
 * signature must hold and lead to an authority that the provider trusts. @throws Fault when a file cannot be read
 */
export async function readAdded(
  files: readonly string[],
  {
    grounds,
    examine,
  }: {
    readonly grounds: EvidenceGrounds;
    readonly examine: (message: IndexedMessage) => Promise<Examination>;
  },
): Promise<{ readonly added: readonly ExaminedMessage[] } | AddedRefusal> {
  const added: ExaminedMessage[] = [];
  for (const file of files) {
    const examined = await examine(await readMessageFile(file));
    if (!examined.ok) return { file, because: 'not-certified', detail: examined.why };
    const { message } = examined;
    if (message.chain === undefined)
      return { file, because: 'not-certified', detail: 'its certificate leads to no authority known here' };
    const { identifier, sender } = message.data;
    if (identifier !== grounds.identifier || !sameAddress(sender, grounds.sender))
      return { file, because: 'other-message' };
    if (!mayBeSeen(message, grounds)) return { file, because: 'not-theirs' };
    added.push(message);
  }
  return { added };
}

/** A recipient sees the envelope, and what is about itself (LOG-10). */
function mayBeSeen({ facts }: ExaminedMessage, { view }: EvidenceGrounds): boolean {
  if (view.of !== 'destinatario' || facts.kind === 'transport-envelope') return true;
  return facts.about.some((address) => sameAddress(address, view.holder));
}
