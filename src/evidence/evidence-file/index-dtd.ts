// SPDX-License-Identifier: EUPL-1.2

/** Changes when an element changes its meaning or goes. */
export const EVIDENCE_FORMAT = 'ceralacca-fascicolo/1';

/** The document type of `index.xml` of an evidence file; docs/evidence-format.md shows it. */
export const EVIDENCE_INDEX_DTD = `<!ELEMENT fascicolo (gestore, creato, vista, identificativo, riferimento?, mittente,
                     oggetto?, destinatario+, file+, messaggio*, registrazione*,
                     sigillo*, mancante*)>
<!ATTLIST fascicolo formato CDATA #REQUIRED>
<!ELEMENT gestore (#PCDATA)>
<!ATTLIST gestore casella CDATA #REQUIRED>
<!ELEMENT creato (#PCDATA)>
<!ELEMENT vista (#PCDATA)>
<!ATTLIST vista di (tutto | mittente | destinatario) #REQUIRED>
<!ELEMENT identificativo (#PCDATA)>
<!ELEMENT riferimento (#PCDATA)>
<!ELEMENT mittente (#PCDATA)>
<!ELEMENT oggetto (#PCDATA)>
<!ELEMENT destinatario (#PCDATA)>
<!ATTLIST destinatario tipo (certificato | esterno) #IMPLIED
                       esito (consegnato | virus | non-consegnato | scaduto | avvisato |
                              preso-in-carico | inoltrato | accettato | non-accettato |
                              ignoto) #REQUIRED
                       istante CDATA #IMPLIED
                       fonte CDATA #IMPLIED>
<!ELEMENT file EMPTY>
<!ATTLIST file nome CDATA #REQUIRED
               ruolo (leggimi | relazione | dtd | originale | messaggio | certificato |
                      revoca | registrazione | sigillo | marca) #REQUIRED
               ottetti CDATA #REQUIRED
               sha256 CDATA #REQUIRED>
<!ELEMENT messaggio (riguarda*)>
<!ATTLIST messaggio file CDATA #REQUIRED
                    genere (acceptance | non-acceptance | non-acceptance-virus |
                            transport-envelope | take-charge | delivery-complete |
                            delivery-brief | delivery-concise | non-delivery |
                            virus-non-delivery | timeout-12h | timeout-24h |
                            virus-detection) #REQUIRED
                    id CDATA #REQUIRED
                    gestore CDATA #REQUIRED
                    firmatario CDATA #REQUIRED
                    istante CDATA #REQUIRED
                    impronta CDATA #REQUIRED
                    registrazione CDATA #IMPLIED>
<!ELEMENT riguarda (#PCDATA)>
<!ELEMENT registrazione (impronta*)>
<!ATTLIST registrazione numero CDATA #REQUIRED
                        foglia CDATA #REQUIRED
                        sigillo CDATA #IMPLIED>
<!ELEMENT sigillo (impronta*)>
<!ATTLIST sigillo numero CDATA #REQUIRED>
<!ELEMENT impronta (#PCDATA)>
<!ELEMENT mancante (#PCDATA)>
<!ATTLIST mancante cosa (originale | messaggio | registrazioni | sigillo | marca |
                         certificato | revoca) #REQUIRED
                   motivo (altrove | serve-originale | non-conservato | giorno-aperto |
                           senza-autorita | danneggiato) #REQUIRED
                   genere CDATA #IMPLIED
                   destinatario CDATA #IMPLIED
                   registrazione CDATA #IMPLIED>
`;
