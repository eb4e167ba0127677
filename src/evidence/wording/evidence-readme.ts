// SPDX-License-Identifier: EUPL-1.2

/** `README.txt` of an evidence file: the same in each, so that nothing in it can be true of another one only. */
export function evidenceReadme(): string {
  return `FASCICOLO DI PROVA

Questo archivio raccoglie quanto il gestore di posta elettronica certificata che lo ha formato ha di un messaggio: il
messaggio, le ricevute e gli avvisi come furono firmati, i certificati e le liste di revoca di allora, le registrazioni del
registro di certificazione con la prova che vi stanno, i sigilli e le marche temporali. Chi legge cominci da report.pdf.

Come si verifica, anche senza rete e dopo la scadenza dei certificati:

    ceralacca verify FASCICOLO.zip --ca RADICI.pem --tsa-ca RADICI-MARCHE.pem

oppure, con i soli openssl, sha256sum, unzip e xmllint, con lo script che sta nella documentazione di Ceralacca.
Le radici si prendono da chi le pubblica, mai da questo archivio: quelli in certificates/ servono a completare le catene.

index.xml elenca ogni file con la sua impronta e dice che cosa manca; index.xml.p7m lo firma, index.xml.p7m.tsr gli dà la data.
Il formato è descritto in docs/evidence-format.md di Ceralacca.


EVIDENCE FILE

This archive holds what the provider of certified mail (PEC) that made it has about one message: the message, the receipts and
notices as they were signed, the certificates and revocation lists of that time, the records of the certification log with the
proof that they stand in it, the seals and the time stamps. Begin with report.pdf.

How to check it, offline, and after the certificates have expired:

    ceralacca verify FILE.zip --ca ROOTS.pem --tsa-ca TIME-STAMP-ROOTS.pem

or, with nothing but openssl, sha256sum, unzip and xmllint, with the script in the documentation of Ceralacca. Take
the roots from whoever publishes them, never from this archive: those in certificates/ complete the chains.

index.xml lists each file with its hash and says what is missing; index.xml.p7m signs it, index.xml.p7m.tsr dates it. The format
is described in docs/evidence-format.md of Ceralacca.
`;
}
