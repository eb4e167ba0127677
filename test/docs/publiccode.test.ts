// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { readText } from './project.ts';

/** What version 0.4 of the standard makes mandatory or limits, as far as we use it. */
const description = z.strictObject({
  localisedName: z.string().optional(),
  shortDescription: z.string().max(150),
  longDescription: z.string().min(150).max(10_000),
  features: z.array(z.string()).min(1),
});
const publiccode = z.strictObject({
  publiccodeYmlVersion: z.literal('0.4'),
  name: z.string(),
  url: z.url({ protocol: /^https$/ }),
  softwareVersion: z.string(),
  softwareType: z.enum(['standalone/backend', 'standalone/web', 'standalone/other']),
  developmentStatus: z.enum(['concept', 'development', 'beta', 'stable', 'obsolete']),
  platforms: z.array(z.enum(['web', 'windows', 'mac', 'linux', 'ios', 'android'])).min(1),
  categories: z.array(z.enum(['email-management', 'communications', 'digital-citizenship'])).min(1),
  intendedAudience: z.strictObject({
    countries: z.array(z.string().regex(/^[a-z]{2}$/)),
    scope: z.array(z.enum(['government', 'local-authorities'])),
  }),
  description: z.strictObject({ it: description, en: description }),
  legal: z.strictObject({ license: z.literal('EUPL-1.2') }),
  maintenance: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({
      type: z.literal('community'),
      contacts: z.array(z.strictObject({ name: z.string(), email: z.email().optional() })).min(1),
    }),
  ]),
  localisation: z.strictObject({
    localisationReady: z.boolean(),
    availableLanguages: z.array(z.string()).min(1),
  }),
});

test('publiccode.yml follows version 0.4 of its standard', () => {
  const reading = publiccode.safeParse(parse(readText('publiccode.yml')));
  assert.deepEqual(reading.error?.issues, undefined);
});

test('publiccode.yml and package.json tell the same version, licence and name', () => {
  const { softwareVersion, legal, name } = publiccode.parse(parse(readText('publiccode.yml')));
  const own = JSON.parse(readText('package.json')) as { name: string; version: string; license: string };
  assert.deepEqual(
    [name.toLowerCase(), softwareVersion, legal.license],
    [own.name, own.version, own.license],
  );
  assert.match(readText('LICENSE'), /^ +EUROPEAN UNION PUBLIC LICENCE v\. 1\.2\n/);
});
