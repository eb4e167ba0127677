// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { type IssuedCertificate, openssl } from '../openssl/test-authority.ts';
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
  const header = `X-Riferimento-Message-ID: <1@client.test>
Date: Thu, 5 Dec 2024 12:00:00 +0100
Message-ID: <${IDENTIFIER}>
To: lista@posta.test
X-Trasporto: posta-certificata
From: "Per conto di: anna@pec.alfa.test"
 <posta-certificata@alfa.test>
Reply-To: anna@pec.alfa.test
Subject: POSTA CERTIFICATA: Prova
`;
  return signedAsInField(
    { header, entity },
    { signer: provider.alfa, chain: provider.issuing.certificateFile, folder },
  );
}

/** Who signs a sample, and how. */
export interface FieldSigner {
  readonly signer: Pick<IssuedCertificate, 'certificateFile' | 'keyFile'>;
  /** PEM of the certificates that go with it. */
  readonly chain: string;
  readonly folder: string;
  /** As openssl calls it; SHA-1, as many providers signed in 2024, unless told otherwise. */
  readonly digest?: string;
}

/** A multipart/signed with the looks of the field, made by openssl. */
export function signedAsInField(
  { header, entity }: { readonly header: string; readonly entity: Buffer },
  { signer, chain, folder, digest = 'sha1' }: FieldSigner,
): Buffer {
  const { certificateFile, keyFile } = signer;
  const signed = [
    '-signer',
    certificateFile,
    '-inkey',
    keyFile,
    '-certfile',
    chain,
    '-md',
    digest,
    '-binary',
  ];
  const cms = openssl(['cms', '-sign', ...signed, '-outform', 'DER'], { input: entity, cwd: folder });
  const head = crlf(`${header}MIME-Version: 1.0
Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg="${digest}"; boundary="${OUTER_BOUNDARY}"

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
  return Buffer.concat([head, entity, trailer]);
}

/** A brief delivery receipt of a provider that is not ours, with the SHA-1 of `contratto.pdf` as that provider took it. */
export function fieldBriefReceipt(sha1: string, signer: FieldSigner): Buffer {
  const xml = XML.replace('tipo="posta-certificata"', 'tipo="avvenuta-consegna"')
    .replace('tipo="completa"', 'tipo="breve"')
    .replace('tipo="esterno"', 'tipo="certificato"')
    .replace('</dati>', '<consegna>lista@posta.test</consegna></dati>');
  const entity = crlf(`Content-Type: multipart/mixed; boundary="${ENTITY_BOUNDARY}"

--${ENTITY_BOUNDARY}
Content-Type: text/plain; charset="iso-8859-1"

Ricevuta breve di avvenuta consegna

--${ENTITY_BOUNDARY}
Content-Type: application/xml; name="daticert.xml"
Content-Transfer-Encoding: base64

${Buffer.from(xml).toString('base64').replace(/.{76}/g, '$&\n')}

--${ENTITY_BOUNDARY}
Content-Type: message/rfc822; name="postacert.eml"
Content-Transfer-Encoding: 7bit

From: anna@pec.alfa.test
To: lista@posta.test
Subject: Prova
Date: Thu, 5 Dec 2024 12:00:00 +0100
Message-ID: <${IDENTIFIER}>
X-Riferimento-Message-ID: <1@client.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=confine

--confine
Content-Type: text/plain

Si allega il contratto.
--confine
Content-Type: text/plain; name="contratto.pdf.hash"
Content-Disposition: attachment; filename="contratto.pdf.hash"
Content-Transfer-Encoding: 7bit

${sha1}
--confine--

--${ENTITY_BOUNDARY}--`);
  const header = `X-Riferimento-Message-ID: <1@client.test>
Date: Thu, 5 Dec 2024 12:00:05 +0100
Message-ID: <opec2.20241205120005.01234.567.1.65@alfa.test>
To: anna@pec.alfa.test
X-Ricevuta: avvenuta-consegna
X-TipoRicevuta: breve
From: posta-certificata@alfa.test
Subject: CONSEGNA: Prova
`;
  return signedAsInField({ header, entity }, signer);
}

/** The authority that the sample's certificate leads to, PEM. */
export function fieldAuthority(provider: TestProvider): Buffer {
  return readFileSync(provider.root.certificateFile);
}

function crlf(text: string): Buffer {
  return Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
}
