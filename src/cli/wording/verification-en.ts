// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import type { MessageKind } from '../../evidence/draft.ts';
import type { VerificationWords } from './verification-words.ts';

export const englishVerification: VerificationWords = {
  headlines: {
    good: 'VALID',
    bad: 'NOT VALID',
    undecided: 'CANNOT BE TOLD',
    'not-certified': 'NOT A CERTIFIED MAIL MESSAGE',
  },
  kinds: {
    acceptance: 'acceptance receipt',
    'non-acceptance': 'notice of non-acceptance',
    'non-acceptance-virus': 'notice of non-acceptance for a virus',
    'transport-envelope': 'certified mail message (transport envelope)',
    'timeout-12h': 'notice of no delivery after 12 hours',
    'timeout-24h': 'notice of no delivery after 24 hours',
    'take-charge': 'take-charge receipt (between providers)',
    'anomaly-envelope': 'anomaly envelope',
    'virus-detection': 'notice of a virus (between providers)',
    'virus-non-delivery': 'notice of non-delivery for a virus',
    'delivery-complete': 'complete delivery receipt',
    'delivery-brief': 'brief delivery receipt',
    'delivery-concise': 'concise delivery receipt',
    'non-delivery': 'notice of non-delivery',
  },
  unknownKind: 'message that calls itself certified mail',
  proves: (kind, facts, when) =>
    `The provider ${facts.provider} certifies that on ${when.date} at ${when.time} (${when.zone}) ${EVENTS[kind](facts)}.`,
  provesNothing:
    'The provider that signed received the attached message and delivered it as it was: ' +
    'it certifies neither its sender, nor its date, nor its content.',
  unproven: 'What follows is written in the message, but it is not proven.',
  looksLike: {
    'signed-mail': 'Somebody signed it, but no provider of certified mail issued it.',
    'enclosed-original':
      'It looks like the original taken out of an envelope or a receipt (postacert.eml): alone it proves nothing. ' +
      'Verify the message that held it, saved as a whole.',
    'ordinary-mail': 'It is ordinary mail: no provider certifies that it was sent or delivered.',
    'no-mail': 'The file does not look like a mail message. Save it again from the mail program, as .eml.',
  },
  checks: {
    signature: 'it bears the signature of a provider',
    content: 'it is intact: nothing changed after it was signed',
    certificate: "the signer's certificate comes from a trusted authority and was in force",
    revocation: 'the certificate was not revoked',
    index: 'the signer is in the index of certified mail providers',
    sender: "the sender's address is the signer's",
    form: 'it has the form that the law prescribes',
  },
  marks: { passed: 'yes', failed: 'NO', 'not-checked': '--' },
  reasons: {
    'not-asked': 'not checked',
    'not-reached': 'not checked, because of the above',
    'authority-unknown': 'not checked: I do not know which authority to trust',
    'no-signature': 'there is no signature',
    'wrong-structure': 'the signature is not where it should be',
    'signature-too-large': 'the signature is too large',
    'bad-cms': 'the signature cannot be read',
    'no-signer': 'the signature is empty',
    'several-signers': 'there is more than one signature',
    'signer-certificate-missing': "the signer's certificate is missing",
    'bad-certificate': "the signer's certificate cannot be read",
    'unsupported-algorithm': 'the signature uses an unknown algorithm',
    'digest-mismatch': 'the content was changed after it was signed',
    'signature-invalid': 'the signature was not made with the key of the certificate',
    'signing-not-permitted': 'the certificate is not made for signing messages',
    'chain-broken': 'the certificate does not come from a trusted authority',
    'unknown-critical-extension': 'the certificate sets conditions that are not known',
    'name-not-permitted': 'the certificate is for a name that its authority may not certify',
    'weak-digest': 'the signature uses an algorithm that is too weak (MD5)',
    'weak-key': 'the key of the certificate is too short',
    'not-yet-valid': 'the certificate was not yet in force',
    expired: 'the certificate had expired',
    revoked: 'the certificate was revoked',
    'crl-unavailable': 'not checked: none of the revocation lists given speaks of it',
    'certificate-not-in-index': 'no provider of the index has this certificate',
    'certificate-differs-from-index': 'the certificate is not the one in the index',
    'from-unreadable': 'the sender (From) cannot be read',
    'sender-not-in-certificate': 'the sender (From) is not an address of the certificate',
    'domain-not-managed': "the sender's domain is not one of the provider's",
    'contradictory-headers': 'it says two different things of itself',
    'unknown-receipt': 'it is of a kind that the law does not know',
    'message-id-missing': 'the identifier is missing',
    'certification-data-missing': 'the certification data (daticert.xml) are missing',
    'certification-data-repeated': 'the certification data (daticert.xml) are there more than once',
    'certification-data-unreadable': 'the certification data (daticert.xml) cannot be read',
    'kind-mismatch': 'the kind it declares is not that of the certification data',
    'original-missing': 'the original (postacert.eml) is missing',
    'anomaly-parts': 'an anomaly envelope is made of a text and the original, and of nothing else',
    'original-repeated': 'the original (postacert.eml) is there more than once',
    'identifier-mismatch': 'the identifier is not that of the certification data',
    'delivery-recipient-missing': 'the recipient of the delivery is missing',
    'taken-in-charge-missing': 'the recipients taken in charge are missing',
  },
  warnings: {
    'sha1-signature':
      'Warning: the signature uses SHA-1, which is weak today. It proves that nobody who had the message later changed it; ' +
      'not that the signer had not prepared two messages with the same signature.',
    'sha1-certificate':
      'Warning: a certificate of the chain was signed with SHA-1, which is weak today: trust it only if the message is of its time.',
    'short-key':
      "Warning: the signer's key has less than 2048 bits, which is little today: trust it only if the message is of its time.",
    'sha1-hashes':
      'Warning: of the attachments the brief receipt has only the SHA-1, as the rules say. That is enough against whoever ' +
      'changes a file after sending it, not against whoever prepared two files with the same SHA-1 before.',
  },
  restorations: {
    'line-ends': 'The file had the line ends of Unix: to check the signature, those of mail were put back.',
    'mbox-line': 'The archive line at the beginning (mbox) was left out.',
    'byte-order-mark': 'Three bytes added at the beginning (BOM) were left out.',
  },
  sections: {
    certified: 'What it certifies',
    checks: 'Checks',
    signer: 'Who signed',
    original: 'Original (postacert.eml)',
    hashes: 'SHA-1 of the attachments',
  },
  labels: {
    kind: 'kind',
    provider: 'provider',
    when: 'when',
    subject: 'subject',
    sender: 'sender',
    replyTo: 'replies to',
    recipients: 'recipients',
    deliveredTo: 'delivery to',
    takenInCharge: 'taken in charge for',
    receiptType: 'receipt asked for',
    error: 'error',
    identifier: 'identifier',
    messageId: "sender's Message-ID",
    name: 'name',
    addresses: 'address',
    certificate: 'certificate of',
    issuer: 'issued by',
    validity: 'in force',
    serial: 'serial number',
    fingerprint: 'SHA-1',
    signedAt: 'signed on',
    judgedAt: 'judged as of',
    from: 'from',
    to: 'to',
    cc: 'copy to',
    date: 'date',
    size: 'size',
    sha256: 'SHA-256',
    attachments: 'attachments',
  },
  certified: 'certified mail',
  ordinary: 'ordinary mail',
  adviseAuthority:
    'Name with --ca the PEM file of the authority that issues the certificates of providers ' +
    '(for Italian certified mail, AgID), and the index of providers, if you have it, with --index and --index-signer.',
  adviseHashes: 'To check an attachment, name it with --file, or the message as sent that held it.',
  decimalMark: '.',
};

/** "certifies that on 22/11/2026 ..." and then this. */
const EVENTS: Readonly<Record<MessageKind, (facts: CertificationData) => string>> = {
  acceptance: (facts) => `it accepted ${message(facts)} and sent it on to the recipients`,
  'non-acceptance': (facts) => `it did not accept ${message(facts)}: nobody received it`,
  'non-acceptance-virus': (facts) => `it did not accept ${message(facts)} because it held a virus`,
  'transport-envelope': (facts) => `it accepted from ${facts.sender} the message in this envelope`,
  'timeout-12h': (facts) => `${message(facts)} had not yet been delivered to ${recipient(facts)}`,
  'timeout-24h': (facts) => `${message(facts)} had not been delivered to ${recipient(facts)} within 24 hours`,
  'take-charge': (facts) => `it took charge of ${message(facts)} from the provider of the sender`,
  'anomaly-envelope': () => 'it received the attached message',
  'virus-detection': (facts) => `it found a virus in ${message(facts)}, meant for ${recipient(facts)}`,
  'virus-non-delivery': (facts) =>
    `${message(facts)} was not delivered to ${recipient(facts)} because it held a virus`,
  'delivery-complete': delivered,
  'delivery-brief': delivered,
  'delivery-concise': delivered,
  'non-delivery': (facts) => `${message(facts)} was not delivered to ${recipient(facts)}`,
};

function delivered(facts: CertificationData): string {
  return `it put ${message(facts)} into the mailbox of ${recipient(facts)}`;
}

function message({ subject, sender }: CertificationData): string {
  return subject === undefined
    ? `the message without subject from ${sender}`
    : `the message "${subject}" from ${sender}`;
}

function recipient({ deliveredTo }: CertificationData): string {
  return deliveredTo ?? '?';
}
