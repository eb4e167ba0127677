// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { address, domain, key, path, port } from './section.ts';

/** Our own record of the provider index: what is in it, and where it is published (DIR-7, DIR-8). */
export const publicationSection = z
  .strictObject({
    url: key(
      z.url({ protocol: /^https$/ }),
      'url',
      'LDIFLocationURL: where our own signed record is had from; its path is the one that is served. Without it nothing is published.',
    ).optional(),
    listen: key(
      z
        .strictObject({
          host: key(z.string().default('127.0.0.1'), 'host', 'Address to listen on.'),
          port: key(port.default(9443), 'port', 'Port to listen on; 0 lets the system choose.'),
        })
        .nullable()
        .prefault({}),
      'text',
      'Our own signed record over HTTPS, with the certificate of the section tls. Null: another server gives it out.',
    ),
    otherCertificatesFile: path(
      'PEM signing certificates beside that of the section signing: the next one before a change of key, the last one after it.',
    ).optional(),
    environments: key(
      z
        .record(
          z.string().min(1).max(2048),
          z.strictObject({
            serviceMailbox: key(address, 'address', 'Its mailReceipt.'),
            domains: key(z.array(domain).min(1), 'domain', 'The PEC domains that it serves.'),
            certificatesFile: path('PEM certificates that it signs with.'),
          }),
        )
        .default({}),
      'text',
      'Secondary environments of ours, by providerUnit, that other programs run: our file holds their records too (DIR-1, DIR-2).',
    ),
    description: key(
      z.string().min(1).max(2048),
      'text',
      'A word about this provider, in its record.',
    ).optional(),
  })
  .prefault({});
