// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { key, MEBIBYTE } from './section.ts';

/** Attachments that are not wanted; nothing is refused unless something is listed. */
export const attachments = z
  .strictObject({
    refusedExtensions: key(
      z
        .array(z.string().regex(/^[a-z0-9]+$/, 'write an extension in lower case, without dot, like exe'))
        .default([]),
      'text',
      'Extensions of files that are refused as attachments, also inside archives.',
    ),
    refusedContents: key(
      z.array(z.enum(['windows', 'elf', 'mach-o', 'java', 'shortcut', 'script'])).default([]),
      'text',
      'Kinds of programs that are refused by their first octets, whatever their name: windows, elf, mach-o, java, shortcut, script.',
    ),
    archiveDepth: key(
      z.int().min(1).max(10).default(3),
      'count',
      'Archives within one another that are opened; what lies deeper is unreadable.',
    ),
    archiveBytes: key(
      z
        .int()
        .positive()
        .default(64 * MEBIBYTE),
      'octets',
      'Largest archive that is opened, and most that is unpacked of one message; beyond it an archive is unreadable.',
    ),
    refuseUnreadable: key(
      z.boolean().default(false),
      'switch',
      'Refuse archives that cannot be looked into: encrypted, broken, too large, too deep, of other formats.',
    ),
  })
  .prefault({});
