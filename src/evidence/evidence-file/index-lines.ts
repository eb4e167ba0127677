// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { EVIDENCE_FILES } from './index-model.ts';

/** The octets are no index; `line` counts from 1. */
export class NotAnIndex extends Error {
  readonly line: number;

  constructor(line: number, detail: string) {
    super(detail);
    this.line = line;
  }
}

const NAME = '[a-z][a-z0-9]*';
const VALUE = '[^<>"]*';
const ELEMENT = new RegExp(`^ {2,4}<(${NAME})((?: ${NAME}="${VALUE}")*)(?:>([^<>]*)</\\1>|(/?)>)$`);
const ATTRIBUTE = new RegExp(` (${NAME})="(${VALUE})"`, 'g');

const HASH = /^[0-9a-f]{64}$/;
const NUMBER = /^(?:0|[1-9]\d{0,14})$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** One element of the second level, with its children, or one of these. */
export class IndexElement {
  readonly name: string;
  readonly text: string;
  readonly #line: number;
  readonly #attributes: ReadonlyMap<string, string>;
  readonly #children: readonly IndexElement[];

  constructor(
    { name, text, line }: { readonly name: string; readonly text: string; readonly line: number },
    inside: {
      readonly attributes: ReadonlyMap<string, string>;
      readonly children: readonly IndexElement[];
    },
  ) {
    this.name = name;
    this.text = text;
    this.#line = line;
    this.#attributes = inside.attributes;
    this.#children = inside.children;
  }

  optional(name: string): string | undefined {
    return this.#attributes.get(name);
  }

  attribute(name: string): string {
    return this.optional(name) ?? this.#fail(`${this.name} without ${name}`);
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.attribute(name);
    return words.find((word) => word === value) ?? this.#fail(`${name} is ${value.slice(0, 40)}`);
  }

  number(name: string): number {
    const value = this.attribute(name);
    return NUMBER.test(value) ? Number(value) : this.#fail(`${name} is no number`);
  }

  optionalNumber(name: string): number | undefined {
    return this.#attributes.has(name) ? this.number(name) : undefined;
  }

  hash(name: string): string {
    return this.#hash(this.attribute(name));
  }

  textHash(): string {
    return this.#hash(this.text);
  }

  instant(name: string): Instant {
    return this.#instant(this.attribute(name));
  }

  optionalInstant(name: string): Instant | undefined {
    return this.#attributes.has(name) ? this.instant(name) : undefined;
  }

  textInstant(): Instant {
    return this.#instant(this.text);
  }

  childrenCalled(name: string): readonly IndexElement[] {
    const stranger = this.#children.find((child) => child.name !== name);
    return stranger === undefined ? this.#children : this.#fail(`${stranger.name} in ${this.name}`);
  }

  #hash(value: string): string {
    return HASH.test(value) ? value : this.#fail('a hash has another form');
  }

  #instant(value: string): Instant {
    const instant = INSTANT.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(instant) ? this.#fail('an instant has another form') : instant;
  }

  #fail(detail: string): never {
    throw new NotAnIndex(this.#line, detail);
  }
}

/** The lines of an index, gone through from top to bottom. */
export class IndexLines {
  readonly #lines: readonly string[];
  #next = 0;

  constructor(xml: string) {
    this.#lines = xml.split('\n');
  }

  /** The three lines before the first element. */
  expectOpening(format: string): void {
    this.#expect('<?xml version="1.0" encoding="UTF-8"?>');
    this.#expect(`<!DOCTYPE fascicolo SYSTEM "${EVIDENCE_FILES.dtd}">`);
    this.#expect(`<fascicolo formato="${format}">`);
  }

  expectEnd(): void {
    this.#expect('</fascicolo>');
    if (this.#next !== this.#lines.length - 1 || this.#lines[this.#next] !== '')
      throw new NotAnIndex(this.#next + 1, 'there is something after the end');
  }

  one(name: string): IndexElement {
    const element = this.optional(name);
    if (element === undefined) throw new NotAnIndex(this.#next + 1, `${name} is expected here`);
    return element;
  }

  optional(name: string): IndexElement | undefined {
    const line = this.#lines[this.#next] ?? '';
    return line.startsWith(`  <${name}`) && /[ >/]/.test(line[name.length + 3] ?? '')
      ? this.#element()
      : undefined;
  }

  many(name: string): readonly IndexElement[] {
    const found: IndexElement[] = [];
    for (let element = this.optional(name); element !== undefined; element = this.optional(name))
      found.push(element);
    return found;
  }

  #element(): IndexElement {
    const at = this.#next++;
    const line = this.#lines[at] ?? '';
    const [, name = '', attributes = '', text, empty] = ELEMENT.exec(line) ?? [];
    if (name === '') throw new NotAnIndex(at + 1, 'no element');
    const children: IndexElement[] = [];
    if (text === undefined && empty === '') {
      while (this.#lines[this.#next]?.startsWith('    <') === true) children.push(this.#element());
      this.#expect(`  </${name}>`);
    }
    const said = [...attributes.matchAll(ATTRIBUTE)].map(([, key = '', value = '']) => {
      return [key, plain(value)] as const;
    });
    return new IndexElement(
      { name, text: plain(text ?? ''), line: at + 1 },
      { attributes: new Map(said), children },
    );
  }

  #expect(line: string): void {
    if (this.#lines[this.#next] !== line) throw new NotAnIndex(this.#next + 1, `${line} is expected here`);
    this.#next++;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** What is no entity of these stays, and is then not what the writer writes. */
function plain(text: string): string {
  return text.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => ENTITIES[name] ?? '');
}
