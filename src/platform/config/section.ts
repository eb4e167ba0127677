// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';

/** What a key is measured in; shown in the reference beside its sentence. */
type Unit =
  | 'octets'
  | 'milliseconds'
  | 'seconds'
  | 'hours'
  | 'count'
  | 'path'
  | 'address'
  | 'domain'
  | 'port'
  | 'host'
  | 'url'
  | 'text'
  | 'choice'
  | 'switch';

/** Every key carries one sentence and a unit; the reference page and `check-config` show them. */
export function key<T extends z.ZodType>(schema: T, unit: Unit, sentence: string): T {
  return schema.meta({ unit, description: sentence });
}

export const MEBIBYTE = 1024 * 1024;

export const path = (sentence: string) => key(z.string().min(1), 'path', sentence);
export const domain = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    'write a domain in lower case, like pec.example.it',
  );
export const address = z
  .string()
  .regex(/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/, 'write one bare address, like posta-certificata@pec.example.it');
export const port = z.int().min(0).max(65535);
