// SPDX-License-Identifier: EUPL-1.2
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Finding } from './finding.ts';
import type { SourceTree } from './source-tree.ts';

/** Folders of one machine; the path must start there, so that docs/home/x is not taken for one. */
const MACHINE_PATH = /(?<![\w.~/-])(\/(?:home|root|Users|work)\/[\w.-]+|[A-Z]:\\Users\\\w+)/;
const REGISTRY =
  /\b(registry\.(?:npmjs|yarnpkg|npmmirror)\.\w+|npm\.pkg\.github\.com|[\w.-]*(?:artifactory|verdaccio)\.[\w.-]+|pypi\.org\/simple)/i;

/** No file names the machine it was written on, or where packages come from. */
export function checkPlaces(tree: SourceTree): Finding[] {
  const findings: Finding[] = [];
  for (const path of tree.paths) {
    const text = readFileSync(join(tree.root, path), 'latin1');
    for (const [index, line] of text.split('\n').entries()) {
      const machine = MACHINE_PATH.exec(line)?.[1];
      const registry = REGISTRY.exec(line)?.[1];
      const place = { path, line: index + 1, rule: 'places', level: 'error' } as const;
      if (machine !== undefined) {
        const instead = 'a path relative to the project, or a temporary folder asked of the system';
        findings.push({ ...place, problem: `names ${machine}, a folder of one machine`, instead });
      }
      if (registry !== undefined) {
        const instead = 'nothing: the installation decides where packages come from';
        findings.push({ ...place, problem: `names ${registry}, a package registry`, instead });
      }
    }
  }
  return findings;
}

/** Every relative link of a document leads to a file, and its fragment to a heading. */
export function checkLinks(tree: SourceTree): Finding[] {
  const findings: Finding[] = [];
  for (const path of tree.paths.filter((one) => one.endsWith('.md'))) {
    const lines = withoutCode(readFileSync(join(tree.root, path), 'utf8'));
    for (const [index, line] of lines.entries()) {
      for (const found of line.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)) {
        const problem = deadLink(tree.root, path, found[1] ?? '');
        if (problem === undefined) continue;
        const instead = 'the path from this document to a file of the project';
        findings.push({ path, line: index + 1, rule: 'links', problem, instead, level: 'error' });
      }
    }
  }
  return findings;
}

/** What is wrong with a link; undefined when it is alive or leads outside the project. */
function deadLink(root: string, from: string, link: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return undefined;
  const [file = '', fragment] = decodeURI(link).split('#', 2);
  const path = file === '' ? from : posix.join(posix.dirname(from), file);
  if (!existsSync(join(root, path))) return `links to ${link}, which does not exist`;
  if (fragment === undefined || !path.endsWith('.md')) return undefined;
  const headings = headingsOf(readFileSync(join(root, path), 'utf8'));
  return headings.includes(fragment) ? undefined : `links to ${link}, but no heading there is #${fragment}`;
}

/** Lines with code blanked out: what stands in code is no link. */
function withoutCode(text: string): string[] {
  let fenced = false;
  return text.split('\n').map((line) => {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    return fenced ? '' : line.replace(/`[^`]*`/g, (code) => '`'.padEnd(code.length, '`'));
  });
}

/** Fragments of a document's headings, as forges make them. */
function headingsOf(text: string): string[] {
  const seen = new Map<string, number>();
  const headings = text.split('\n').filter((line) => /^#{1,6} /.test(line));
  return headings.map((line) => {
    const words = line.replace(/^#+ /, '').trim().toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}
