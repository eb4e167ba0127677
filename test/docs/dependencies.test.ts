// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { builtinModules } from 'node:module';
import { test } from 'node:test';
import { codesIn, readText, sourceFiles, tableAfter } from './project.ts';

const page = readText('docs/dependencies.md');
const rows = tableAfter(page, '## At run time').map(([name = '', , , licence = '', places = '']) => ({
  name: codesIn(name)[0] ?? '',
  licence,
  places: codesIn(places),
}));

test('docs/dependencies.md has a row for each package that is imported, naming the member', () => {
  const members = importingMembers();
  assert.ok(members.size > 5);
  for (const [name, places] of members) {
    const row = rows.find((one) => one.name === name);
    assert.ok(row, `${name} has no row`);
    assert.deepEqual([...places].sort(), [...row.places].sort(), name);
  }
});

test('docs/dependencies.md lists the dependencies of package.json, each with its licence', () => {
  const { dependencies } = JSON.parse(readText('package.json')) as { dependencies: Record<string, string> };
  assert.deepEqual(
    rows.map(({ name }) => name),
    Object.keys(dependencies),
  );
  for (const { name, licence, places } of rows) {
    const { license } = JSON.parse(readText(`node_modules/${name}/package.json`)) as { license: string };
    assert.equal(licence, license, name);
    assert.equal(places.length === 0, name === 'node', `${name}: where it is imported`);
  }
});

test('docs/dependencies.md names every development dependency', () => {
  const { devDependencies } = JSON.parse(readText('package.json')) as {
    devDependencies: Record<string, string>;
  };
  const named = codesIn(page.slice(page.indexOf('## For development only')));
  assert.deepEqual(
    Object.keys(devDependencies).filter((name) => !named.includes(name)),
    [],
  );
});

/** Third-party packages, with the members whose files import them. */
function importingMembers(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const path of sourceFiles()) {
    for (const [, specifier = ''] of readText(path).matchAll(/^(?:import|\}) .*?from '([^'.][^']*)';$/gm)) {
      if (specifier.startsWith('node:') || builtinModules.includes(specifier)) continue;
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      const members = found.get(name) ?? new Set();
      members.add(memberOf(path));
      found.set(name, members);
    }
  }
  return found;
}

/** `wire/smtp` for src/wire/smtp/smtp-door.ts; a group without members is its own. */
function memberOf(path: string): string {
  const [, group = '', member = ''] = path.split('/');
  return ['platform', 'composition', 'cli', 'demo', 'main.ts', 'provider.ts'].includes(group)
    ? group
    : `${group}/${member}`;
}
