// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { type Config, configSchema } from './config-schema.ts';
import { signingContradictions } from './signing-section.ts';

export type { Config } from './config-schema.ts';

/** Something wrong with the configuration: which key, and what to write instead. */
export interface ConfigProblem {
  /** Dotted path of the key, e.g. `limits.recipients`; empty for the whole file. */
  readonly path: string;
  readonly sentence: string;
}

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/**
 * Reads a configuration file (YAML, so JSON too). Relative paths in it are meant from its own folder.
 * Never throws: whatever is wrong comes back as problems, all of them at once.
 */
export function readConfig(file: string): ConfigReading {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return failed('', `the file cannot be read: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    return failed('', `the file is not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const reading = checkConfig(value);
  return reading.ok
    ? { ok: true, config: withAbsolutePaths(reading.config, dirname(resolve(file))) }
    : reading;
}

/** Checks a value against the schema and for contradictions between keys. */
export function checkConfig(value: unknown): ConfigReading {
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap(toProblems) };
  const problems = contradictions(parsed.data);
  return problems.length === 0 ? { ok: true, config: parsed.data } : { ok: false, problems };
}

function failed(path: string, sentence: string): ConfigReading {
  return { ok: false, problems: [{ path, sentence }] };
}

function toProblems(issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(keysAt(issue.path.map(String)));
    return issue.keys.map((name) => ({
      path: path === '' ? name : `${path}.${name}`,
      sentence: `there is no such key; write one of ${known.join(', ')}`,
    }));
  }
  const missing = issue.code === 'invalid_type' && issue.message.includes('received undefined');
  return [
    {
      path,
      sentence: missing ? `this key is missing; ${expectation(issue.path.map(String))}` : issue.message,
    },
  ];
}

function expectation(path: readonly string[]): string {
  const schema = path.length === 0 ? undefined : keysAt(path.slice(0, -1))[path.at(-1) ?? ''];
  const sentence = schema?.meta()?.description;
  if (sentence !== undefined) return `write: ${sentence}`;
  return `write its keys: ${Object.keys(keysAt(path)).join(', ')}`;
}

/** The keys of the object at a path of the schema. */
export function keysAt(path: readonly string[]): Readonly<Record<string, z.ZodType>> {
  let schema: z.ZodType = configSchema;
  for (const name of path) schema = shapeOf(schema)[name] ?? schema;
  return shapeOf(schema);
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  const { def } = schema as unknown as { def: { shape?: Record<string, z.ZodType>; innerType?: z.ZodType } };
  if (def.shape !== undefined) return def.shape;
  return def.innerType === undefined ? {} : shapeOf(def.innerType);
}

/** What the values of a key with names of the operator's own are; undefined for any other key. */
function valuesOf(schema: z.ZodType): z.ZodType | undefined {
  const { def } = schema as unknown as { def: { valueType?: z.ZodType; innerType?: z.ZodType } };
  return def.valueType ?? (def.innerType === undefined ? undefined : valuesOf(def.innerType));
}

/** Keys that are right alone and wrong together. */
function contradictions(config: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const say = (path: string, sentence: string) => problems.push({ path, sentence });
  const { limits, directory, provider } = config;
  if (limits.hardMessageBytes < limits.messageBytes) {
    say(
      'limits.hardMessageBytes',
      `must not be below limits.messageBytes; write ${limits.messageBytes} or more`,
    );
  }
  if (limits.exchangeBytes < limits.messageBytes) {
    say(
      'limits.exchangeBytes',
      `must not be below limits.messageBytes; write ${limits.messageBytes} or more`,
    );
  }
  if ((directory.file === undefined) === (directory.url === undefined)) {
    say('directory', 'write either directory.file or directory.url, not both and not neither');
  }
  for (const name of ['caFile', 'clientCertificateFile', 'clientKeyFile'] as const) {
    if (directory.url !== undefined && directory[name] === undefined) {
      say(`directory.${name}`, 'is needed with directory.url: the index is read with a client certificate');
    }
  }
  for (const name of ['serviceAddress', 'serviceMailbox'] as const) {
    const domain = provider[name].slice(provider[name].lastIndexOf('@') + 1).toLowerCase();
    if (!provider.domains.includes(domain)) {
      say(`provider.${name}`, `lies in ${domain}, which is not among provider.domains; add the domain there`);
    }
  }
  signingContradictions(config.signing, say);
  const { scanner, socket, port } = config.antivirus;
  if (scanner === 'clamd' && (socket === undefined) === (port === undefined)) {
    say('antivirus', 'write either antivirus.socket or antivirus.port, where clamd listens');
  }
  for (const domain of Object.keys(config.routes)) {
    if (provider.domains.includes(domain))
      say(`routes.${domain}`, 'is a domain of ours and is never relayed; remove the route');
  }
  const ports = new Map<string, string>();
  const doors = Object.entries(config.listen).map(
    ([name, door]) => [`listen.${name}`, door] as [string, typeof door],
  );
  const { url, listen } = config.publication;
  doors.push(
    ['watch.listen', config.watch.listen],
    ['publication.listen', url === undefined ? null : listen],
  );
  for (const [name, door] of doors) {
    if (door === null || door.port === 0) continue;
    const where = `${door.host}:${door.port}`;
    const other = ports.get(where);
    if (other !== undefined) say(name, `uses ${where}, which ${other} uses too; write another port`);
    ports.set(where, name);
  }
  return problems;
}

function withAbsolutePaths(config: Config, base: string): Config {
  const walk = (value: unknown, keys: Readonly<Record<string, z.ZodType>>): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const schema = keys[name];
        if (schema === undefined) return [name, inner];
        if (unitOf(schema) === 'path' && typeof inner === 'string') return [name, resolve(base, inner)];
        if (unitOf(schema) === 'path' && Array.isArray(inner))
          return [name, inner.map((each) => resolve(base, String(each)))];
        const values = valuesOf(schema);
        if (values === undefined || typeof inner !== 'object' || inner === null)
          return [name, walk(inner, shapeOf(schema))];
        const entries = Object.entries(inner).map(([each, value]) => [each, walk(value, shapeOf(values))]);
        return [name, Object.fromEntries(entries)];
      }),
    );
  };
  return walk(config, keysAt([])) as Config;
}

/** The unit of a key, whatever optional and default wrap it. */
export function unitOf(schema: z.ZodType): string | undefined {
  const own = schema.meta()?.unit;
  if (typeof own === 'string') return own;
  const { def } = schema as unknown as { def: { innerType?: z.ZodType } };
  return def.innerType === undefined ? undefined : unitOf(def.innerType);
}
