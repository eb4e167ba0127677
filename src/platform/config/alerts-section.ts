// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { address, key, path, port } from './section.ts';

/** How the operator is told of what needs him. */
export const alertsSection = z
  .strictObject({
    mailbox: key(
      address,
      'address',
      'Mailbox of this provider into which alerts are put; it needs the store.',
    ).optional(),
    email: key(
      address,
      'address',
      'Address elsewhere to which alerts are sent as ordinary mail; needs neither store nor queue.',
    ).optional(),
    relay: key(
      z.strictObject({
        host: key(z.string().min(1), 'host', 'Mail server that takes the alerts.'),
        port: key(port.default(25), 'port', 'Its port.'),
      }),
      'text',
      'Where alerts for `alerts.email` are handed over; found in DNS when left out.',
    ).optional(),
    webhook: key(z.url({ protocol: /^https?$/ }), 'url', 'Where alerts are posted as JSON.').optional(),
    webhookTokenFile: path('File whose first line is sent to the webhook as a bearer token.').optional(),
    webhookCaFile: path('PEM certificates that the webhook must chain to.').optional(),
    webhookMs: key(
      z.int().min(100).max(60_000).default(10_000),
      'milliseconds',
      'How long the webhook may take.',
    ),
    repeatHours: key(
      z.number().positive().nullable().default(6),
      'hours',
      'How often an alert that lasts is sent again; null: never.',
    ),
    perHour: key(
      z.int().positive().default(30),
      'count',
      'Most messages an hour on each way; the rest waits, and what is over meanwhile is not sent.',
    ),
  })
  .prefault({});
