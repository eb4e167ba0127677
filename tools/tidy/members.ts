// SPDX-License-Identifier: EUPL-1.2
import { posix } from 'node:path';
import type { ImportTable } from './import-table.ts';

/** Where a file under `src` belongs. */
export interface Membership {
  /** First folder under `src`; empty for a file right under `src`. */
  readonly group: string;
  /** `group/member`, the group itself where it is undivided, or the name of a file right under `src`. */
  readonly member: string;
  /** A file right under a group, as points/lifecycle.ts: what the members of the group share. */
  readonly shared: boolean;
}

/** The member a file belongs to, or undefined when it lies outside `src`. */
export function membershipOf(path: string, table: ImportTable): Membership | undefined {
  const parts = path.split('/');
  const [top, group, next] = parts;
  if (top !== 'src' || group === undefined) return undefined;
  if (next === undefined) return { group: '', member: group, shared: false };
  if (table.undivided.includes(group)) return { group, member: group, shared: false };
  const shared = parts.length === 3;
  const name = shared ? next.replace(/(\.test)?\.ts$/, '') : next;
  return { group, member: `${group}/${name}`, shared };
}

/** Whether a file may be imported from outside its member. */
export function isFace(path: string, member: Membership, table: ImportTable): boolean {
  const file = posix.basename(path);
  if (member.group === '' || table.undivided.includes(member.group)) return true;
  if (path === `src/${member.member}.ts`) return true;
  if (table.allFaces.includes(member.member) || table.allFaces.includes(member.group)) return true;
  if (file.endsWith('-store.ts')) return true;
  const inMember = path.slice(`src/${member.member}/`.length);
  if (table.faces[member.member]?.includes(inMember)) return true;
  return nearNames(posix.basename(member.member)).some((name) => inMember === `${name}.ts`);
}

/** The folder's own name, its singular, and the point named after it. */
function nearNames(folder: string): readonly string[] {
  const singular = folder.replace(/(x)es$|s$/, '$1');
  return [folder, singular, `${folder}-point`];
}

/** The file a relative specifier means, from the top of the project; undefined for packages. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}
