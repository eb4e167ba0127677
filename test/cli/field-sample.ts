// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { openssl } from '../openssl/test-authority.ts';
import type { TestProvider } from '../openssl/test-provider.ts';

const ENTITY_BOUNDARY = '----------=_1733400000-1234-2';
const TEXT_BOUNDARY = '----------=_1733400000-1234-1';
const OUTER_BOUNDARY = '----------=_1733400000-1234-3';
const IDENTIFIER = 'opec21192.20241205120000.01234.567.1.65@alfa.test';

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<postacert tipo="posta-certificata" errore="nessuno">
<intestazione><mittente>anna@pec.alfa.test</mittente>
<destinatari tipo="esterno">lista@posta.test</destinatari>
<risposte>anna@pec.alfa.test</risposte><oggetto>Prova</oggetto></intestazione>
<dati><gestore-emittente>Gestore Alfa S.p.A.</gestore-emittente>
<data zona="+0100"><giorno>05/12/2024</giorno><ora>12:00:00</ora></data>
<identificativo>${IDENTIFIER}</identificativo>
<msgid>&lt;1@client.test&gt;</msgid><ricevuta tipo="completa" /></dati>
</postacert>
`;

/**
 * A transport envelope shaped like those of the field (spec/pec.md section 10.2): SHA-1, the x- spelling of
 * the signature's type, binary containers, a preamble, no X-TipoRicevuta, dotted identifiers. Signed by openssl.
 */
export function fieldEnvelope(provider: TestProvider, folder: string): Buffer {
  const entity = crlf(`Content-Type: multipart/mixed; boundary="${ENTITY_BOUNDARY}"
Content-Transfer-Encoding: binary
MIME-Version: 1.0

This is a multi-part message in MIME format...

--${ENTITY_BOUNDARY}
Content-Type: multipart/alternative; boundary="${TEXT_BOUNDARY}"
Content-Transfer-Encoding: binary
MIME-Version: 1.0

--${TEXT_BOUNDARY}
Content-Type: text/plain; charset="iso-8859-1"
Content-Disposition: inline
Content-Transfer-Encoding: quoted-printable

Messaggio di posta certificata
Il giorno 05/12/2024 alle ore 12:00:00 (+0100) il messaggio
"Prova" =E8 stato inviato da "anna@pec.alfa.test"

--${TEXT_BOUNDARY}
Content-Type: text/html; charset="iso-8859-1"
Content-Disposition: inline
Content-Transfer-Encoding: quoted-printable

<html><body><h3>Messaggio di posta certificata</h3></body></html>

--${TEXT_BOUNDARY}--

--${ENTITY_BOUNDARY}
Content-Type: application/xml; name="daticert.xml"
Content-Disposition: inline; filename="daticert.xml"
Content-Transfer-Encoding: base64

${Buffer.from(XML).toString('base64').replace(/.{76}/g, '$&\n')}

--${ENTITY_BOUNDARY}
Content-Type: message/rfc822; name="postacert.eml"
Content-Disposition: inline; filename="postacert.eml"
Content-Transfer-Encoding: 7bit

From: anna@pec.alfa.test
To: lista@posta.test
Subject: Prova
Date: Thu, 5 Dec 2024 12:00:00 +0100
Message-ID: <${IDENTIFIER}>
X-Riferimento-Message-ID: <1@client.test>

Ciao

--${ENTITY_BOUNDARY}--`);
  const { certificateFile, keyFile } = provider.alfa;
  const chain = ['-certfile', provider.issuing.certificateFile];
  const signed = ['-signer', certificateFile, '-inkey', keyFile, ...chain, '-md', 'sha1', '-binary'];
  const cms = openssl(['cms', '-sign', ...signed, '-outform', 'DER'], { input: entity, cwd: folder });
  const header = crlf(`X-Riferimento-Message-ID: <1@client.test>
Date: Thu, 5 Dec 2024 12:00:00 +0100
Message-ID: <${IDENTIFIER}>
To: lista@posta.test
X-Trasporto: posta-certificata
From: "Per conto di: anna@pec.alfa.test"
 <posta-certificata@alfa.test>
Reply-To: anna@pec.alfa.test
Subject: POSTA CERTIFICATA: Prova
MIME-Version: 1.0
Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha1"; boundary="${OUTER_BOUNDARY}"

This is an S/MIME signed message

--${OUTER_BOUNDARY}
`);
  const trailer = crlf(`
--${OUTER_BOUNDARY}
Content-Type: application/x-pkcs7-signature; name="smime.p7s"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="smime.p7s"

${cms.toString('base64').replace(/.{76}/g, '$&\n')}

--${OUTER_BOUNDARY}--
`);
  return Buffer.concat([header, entity, trailer]);
}

/** The authority that the sample's certificate leads to, PEM. */
export function fieldAuthority(provider: TestProvider): Buffer {
  return readFileSync(provider.root.certificateFile);
}

function crlf(text: string): Buffer {
  return Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
}
