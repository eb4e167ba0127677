// SPDX-License-Identifier: EUPL-1.2
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/config.ts';
import { Fault } from '../../platform/faults.ts';
import { readSpeaking } from '../../trust/signing/speaking-lists.ts';
import { derOf } from '../../wire/cms/pem.ts';
import { type ConfigFinding, findingsOf, problem, warning } from './config-finding.ts';
import { checkSecrecy, readCertificates } from './file-checks.ts';

/** Files that the sections `trust`, `timestamping` and `alerts` name besides those that are checked elsewhere. */
export async function checkNamedFiles(config: Config, clock: Clock): Promise<readonly ConfigFinding[]> {
  const { alerts, timestamping, trust, provider } = config;
  const { mailbox, webhookTokenFile, webhookCaFile } = alerts;
  const findings = [
    ...(await checkCertificates('timestamping.anchorsFile', timestamping.anchorsFile)),
    ...(await checkCertificates('alerts.webhookCaFile', webhookCaFile)),
    ...(await checkToken('alerts.webhookTokenFile', webhookTokenFile)),
  ];
  for (const file of trust.revocationFiles) findings.push(...(await checkList(file, clock)));
  if (timestamping.url === undefined)
    findings.push(warning('timestamping.url', 'the seals of the log get no time stamp'));
  const domain = mailbox?.slice(mailbox.lastIndexOf('@') + 1);
  if (domain !== undefined && !provider.domains.includes(domain.toLowerCase()))
    findings.push(problem('alerts.mailbox', `${domain} is not served here; alerts.email is for elsewhere`));
  return findings;
}

async function checkCertificates(path: string, file: string | undefined): Promise<readonly ConfigFinding[]> {
  if (file === undefined) return [];
  return findingsOf(path, async () => {
    await readCertificates(file);
    return [];
  });
}

async function checkToken(path: string, file: string | undefined): Promise<readonly ConfigFinding[]> {
  if (file === undefined) return [];
  return findingsOf(path, async () => {
    const [token = ''] = (await octetsOf(file)).toString('utf8').split(/\r?\n/, 1);
    const empty = token === '' ? [problem(path, `the first line of ${file} is empty`)] : [];
    return [...empty, ...(await checkSecrecy(path, file))];
  });
}

async function checkList(file: string, clock: Clock): Promise<readonly ConfigFinding[]> {
  const path = 'trust.revocationFiles';
  return findingsOf(path, async () => {
    const read = readSpeaking(derOf(await octetsOf(file), 'X509 CRL'));
    if (read === undefined) return [problem(path, `${file} is no revocation list`)];
    const { nextUpdate } = read.list;
    if (nextUpdate === null || nextUpdate > clock.now()) return [];
    return [warning(path, `${file} has run out on ${new Date(nextUpdate).toISOString()}`)];
  });
}

async function octetsOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('file-unreadable', `${file} cannot be read: ${why}`, { temporary: false, cause });
  }
}
