// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { suite, test } from 'node:test';
import { World } from '../world/world.ts';

const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';
const MB = 1024 * 1024;

/** Certification data with this in front of its root and in the place of its subject. */
function data(subset: string, subject: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
${subset}<postacert tipo="posta-certificata" errore="nessuno"><intestazione><mittente>${ANNA}</mittente>
<destinatari tipo="certificato">${CARLA}</destinatari><risposte>${ANNA}</risposte><oggetto>${subject}</oggetto>
</intestazione><dati><gestore-emittente>Gestore Alfa S.p.A.</gestore-emittente><data zona="+0100">
<giorno>02/03/2026</giorno><ora>10:15:02</ora></data><identificativo>bomba@pec.alfa.test</identificativo>
<ricevuta tipo="completa"/></dati></postacert>`;
}

function laughs(levels: number): string {
  let entities = '<!ENTITY l0 "ha">';
  for (let level = 1; level < levels; level++)
    entities += `<!ENTITY l${level} "${`&l${level - 1};`.repeat(10)}">`;
  return `<!DOCTYPE postacert [${entities}]>\n`;
}

/** What a provider whose key was stolen could send: an envelope, well signed, around these data. */
function envelope(world: World, xml: string): Promise<Buffer> {
  const parts = [
    'Content-Type: multipart/mixed; boundary=x\r\n',
    '--x\r\nContent-Type: text/plain\r\n\r\ntesto',
    `--x\r\nContent-Type: application/xml; name="daticert.xml"\r\nContent-Disposition: inline; filename="daticert.xml"\r\n\r\n${xml.replaceAll('\n', '\r\n')}`,
    '--x\r\nContent-Type: message/rfc822; name="postacert.eml"\r\nContent-Disposition: inline; filename="postacert.eml"\r\n\r\nFrom: anna@pec.alfa.test\r\n\r\nCiao',
    '--x--\r\n',
  ];
  const header = [
    'From: "Per conto di: anna@pec.alfa.test" <posta-certificata@pec.alfa.test>',
    `To: ${CARLA}`,
    'Subject: POSTA CERTIFICATA: x',
    'X-Trasporto: posta-certificata',
    'Message-ID: <bomba@pec.alfa.test>\r\n',
  ].join('\r\n');
  return world.alfa.seals(header, parts.join('\r\n'));
}

suite('bombs in daticert.xml', () => {
  test('IP-9 SEC-14 entities, outside files, depth and length cost nothing and earn no receipt', async () => {
    const asked: string[] = [];
    const outside = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('ha');
    });
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
    const address = outside.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x`;
    const bombs = [
      data(laughs(30), '&l29;'),
      data('<!DOCTYPE postacert [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n', '&x;'),
      data(`<!DOCTYPE postacert [<!ENTITY % p SYSTEM "${url}"> %p;]>\n`, 'x'),
      data('', `${'<a>'.repeat(100_000)}x${'</a>'.repeat(100_000)}`),
      data('', 'x'.repeat(20 * MB)),
      data('', `x</oggetto><oggetto ${'a="b" '.repeat(100_000)}>`),
    ];
    const before = process.memoryUsage().rss;
    try {
      for (const [number, bomb] of bombs.entries()) {
        await using world = await World.open();
        const octets = await envelope(world, bomb);
        const outcome = await world.beta.receives(octets, { from: ANNA, to: [CARLA] });
        assert.deepEqual(outcome, { outcome: 'taken' }, `bomb ${number}`);
        assert.deepEqual(world.beta.store.listQueue(), [], `bomb ${number}: neither M6 nor receipt`);
        assert.deepEqual(await world.beta.user('carla').kinds(), ['anomalia'], `bomb ${number}`);
      }
      // The same envelope with decent data is none of these, nor is a DTD that is named and not fetched.
      await using world = await World.open();
      const decent = await envelope(world, data(`<!DOCTYPE postacert SYSTEM "${url}">\n`, 'x'));
      await world.beta.receives(decent, { from: ANNA, to: [CARLA] });
      assert.deepEqual(await world.beta.user('carla').kinds(), ['posta-certificata']);
    } finally {
      await new Promise((resolve) => outside.close(resolve));
    }
    assert.deepEqual(asked, [], 'nothing outside is asked for');
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 600 * MB, `${Math.round(grown / MB)} MB`);
  });
});
