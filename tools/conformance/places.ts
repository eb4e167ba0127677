// SPDX-License-Identifier: EUPL-1.2
import { Visitor } from 'oxc-parser';
import type { Source, SourceTree } from '../tidy/source-tree.ts';
import { ID, LEADING_IDS } from './requirements.ts';

/** Where requirements are named: by id, the files in path order. */
export interface Places {
  readonly code: ReadonlyMap<string, readonly string[]>;
  readonly tests: ReadonlyMap<string, readonly string[]>;
}

/** Comments of the product name what they carry; titles of tests begin with what they prove. */
export function findPlaces(tree: SourceTree): Places {
  const code = new Map<string, string[]>();
  const tests = new Map<string, string[]>();
  for (const source of tree.sources) {
    // The tools' own tests hold made-up ids.
    if (source.path.startsWith('tools/')) continue;
    if (source.path.endsWith('.test.ts')) note(tests, source.path, idsInTitles(source));
    else if (source.path.startsWith('src/')) note(code, source.path, idsInComments(source));
  }
  return { code, tests };
}

function note(places: Map<string, string[]>, path: string, ids: Iterable<string>): void {
  for (const id of new Set(ids)) {
    const paths = places.get(id) ?? [];
    places.set(id, paths);
    paths.push(path);
  }
}

function idsInComments(source: Source): string[] {
  return source.comments.flatMap((comment) => comment.value.match(ID) ?? []);
}

/** Titles are literals that begin with ids and go on in words, also where a table of cases holds them. */
function idsInTitles(source: Source): string[] {
  const titles: string[] = [];
  new Visitor({
    Literal(node) {
      if (typeof node.value === 'string') titles.push(node.value);
    },
    TemplateLiteral(node) {
      const [first] = node.quasis;
      if (first) titles.push(first.value.raw);
    },
  }).visit(source.program);
  return titles.flatMap((title) => LEADING_IDS.exec(title)?.[0].match(ID) ?? []);
}
