// SPDX-License-Identifier: EUPL-1.2

/** Where things are unless an option says otherwise; meant from the folder the command runs in. */
export const DEFAULT_CONFIG_FILE = 'ceralacca.yaml';
export const DEFAULT_DEMO_FOLDER = 'var/demo';
export const DEFAULT_WORLD_FILE = `${DEFAULT_DEMO_FOLDER}/world.json`;
