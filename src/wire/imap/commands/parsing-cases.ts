// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { DEFAULT_DECODER_OPTIONS } from '../grammar/decoder.ts';
import type { Command } from './command.ts';
import { parseCommand } from './parse-command.ts';

/** The command, or the text of its refusal. */
export function parsed(text: string, options: { utf8: boolean } = { utf8: false }): Command | string {
  const octets = Buffer.from(`t ${text}`, 'utf8');
  const outcome = parseCommand(octets, { ...DEFAULT_DECODER_OPTIONS, ...options });
  if (outcome.is === 'command') return outcome.command;
  return outcome.is === 'refused' ? `${outcome.refusal.status} ${outcome.refusal.text}` : 'incomplete';
}

/** Each text is read, and what is named of the command is as wanted. */
export function accepts(cases: readonly (readonly [string, Partial<Command>])[]): void {
  for (const [text, wanted] of cases) {
    const command = parsed(text);
    assert.ok(typeof command !== 'string', `${text}: ${String(command)}`);
    assert.deepEqual({ ...command, ...wanted }, command, text);
  }
}

/** No text is read. */
export function refuses(cases: readonly string[]): void {
  for (const text of cases) assert.equal(typeof parsed(text), 'string', text);
}

export const ranges = (
  ...pairs: [number, number][]
): { saved: false; ranges: { first: number; last: number }[] } => ({
  saved: false,
  ranges: pairs.map(([first, last]) => ({ first, last })),
});
export const TOP = Number.POSITIVE_INFINITY;
