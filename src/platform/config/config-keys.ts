// SPDX-License-Identifier: EUPL-1.2
import type { z } from 'zod';
import { keysAt, unitOf } from './config.ts';

/** One key of the configuration, as the reference shows it. */
export interface ConfigKey {
  /** Dotted path; `*` stands for a name that the operator chooses. */
  readonly path: string;
  readonly unit: string;
  readonly sentence: string;
  /** JSON; undefined when there is no default. */
  readonly defaultValue: string | undefined;
  /** Whether the configuration is wrong without it. */
  readonly required: boolean;
  /** Whether it can be `null`. */
  readonly nullable: boolean;
  /** The values it can have, where they can be listed. */
  readonly choices: readonly string[];
}

/** What the library keeps of a schema. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly valueType?: z.ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly defaultValue?: unknown;
}

/** Every key, in the order of the schema; groups are told by their paths. */
export function configKeys(): ConfigKey[] {
  return keysOf(keysAt([]), '');
}

function keysOf(keys: Readonly<Record<string, z.ZodType>>, prefix: string): ConfigKey[] {
  return Object.entries(keys).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`;
    const own = unitOf(schema) === undefined ? [] : [describe(path, schema)];
    const { shape, valueType } = contentOf(schema);
    if (shape !== undefined) return [...own, ...keysOf(shape, `${path}.`)];
    const values = valueType === undefined ? undefined : contentOf(valueType).shape;
    return values === undefined ? own : [...own, ...keysOf(values, `${path}.*.`)];
  });
}

function describe(path: string, schema: z.ZodType): ConfigKey {
  const wrappers = wrappersOf(schema);
  const filled = wrappers.find(({ type }) => type === 'default' || type === 'prefault');
  const mayBeAbsent = wrappers.some(({ type }) => type === 'optional');
  const { entries } = contentOf(schema);
  return {
    path,
    unit: unitOf(schema) ?? '',
    sentence: sentenceOf(schema) ?? '',
    defaultValue: filled === undefined ? undefined : JSON.stringify(filled.defaultValue),
    required: filled === undefined && !mayBeAbsent,
    nullable: wrappers.some(({ type }) => type === 'nullable'),
    choices: Object.values(entries ?? {}),
  };
}

/** The schema itself and what it wraps, outermost first. */
function wrappersOf(schema: z.ZodType): Definition[] {
  const own = definitionOf(schema);
  return own.innerType === undefined ? [own] : [own, ...wrappersOf(own.innerType)];
}

function contentOf(schema: z.ZodType): Definition {
  return wrappersOf(schema).at(-1) ?? definitionOf(schema);
}

function sentenceOf(schema: z.ZodType): string | undefined {
  const own = schema.meta()?.description;
  const { innerType } = definitionOf(schema);
  return own ?? (innerType === undefined ? undefined : sentenceOf(innerType));
}

function definitionOf(schema: z.ZodType): Definition {
  return (schema as unknown as { def: Definition }).def;
}
