// SPDX-License-Identifier: EUPL-1.2
import type { Config } from '../platform/config/config.ts';
import type { DirectorySnapshot } from '../trust/provider-directory/directory-snapshot.ts';
import { comparableName } from '../trust/provider-directory/provider-record.ts';
import type { Certificate } from '../wire/cms/certificate.ts';
import { sameAddress } from '../wire/mime/addresses.ts';

/**
 * What the index in use says otherwise than we are, in English sentences: everybody else goes by it. A certificate that
 * it does not hold makes all that we sign ordinary mail (IP-5), a domain that it does not give us goes to somebody else
 * (DIR-17), and take-charge receipts go to the mailbox that it names.
 */
export function amissInIndex(
  index: DirectorySnapshot,
  { provider, certificate }: Pick<Config, 'provider'> & { readonly certificate: Certificate },
): readonly string[] {
  const isOurs = (name: string | undefined) =>
    name !== undefined && comparableName(name) === comparableName(provider.name);
  const own = index.records.filter(({ providerName }) => isOurs(providerName));
  const amiss = provider.domains
    .filter((domain) => !isOurs(index.findByDomain(domain)?.providerName))
    .map((domain) => `${domain} is not ours`);
  // DIR-4: of several certificates any one is good
  if (!own.some((record) => record.certificates.some((der) => der.equals(certificate.der))))
    amiss.push('the certificate that we sign with is not in our record');
  if (!own.some(({ mailReceipt }) => sameAddress(mailReceipt, provider.serviceMailbox)))
    amiss.push(`${provider.serviceMailbox} is not our service mailbox`);
  return amiss;
}
