// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { baseSubject } from './base-subject.ts';

test('takes off what RFC 5256 section 2.1 takes off', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['ciao', 'ciao', false],
    ['Re: ciao', 'ciao', true],
    ['RE : ciao', 'ciao', true],
    ['re: Re: fwd: FW: ciao', 'ciao', true],
    ['Re[2]: ciao', 'ciao', true],
    ['Re [a b] : ciao', 'ciao', true],
    ['[lista] ciao', 'ciao', false],
    ['[lista] Re: [altra] ciao', 'ciao', true],
    ['[lista]', '[lista]', false],
    ['[a] [b]', '[b]', false],
    ['ciao (fwd)', 'ciao', true],
    ['ciao (fwd) (FWD)  ', 'ciao', true],
    ['[Fwd: ciao]', 'ciao', true],
    ['[Fwd: Re: [x] ciao (fwd)]', 'ciao', true],
    ['Re: [Fwd: ciao]', 'ciao', true],
    ['  a \t b\r\n c ', 'a b c', false],
    ['reply: ciao', 'reply: ciao', false],
    ['Re', 'Re', false],
    ['Re:', '', true],
    ['', '', false],
    ['R: ciao', 'R: ciao', false],
    ['[un[closed ciao', '[un[closed ciao', false],
  ];
  for (const [subject, base, isReplyOrForward] of cases) {
    assert.deepEqual(baseSubject(subject), { base, isReplyOrForward }, subject);
  }
});

test('never throws, and finds nothing more to take off a base subject', () => {
  const parts = fc.constantFrom('re:', 'fwd:', '[', ']', '[x]', '[fwd:', '(fwd)', ' ', 'a', ':', '\t');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (words) => {
      const { base } = baseSubject(words.join(''));
      assert.equal(baseSubject(base).base, base);
    }),
    { numRuns: 2000 },
  );
  baseSubject('[a]'.repeat(100_000));
  baseSubject('re:'.repeat(100_000));
});
