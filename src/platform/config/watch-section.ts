// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { key, port } from './section.ts';

/** Where the provider shows how it is. */
export const watchSection = z
  .strictObject({
    listen: key(
      z
        .strictObject({
          host: key(z.string().default('127.0.0.1'), 'host', 'Address to listen on; there is no password.'),
          port: key(port.default(9780), 'port', 'Port to listen on; 0 lets the system choose.'),
        })
        .nullable()
        .prefault({}),
      'text',
      'Metrics, health and status over HTTP: /metrics, /health/live, /health/ready, /status. Null: nowhere.',
    ),
    indexStaleHours: key(
      z.number().positive().default(48),
      'hours',
      'Age of the provider index from which the provider is not ready.',
    ),
    diskFreeBytes: key(
      z
        .int()
        .nonnegative()
        .default(1024 * 1024 * 1024),
      'octets',
      'Free space on the disk of the store below which `disk-low` is raised.',
    ),
    certificateDays: key(
      z.number().positive().default(30),
      'count',
      'Days before the end of a certificate from which on `certificate-expiring` is raised.',
    ),
    queueAgeHours: key(
      z.number().positive().default(6),
      'hours',
      'Age of a message in the queue from which on `queue-old` is raised.',
    ),
  })
  .prefault({});
