// SPDX-License-Identifier: EUPL-1.2
import { createHash, type Hash } from 'node:crypto';

/** Characters in a line of base64, as mail programs write it; the first is that of RFC 2045, and 0 is one long line. */
const LINE_LENGTHS = [76, 72, 64, 60, 0] as const;
const LINE_ENDS = ['\r\n', '\n'] as const;
/** Lines that are made at once. */
const LINES = 8192;
const LF = 0x0a;

/**
 * The SHA-1 of a file in every form in which a brief receipt may have hashed it (RFC 6109 section 3.3.2.2; spec U-6):
 * the file itself, and its base64 as mail programs lay it out, with the line ends of mail or of Unix, with and without
 * the last one. Quoted-printable is not among them: it can be written in too many ways. Lower-case hexadecimal.
 */
export function sha1Forms(file: Buffer): ReadonlySet<string> {
  const forms = new Set<string>();
  add(forms, createHash('sha1').update(file), ['', ...LINE_ENDS]);
  for (const lineEnd of LINE_ENDS) {
    for (const text of textForms(file, lineEnd)) add(forms, createHash('sha1').update(text), ['', lineEnd]);
    for (const length of LINE_LENGTHS) add(forms, base64Hash(file, { length, lineEnd }), ['', lineEnd]);
  }
  return forms;
}

/** The SHA-1 of a part as it was transmitted, with and without the line end of its last line, and decoded. */
export function sha1FormsOfPart(encoded: Buffer, decoded: Buffer): ReadonlySet<string> {
  const forms = new Set<string>();
  const last = encoded.subarray(-2).toString('latin1') === '\r\n' ? encoded.subarray(0, -2) : encoded;
  add(forms, createHash('sha1').update(last), ['', '\r\n']);
  for (const text of textForms(encoded, '\n')) add(forms, createHash('sha1').update(text), ['', '\n']);
  add(forms, createHash('sha1').update(decoded), ['']);
  return forms;
}

function add(forms: Set<string>, hash: Hash, endings: readonly string[]): void {
  for (const ending of endings) forms.add(hash.copy().update(ending).digest('hex'));
}

/** A text with these line ends, and without the last one; none when there are no lines. */
function textForms(file: Buffer, lineEnd: string): readonly Buffer[] {
  if (!file.includes(LF)) return [];
  const unix = file.toString('latin1').replaceAll('\r\n', '\n').replace(/\n$/, '');
  return [Buffer.from(unix.replaceAll('\n', lineEnd), 'latin1')];
}

function base64Hash(
  file: Buffer,
  { length, lineEnd }: { readonly length: number; readonly lineEnd: string },
): Hash {
  const hash = createHash('sha1');
  const lineBytes = length === 0 ? 3 : (length / 4) * 3;
  const step = lineBytes * LINES;
  for (let at = 0; at < file.length; at += step) {
    const text = file.toString('base64', at, Math.min(at + step, file.length));
    const lines = length === 0 ? [text] : (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []);
    if (at > 0 && length > 0) hash.update(lineEnd);
    hash.update(lines.join(lineEnd));
  }
  return hash;
}
