// SPDX-License-Identifier: EUPL-1.2
import PDFDocument from 'pdfkit';
import type { Instant } from '../../platform/clock.ts';
import { LetterWidths } from './letter-widths.ts';
import { type Look, type MeasureLook, type PlacedRow, SHEET } from './sheet.ts';

/** The standard fonts every reader of PDF has: none is embedded, and none has to be found. */
const FONTS: Readonly<Record<Look, string>> = {
  title: 'Helvetica-Bold',
  english: 'Helvetica-Oblique',
  heading: 'Helvetica-Bold',
  body: 'Helvetica',
  strong: 'Helvetica-Bold',
  verdict: 'Helvetica-Bold',
  small: 'Helvetica',
  code: 'Courier',
};

const INK = '#1a1a1a';
const COLOURS: Partial<Readonly<Record<Look, string>>> = {
  title: '#7a1420',
  heading: '#7a1420',
  english: '#555555',
};
const WAX = '#7a1420';
const HAIRLINE = '#bbbbbb';
const BOX = '#f6eeee';

export interface PaperFacts {
  readonly title: string;
  readonly author: string;
  readonly keywords: string;
  readonly made: Instant;
}

/** A PDF that is drawn page by page. The same calls give the same octets. */
export class Paper {
  readonly #document: PDFKit.PDFDocument;
  readonly #root: PDFKit.PDFStructureElement;
  readonly #widths = new Map<string, LetterWidths>();
  readonly measure: MeasureLook = (text, look, size) => size * this.#widthsOf(FONTS[look]).widthOf(text);

  constructor({ title, author, keywords, made }: PaperFacts) {
    const date = new Date(made);
    this.#document = new PDFDocument({
      autoFirstPage: false,
      // What zlib makes of the same octets differs between machines; the ZIP around the report is deflated anyway.
      compress: false,
      pdfVersion: '1.7',
      tagged: true,
      lang: 'it-IT',
      displayTitle: true,
      info: {
        Title: title,
        Author: author,
        Keywords: keywords,
        Creator: 'Ceralacca',
        Producer: 'Ceralacca',
        CreationDate: date,
        ModDate: date,
      },
    });
    this.#root = this.#document.struct('Document');
    this.#document.addStructure(this.#root);
  }

  page(rows: readonly PlacedRow[], foot: readonly PlacedRow[]): void {
    this.#document.addPage({ size: [SHEET.width, SHEET.height], margin: 0 });
    let table: PDFKit.PDFStructureElement | undefined;
    for (const placed of rows) {
      this.#ornament(placed);
      if (placed.row.role !== 'TR') {
        table = undefined;
        this.#cells(placed, this.#root, placed.row.role);
        continue;
      }
      table ??= this.#under(this.#root, 'Table');
      this.#cells(placed, this.#under(table, 'TR'), 'TD');
    }
    this.#document.markContent('Artifact', { type: 'Pagination' });
    for (const { cells } of foot) for (const line of cells.flat()) this.#write(line);
    this.#document.endMarkedContent();
  }

  /** The whole document. */
  end(): Uint8Array {
    this.#root.end();
    const chunks: Buffer[] = [];
    this.#document.end();
    for (let chunk = this.#document.read(); chunk !== null; chunk = this.#document.read()) {
      chunks.push(Buffer.from(chunk));
    }
    return Buffer.concat(chunks);
  }

  #under(parent: PDFKit.PDFStructureElement, role: string): PDFKit.PDFStructureElement {
    const element = this.#document.struct(role);
    parent.add(element);
    return element;
  }

  #cells({ cells }: PlacedRow, parent: PDFKit.PDFStructureElement, role: string): void {
    for (const lines of cells) {
      const content = this.#document.markStructureContent(role);
      for (const line of lines) this.#write(line);
      this.#document.endMarkedContent();
      parent.add(this.#document.struct(role, {}, [content]));
    }
  }

  #write({ text, look, size, left, top }: PlacedRow['cells'][number][number]): void {
    this.#setLook(look, size);
    this.#document.fillColor(COLOURS[look] ?? INK).text(text, left, top, { lineBreak: false });
  }

  #ornament({ row: { ornament }, top, height }: PlacedRow): void {
    if (ornament === undefined) return;
    const { left, right } = SHEET;
    this.#document.markContent('Artifact', { type: 'Layout' });
    if (ornament === 'box') {
      this.#document.rect(left, top, right - left, height).fill(BOX);
      this.#document.rect(left, top, 2.5, height).fill(WAX);
    } else {
      const bottom = top + height - 1.2;
      const [width, colour] = ornament === 'rule-below' ? [0.9, WAX] : [0.3, HAIRLINE];
      this.#document.moveTo(left, bottom).lineTo(right, bottom).lineWidth(width).stroke(colour);
    }
    this.#document.endMarkedContent();
  }

  #widthsOf(font: string): LetterWidths {
    const known = this.#widths.get(font);
    if (known !== undefined) return known;
    const ask = (text: string) => this.#document.font(font).fontSize(1).widthOfString(text);
    const widths = new LetterWidths(ask);
    this.#widths.set(font, widths);
    return widths;
  }

  #setLook(look: Look, size: number): void {
    this.#document.font(FONTS[look]).fontSize(size);
  }
}
