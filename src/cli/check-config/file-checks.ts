// SPDX-License-Identifier: EUPL-1.2
import { X509Certificate } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openCertifiedKey } from '../../composition/signing.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/config.ts';
import { Fault } from '../../platform/faults.ts';
import { silentJournal } from '../../platform/journal.ts';
import { systemTimers } from '../../platform/timers.ts';
import { loadTlsIdentity, loadTrustedCas } from '../../platform/tls.ts';
import { readPemCertificates } from '../../trust/signing/authorities.ts';
import { CertificationPaths } from '../../trust/signing/certification-paths.ts';
import { type Certificate, readCertificate } from '../../wire/cms/certificate.ts';
import { type ConfigFinding, findingsOf, problem, warning } from './config-finding.ts';

/** How long before the end of a certificate it is told of: 30 days. */
const EXPIRY_NOTICE_MS = 30 * 24 * 3_600_000;

export interface SigningCheck {
  readonly findings: readonly ConfigFinding[];
  /** Our certificate, when key and certificate can be used. */
  readonly certificate?: Certificate;
}

/** The folder must be there, or be possible to make, and so must the journal's. */
export async function checkFolders({ folder, journal }: Config): Promise<ConfigFinding[]> {
  const findings: ConfigFinding[] = [];
  if (!(await isWritable(folder))) findings.push(problem('folder', `${folder} cannot be written to`));
  if (journal.file !== undefined && !(await isWritable(dirname(journal.file)))) {
    findings.push(problem('journal.file', `${dirname(journal.file)} cannot be written to`));
  }
  return findings;
}

/** Key and certificate of this server, and those its peers must have. */
export async function checkTls(config: Config, clock: Clock): Promise<readonly ConfigFinding[]> {
  const { tls, provider } = config;
  const identity = await findingsOf('tls.certificateFile', async () => {
    const { cert } = loadTlsIdentity({ keyFile: tls.keyFile, certFile: tls.certificateFile });
    return checkServerCertificate(new X509Certificate(cert), {
      hostname: provider.hostname,
      instant: clock.now(),
    });
  });
  const peers = await findingsOf('tls.peerCaFile', async () => {
    loadTrustedCas(tls.peerCaFile);
    return [];
  });
  return [...identity, ...peers, ...(await checkSecrecy('tls.keyFile', tls.keyFile))];
}

function checkServerCertificate(
  certificate: X509Certificate,
  { hostname, instant }: { readonly hostname: string; readonly instant: Instant },
): ConfigFinding[] {
  const path = 'tls.certificateFile';
  const findings = checkValidity(path, instant, {
    from: certificate.validFromDate.getTime(),
    to: certificate.validToDate.getTime(),
  });
  if (certificate.checkHost(hostname) === undefined) {
    const names = certificate.subjectAltName ?? 'no name';
    findings.push(warning(path, `the certificate is for ${names}, not for provider.hostname ${hostname}`));
  }
  return findings;
}

/** The signing key and its certificate: permissions, profile, that they belong together and lead to an anchor. */
export async function checkSigning(config: Config, clock: Clock): Promise<SigningCheck> {
  const { signing } = config;
  const findings: ConfigFinding[] = [];
  let der: Buffer;
  try {
    await using key = await openCertifiedKey(config, {
      clock,
      timers: systemTimers,
      journal: silentJournal,
      onWarning: ({ sentence }) => findings.push(warning('signing.certificateFile', sentence)),
    });
    der = key.certificate;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { findings: [...findings, problem(keyNamedIn(error.message, signing), error.message)] };
  }
  const parsed = readCertificate(der);
  if (!parsed.ok) return { findings: [problem('signing.certificateFile', parsed.reason)] };
  const certificate = parsed.value;
  const validity = { from: certificate.notBefore, to: certificate.notAfter };
  findings.push(...checkValidity('signing.certificateFile', clock.now(), validity));
  return { findings, certificate };
}

/** A Fault about a file says its name: the key that names the same file is the one to tell of. */
function keyNamedIn(message: string, signing: Config['signing']): string {
  const { pkcs11, ...files } = signing;
  const named = (keys: object): string | undefined =>
    Object.entries(keys).find(([name, file]) => name.endsWith('File') && message.includes(String(file)))?.[0];
  // What is wrong with a token is told with its module; the PIN's file is the narrower clue.
  if (pkcs11 !== undefined && message.includes(pkcs11.pinFile)) return 'signing.pkcs11.pinFile';
  const key = named(files);
  if (key !== undefined) return `signing.${key}`;
  return pkcs11 === undefined ? 'signing' : 'signing.pkcs11';
}

/** Anchors must be there, and our own certificate must lead to one: what we sign comes in by our own door too. */
export async function checkTrust(
  { trust, signing }: Config,
  { certificate, clock }: { readonly certificate: Certificate | undefined; readonly clock: Clock },
): Promise<readonly ConfigFinding[]> {
  return await findingsOf('trust.anchorsFile', async () => {
    const anchors = await readCertificates(trust.anchorsFile);
    const { intermediatesFile } = trust;
    const intermediates = intermediatesFile === undefined ? [] : await readCertificates(intermediatesFile);
    if (certificate === undefined) return [];
    const { chainFile } = signing;
    const chain = chainFile === undefined ? [] : await readCertificates(chainFile);
    const paths = new CertificationPaths({ anchors, intermediates, revocation: null });
    const path = await paths.judge(certificate, {
      instant: clock.now(),
      carried: chain.map(({ der }) => der),
    });
    if (path.ok) return [];
    return [problem('trust.anchorsFile', `our own signing certificate is not trusted: ${path.detail}`)];
  });
}

/** PEM certificates of a file. @throws Fault that names it */
export async function readCertificates(file: string): Promise<Certificate[]> {
  return readPemCertificates(await readText(file), file);
}

/** A key that others may read is told of. */
export async function checkSecrecy(path: string, file: string): Promise<ConfigFinding[]> {
  const mode = await stat(file).then(
    (found) => found.mode & 0o777,
    () => 0,
  );
  if ((mode & 0o077) === 0) return [];
  return [warning(path, `${file} can be read by others (mode ${mode.toString(8)}): chmod 600 ${file}`)];
}

function checkValidity(
  path: string,
  instant: Instant,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): ConfigFinding[] {
  const day = new Date(instant < from ? from : to).toISOString();
  if (instant < from) return [problem(path, `the certificate is not valid before ${day}`)];
  if (instant > to) return [problem(path, `the certificate expired on ${day}`)];
  return to - instant < EXPIRY_NOTICE_MS ? [warning(path, `the certificate expires on ${day}`)] : [];
}

/** Whether the folder, or the nearest one above that exists, can be written to. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return (await stat(folder)).isDirectory();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(folder) !== folder;
    return missing && (await isWritable(dirname(folder)));
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('file-unreadable', `${path} cannot be read: ${why}`, { temporary: false, cause });
  }
}
