// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../../platform/clock.ts';

/** What a record of the log says, as far as evidence needs it; docs/evidence-format.md. */
export interface RecordText {
  readonly instant: Instant;
  readonly event: string;
  readonly identifier: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly recipient?: string;
  readonly generated: readonly string[];
  /** SHA-256 of signed entities, hexadecimal. */
  readonly digests: readonly string[];
  /** SHA-256 of the original. */
  readonly original?: string;
  readonly detail: Readonly<Record<string, string>>;
}

/** Undefined when the text is no record. Keys that are not known are passed over. */
export function readRecordText(text: string): RecordText | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { instant, event, identifier, sender, recipient, original } = value;
  const [recipients, generated, digests] = [value.recipients, value.generated ?? [], value.digests ?? []];
  const detail = value.detail ?? {};
  const sound =
    typeof instant === 'number' &&
    Number.isSafeInteger(instant) &&
    typeof event === 'string' &&
    typeof identifier === 'string' &&
    typeof sender === 'string' &&
    areTexts(recipients) &&
    areTexts(generated) &&
    areTexts(digests) &&
    isOptionalText(recipient) &&
    isOptionalText(original) &&
    isObject(detail);
  if (!sound) return undefined;
  return {
    instant,
    event,
    identifier,
    sender,
    recipients,
    generated,
    digests,
    detail: Object.fromEntries(
      Object.entries(detail).filter((entry): entry is [string, string] => isText(entry[1])),
    ),
    ...(recipient !== undefined && { recipient }),
    ...(original !== undefined && { original }),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || isText(value);
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
