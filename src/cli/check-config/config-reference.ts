// SPDX-License-Identifier: EUPL-1.2
import { type ConfigKey, configKeys } from '../../platform/config/config-keys.ts';

const INTRODUCTION = `# Configuration

One YAML file (so JSON is good as well), read by \`ceralacca serve --config FILE\` and checked by
\`ceralacca check-config FILE\`. A key that is not listed here stops the start, and so does a value that is
wrong or contradicts another; the message names the key and says what to write instead. Relative paths are
meant from the folder of the file. Secrets never stand in the file: keys that end in \`File\` name the files
that hold them. [ceralacca.example.yaml](ceralacca.example.yaml) is a whole configuration to start from.
`;

/** The reference page, in Markdown: every key with its unit, default and sentence, by group. */
export function configReference(): string {
  const groups = new Map<string, ConfigKey[]>();
  for (const key of configKeys()) {
    const [group = ''] = key.path.includes('.') ? key.path.split('.') : [isGroup(key) ? key.path : ''];
    groups.set(group, [...(groups.get(group) ?? []), key]);
  }
  const sections = [...groups].map(([group, keys]) => {
    const title = group === '' ? '## At the top' : `## ${group}`;
    const rows = keys.map((key) => `| ${cells(key).join(' | ')} |`);
    return [title, '', '| key | unit | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
  });
  return [INTRODUCTION, ...sections].join('\n').trimEnd().concat('\n');
}

/** A key that has others below it. */
function isGroup({ path }: ConfigKey): boolean {
  return configKeys().some((other) => other.path.startsWith(`${path}.`));
}

function cells(key: ConfigKey): string[] {
  const { path, unit, sentence, choices } = key;
  const values = choices.map((choice) => `\`${choice}\``).join(', ');
  const closed = key.nullable ? ' `null` leaves it out.' : '';
  return [`\`${path}\``, values || (isGroup(key) ? 'group' : unit), defaultOf(key), `${sentence}${closed}`];
}

function defaultOf(key: ConfigKey): string {
  if (key.required) return 'required';
  if (key.defaultValue === undefined) return 'none';
  return isGroup(key) ? 'as below' : `\`${key.defaultValue}\``;
}
