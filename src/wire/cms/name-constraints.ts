// SPDX-License-Identifier: EUPL-1.2
import type { Certificate } from './certificate.ts';
import type { GeneralName, NameConstraints } from './certificate-extensions.ts';
import { startsWithName } from './distinguished-name.ts';
import { OID } from './oids.ts';

/**
 * The first name of `certificate` that the constraints of an authority above it forbid, in words; null
 * when all are allowed (RFC 5280 section 4.2.1.10). A constraint of a kind that is not understood forbids
 * every name of that kind.
 */
export function forbiddenName(certificate: Certificate, constraints: NameConstraints): string | null {
  for (const name of namesOf(certificate)) {
    const alike = (base: GeneralName): boolean => sameKind(name, base);
    const permitted = constraints.permitted.filter(alike);
    if (permitted.length > 0 && !permitted.some((base) => isWithin(name, base) === true))
      return printed(name);
    if (constraints.excluded.filter(alike).some((base) => isWithin(name, base) !== false))
      return printed(name);
  }
  return null;
}

/** All that the constraints apply to: the subject, its e-mail addresses, the alternative names. */
function namesOf(certificate: Certificate): GeneralName[] {
  const names: GeneralName[] = [...certificate.alternativeNames];
  if (certificate.subject.attributes.length > 0) {
    names.push({ kind: 'directoryName', name: certificate.subject });
  }
  for (const { oid, text } of certificate.subject.attributes) {
    if (oid === OID.emailAddress) names.push({ kind: 'rfc822Name', text });
  }
  return names;
}

function sameKind(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === 'other' && base.kind === 'other') {
    // Constructed or not, the kind is the tag number.
    return (name.tag & 0x1f) === (base.tag & 0x1f);
  }
  return name.kind === base.kind;
}

/** Whether the name lies in the subtree; null when that cannot be told. */
function isWithin(name: GeneralName, base: GeneralName): boolean | null {
  if (name.kind === 'directoryName' && base.kind === 'directoryName') {
    return startsWithName(name.name, base.name);
  }
  if (name.kind === 'rfc822Name' && base.kind === 'rfc822Name') return isMailboxWithin(name.text, base.text);
  if (name.kind === 'dNSName' && base.kind === 'dNSName') return isHostWithin(name.text, base.text);
  return null;
}

/** The base is a mailbox, a host (its own mailboxes only) or, with a leading dot, all hosts below a domain. */
function isMailboxWithin(mailbox: string, base: string): boolean {
  const host = mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase();
  const at = base.lastIndexOf('@');
  if (at >= 0) {
    const sameLocalPart = mailbox.slice(0, mailbox.lastIndexOf('@')) === base.slice(0, at);
    return sameLocalPart && host === base.slice(at + 1).toLowerCase();
  }
  const domain = base.toLowerCase();
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain;
}

function isHostWithin(host: string, base: string): boolean {
  const [name, domain] = [host.toLowerCase(), base.toLowerCase().replace(/^\./, '')];
  return domain === '' || name === domain || name.endsWith(`.${domain}`);
}

function printed(name: GeneralName): string {
  if (name.kind === 'directoryName') return name.name.attributes.map(({ text }) => text).join(', ');
  return name.kind === 'other' ? `a name of type ${name.tag & 0x1f}` : name.text;
}
