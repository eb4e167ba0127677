// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Recognition } from '../../evidence/recognition.ts';
import type { ScanVerdict } from '../../trust/antivirus/scanner.ts';
import type { IncomingDecision } from './incoming-decision.ts';
import { decideInfected } from './infected-decision.ts';

const signature = { provider: { providerName: 'Gestore Alfa S.p.A.' } } as never;
const envelope = { kind: 'transport-envelope', data: {}, strangers: [] } as unknown as Recognition;
const neither: Recognition = { kind: 'neither', hard: [], detail: '' };
const infected: ScanVerdict = { verdict: 'infected', virus: 'Eicar-Signature' };

const DECISIONS = {
  envelope: { decided: 'envelope', envelope, signature, recipients: ['a@b.test'] },
  notification: { decided: 'notification', notification: {}, signature, signer: 'x' },
  damaged: { decided: 'damaged', signature, cause: 'malformed', detail: '' },
  ordinary: { decided: 'ordinary', failure: {}, cause: 'no-signature' },
  'try-later': { decided: 'try-later', detail: '' },
} as unknown as Record<IncomingDecision['decided'], IncomingDecision>;

function inShort(name: IncomingDecision['decided'], scan: ScanVerdict, recognition = neither): string {
  const decision = decideInfected(DECISIONS[name], { scan, recognition });
  if (decision === undefined) return 'as ever';
  if (decision.decided !== 'infected-certified') return decision.decided;
  return `${decision.decided} ${decision.kind}${decision.envelope === undefined ? '' : ', told'}`;
}

suite('a virus at the incoming point', () => {
  test('IP-15 IP-16 IP-21 GEN-16 what becomes of it depends on what it would be without', () => {
    const table = [
      ['envelope', envelope, 'infected-envelope'],
      ['notification', neither, 'infected-certified notification'],
      ['damaged', neither, 'infected-certified damaged'],
      ['damaged', envelope, 'infected-certified damaged, told'],
      ['ordinary', neither, 'infected-ordinary'],
      ['try-later', neither, 'as ever'],
    ] as const;
    for (const [name, recognition, expected] of table) {
      assert.equal(inShort(name, infected, recognition), expected, name);
    }
  });

  test('IP-15 without a virus nothing changes, whether somebody looked or the house wants nobody to', () => {
    for (const verdict of ['clean', 'unscanned'] as const) {
      for (const name of Object.keys(DECISIONS) as IncomingDecision['decided'][]) {
        assert.equal(inShort(name, { verdict }), 'as ever');
      }
    }
  });
});
