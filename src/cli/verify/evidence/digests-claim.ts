// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { ZipEntryBroken } from '../../../wire/zip/zip-reader.ts';
import type { ClaimBook } from './claims.ts';
import type { EvidencePackage } from './package-claim.ts';

/** Claim `digests`: every listed file is unpacked once, in chunks, and compared with the index. */
export async function checkDigests({ archive, index }: EvidencePackage, book: ClaimBook): Promise<void> {
  for (const { name, sizeBytes, sha256 } of index.files) {
    const entry = archive.find(name);
    if (entry === undefined) continue;
    const digest = createHash('sha256');
    try {
      for await (const chunk of archive.stream(entry)) digest.update(chunk);
    } catch (error) {
      if (!(error instanceof ZipEntryBroken)) throw error;
      book.refute('package', 'file-broken', { file: name, detail: error.message });
      continue;
    }
    const found = digest.digest('hex');
    if (found !== sha256 || entry.sizeBytes !== sizeBytes) {
      const detail = `${entry.sizeBytes} octets, SHA-256 ${found}; the index says ${sizeBytes} and ${sha256}`;
      book.refute('digests', 'digest-differs', { file: name, detail });
    }
    const named = /^(?:certificates|revocation)\/([0-9a-f]{64})\./.exec(name)?.[1];
    if (named !== undefined && named !== found) {
      book.refute('digests', 'digest-differs', { file: name, detail: 'its name is not its SHA-256' });
    }
  }
}
