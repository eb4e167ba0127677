// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { EvidenceIndex, EvidenceMessage } from '../../src/evidence/evidence-file/index-model.ts';
import { type EvidencePlan, makeEvidence, type Tampering } from './evidence-forge.ts';
import { EvidenceWorld, type Story } from './evidence-world.ts';
import { examined, shortly } from './examined.ts';

export let made: EvidenceWorld;
/** What is true. */
export let plan: EvidencePlan;

/** Makes the world that a test file forges from. */
export async function openForge(): Promise<void> {
  made = await EvidenceWorld.open();
  await tell(made.complete);
}

export async function closeForge(): Promise<void> {
  await made[Symbol.asyncDispose]();
}

/** From now on the plan is about this message. */
export async function tell(story: Story): Promise<void> {
  plan = await made.plan(story);
}

/** From now on the file has only these of its messages, and the records that name them: less to go through. */
export function keepOnly(names: readonly string[]): void {
  const { index, log } = plan;
  const messages = index.messages.filter(({ file }) => names.includes(file));
  const gone = new Set(index.messages.map(({ file }) => file).filter((file) => !names.includes(file)));
  const [acceptance] = messages;
  assert.ok(acceptance?.kind === 'acceptance');
  const { file: source, instant } = acceptance;
  const recipients = index.recipients.map((each) =>
    each.source !== undefined && gone.has(each.source)
      ? { ...each, outcome: 'accettato' as const, source, instant }
      : each,
  );
  plan = {
    ...plan,
    index: { ...index, messages, recipients },
    contents: Object.fromEntries(Object.entries(plan.contents).filter(([name]) => !gone.has(name))),
    records: plan.records.filter((sequence) =>
      messages.some(({ digest }) => log[sequence - 1]?.includes(digest) === true),
    ),
  };
}

export interface Forgery extends Tampering {
  /** What the file says, signed by the provider's own key. */
  readonly plan?: EvidencePlan;
  readonly hands?: Parameters<EvidenceWorld['hands']>[0];
}

export async function forged({ plan: told = plan, hands, ...tampering }: Forgery): Promise<string> {
  const zip = await makeEvidence(told, made.hands(hands), tampering);
  return shortly(await examined(zip, { made }));
}

/** One octet of a file changed. */
export function flipped(octets: Buffer | undefined, at = Math.floor((octets?.length ?? 0) / 2)): Buffer {
  const changed = Buffer.from(octets ?? assert.fail('no such file'));
  changed.writeUInt8(changed.readUInt8(at) ^ 0x01, at);
  return changed;
}

export function copyInto(target: Map<string, Buffer>, source: ReadonlyMap<string, Buffer>): void {
  for (const [name, octets] of source) target.set(name, octets);
}

/** The plan with another index. */
export function saying(change: Partial<EvidencePlan['index']>): EvidencePlan {
  return { ...plan, index: { ...plan.index, ...change } };
}

/** The plan with one message told of otherwise. */
export function tellingOf(file: string, change: Partial<EvidenceMessage>): EvidencePlan {
  const messages = plan.index.messages.map((each) => (each.file === file ? { ...each, ...change } : each));
  assert.ok(plan.index.messages.some((each) => each.file === file));
  return saying({ messages });
}

/** The plan with other contents. */
export function holding(contents: Readonly<Record<string, Buffer>>): EvidencePlan {
  return { ...plan, contents: { ...plan.contents, ...contents } };
}

/** The plan with one text of the log changed, as a provider could that writes its log anew. */
export function logging(event: string, change: (text: string) => string): EvidencePlan {
  const at = plan.log.findIndex(
    (text) => text.includes(`"event":"${event}"`) && text.includes(plan.index.identifier),
  );
  const text = plan.log[at] ?? assert.fail(event);
  assert.notEqual(change(text), text);
  return { ...plan, log: plan.log.with(at, change(text)) };
}

export const sequenceOf = (event: string) =>
  plan.log.findIndex((text) => text.includes(`"event":"${event}"`)) + 1;
export const record = (event: string) => `log/records/${sequenceOf(event)}.json`;

/** The file that holds the delivery receipt about a recipient. */
export function deliveryOf(address: string): string {
  const found = plan.index.messages.find(
    ({ kind, about }) => kind.startsWith('delivery') && about.includes(address),
  );
  return found?.file ?? assert.fail(address);
}

export function onIndex(change: (index: EvidenceIndex) => EvidenceIndex): Forgery {
  return { index: change };
}

/** The plan with a message replaced, its digest told as it is now. */
export function tellingHolding(
  file: string,
  { octets, digest }: { octets: Buffer; digest: string },
): EvidencePlan {
  const told = tellingOf(file, { digest });
  return { ...told, contents: { ...told.contents, [file]: octets } };
}

/** The same, with the log naming the new digest: everything else agrees with the lie. */
export function wholly(file: string, replaced: { octets: Buffer; digest: string }): EvidencePlan {
  const before = plan.index.messages.find((message) => message.file === file)?.digest ?? assert.fail(file);
  const told = tellingHolding(file, replaced);
  return { ...told, log: told.log.map((text) => text.replaceAll(before, replaced.digest)) };
}

/** A text of the same length in the place of another, in whichever part is base64. */
export function inBase64(
  entity: string,
  { from, to }: { readonly from: string; readonly to: string },
): string {
  return entity.replace(/(?<=\r\n\r\n)[A-Za-z0-9+/\r\n]{100,}={0,2}/g, (encoded) => {
    const text = Buffer.from(encoded, 'base64').toString('latin1');
    if (!text.includes(from)) return encoded;
    const changed = Buffer.from(text.replace(from, to), 'latin1').toString('base64');
    return changed.replace(/.{76}(?!$)/g, '$&\r\n') + (encoded.endsWith('\r\n') ? '\r\n' : '');
  });
}
