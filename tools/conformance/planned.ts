// SPDX-License-Identifier: EUPL-1.2

/** Requirements not built yet, each with the work that will bring it. */
export const planned: Readonly<Record<string, string>> = {};
