// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';
import { type Certificate, readCertificate } from '../../wire/cms/certificate.ts';
import { pemBlocks } from '../../wire/cms/pem.ts';

/**
 * The certificates of a PEM text: anchors, intermediates, or certificates trusted by themselves.
 * `source` names the text in the error. @throws Fault `authority-certificate-unreadable`
 */
export function readPemCertificates(text: string, source: string): Certificate[] {
  const blocks = pemBlocks(text, 'CERTIFICATE');
  if (blocks.length === 0) throw unreadable(`${source} holds no PEM certificate`);
  return blocks.map((der) => {
    const parsed = readCertificate(der);
    if (!parsed.ok) throw unreadable(`${source} holds a certificate that cannot be read: ${parsed.reason}`);
    return parsed.value;
  });
}

function unreadable(message: string): Fault {
  return new Fault('authority-certificate-unreadable', message, { temporary: false });
}
