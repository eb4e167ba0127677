// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { archiveFormat, executableKind, extensionOf } from './attachment-kinds.ts';

suite('what an attachment is', () => {
  test('by its first octets', () => {
    const table = [
      ['MZ\x90\x00\x03', 'windows'],
      ['MZ is how this text begins', undefined],
      ['\x7fELF\x02', 'elf'],
      ['\xcf\xfa\xed\xfe\x07', 'mach-o'],
      ['\xca\xfe\xba\xbe\x00', 'java'],
      ['L\x00\x00\x00\x01\x14\x02\x00', 'shortcut'],
      ['#!/bin/sh', 'script'],
      ['%PDF-1.7', undefined],
      ['', undefined],
    ] as const;
    for (const [head, expected] of table)
      assert.equal(executableKind(Buffer.from(head, 'latin1')), expected, head);
    const formats = [
      ['PK\x03\x04', 'zip'],
      ['PK\x05\x06', 'zip'],
      ['\x1f\x8b\x08', 'gzip'],
      [`${'\0'.repeat(257)}ustar\x0000`, 'tar'],
      ['Rar!\x1a\x07\x01', 'closed'],
      ["7z\xbc\xaf'\x1c", 'closed'],
      ['PK', undefined],
    ] as const;
    for (const [head, expected] of formats)
      assert.equal(archiveFormat(Buffer.from(head, 'latin1')), expected, head);
  });

  test('by its name, however it is dressed up', () => {
    const table = [
      ['fattura.EXE', 'exe'],
      ['fattura.pdf.exe', 'exe'],
      ['fattura.exe. . ', 'exe'],
      ['fattura.exe\u200b', 'exe'],
      ['fattura.e\u200bxe', 'exe'],
      ['\u202efdp.exe', 'exe'],
      ['cartella.exe/fattura', undefined],
      ['cartella\\fattura.com', 'com'],
      ['fattura', undefined],
      ['.bashrc', 'bashrc'],
      ['', undefined],
    ] as const;
    for (const [name, expected] of table) assert.equal(extensionOf(name), expected, name);
  });
});
