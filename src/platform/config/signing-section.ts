// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { key, path } from './section.ts';

const token = z.strictObject({
  moduleFile: path("The maker's PKCS #11 module, a shared library (.so)."),
  tokenLabel: key(z.string().min(1), 'text', 'Label of the token; this or slot.').optional(),
  slot: key(z.int().min(0), 'count', 'Number of the slot the token is in; this or tokenLabel.').optional(),
  keyLabel: key(
    z.string().min(1),
    'text',
    'CKA_LABEL of the private RSA key; this, keyId or both.',
  ).optional(),
  keyId: key(
    z.string().regex(/^([0-9a-fA-F]{2})+$/, 'write pairs of hexadecimal digits, like 01a2'),
    'text',
    'CKA_ID of the private RSA key, in hexadecimal digits.',
  ).optional(),
  pinFile: path("File whose first line is the user's PIN; readable by its owner only."),
  sessions: key(z.int().min(1).max(32).default(4), 'count', 'Signatures that the token makes side by side.'),
  answerSeconds: key(
    z.number().positive().max(120).default(10),
    'seconds',
    'How long a signature may take, waiting included; then the module is started anew.',
  ),
});

/** The key that signs envelopes and receipts, and its certificate. */
export const signingSection = z.strictObject({
  kind: key(
    z.enum(['file', 'pkcs11']).default('file'),
    'choice',
    'Where the private key lives: in keyFile, or in a hardware module by PKCS #11 (SIG-5).',
  ),
  keyFile: path(
    'PEM PKCS#8 private key that signs envelopes and receipts; readable by its owner only. Needed with kind file.',
  ).optional(),
  passphraseFile: path('File whose first line is the passphrase of an encrypted keyFile.').optional(),
  pkcs11: key(token.optional(), 'text', 'The key in a hardware module; needed with kind pkcs11.'),
  certificateFile: path('PEM certificate of the signing key.'),
  chainFile: path('PEM certificates of the authorities above it.').optional(),
});

/** Keys of the section that are right alone and wrong together. */
export function signingContradictions(
  { kind, keyFile, pkcs11 }: z.infer<typeof signingSection>,
  say: (path: string, sentence: string) => void,
): void {
  if (kind === 'file') {
    if (keyFile === undefined) say('signing.keyFile', 'is needed with signing.kind file');
    if (pkcs11 !== undefined) say('signing.pkcs11', 'means nothing with signing.kind file; remove it');
    return;
  }
  if (keyFile !== undefined) say('signing.keyFile', 'means nothing with signing.kind pkcs11; remove it');
  if (pkcs11 === undefined) {
    say('signing.pkcs11', 'is needed with signing.kind pkcs11');
    return;
  }
  if ((pkcs11.tokenLabel === undefined) === (pkcs11.slot === undefined)) {
    say('signing.pkcs11', 'write either tokenLabel or slot, not both and not neither');
  }
  if (pkcs11.keyLabel === undefined && pkcs11.keyId === undefined) {
    say('signing.pkcs11', 'write keyLabel, keyId or both');
  }
}
