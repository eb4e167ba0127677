// SPDX-License-Identifier: EUPL-1.2
import { join } from 'node:path';

/** Where a provider keeps its store. */
export function storeFolderOf(folder: string): string {
  return join(folder, 'store');
}
