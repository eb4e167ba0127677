// SPDX-License-Identifier: EUPL-1.2
import { randomBytes, verify } from 'node:crypto';
import { keyPlace, openCertifiedKey, signaturesAtOnce } from '../../composition/signing.ts';
import type { Config } from '../../platform/config/config.ts';
import { Fault } from '../../platform/faults.ts';
import { silentJournal } from '../../platform/journal.ts';
import { type Monotonic, systemMonotonic } from '../../platform/monotonic.ts';
import { systemTimers } from '../../platform/timers.ts';
import type { CertifiedKey } from '../../trust/signing/key-driver.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { printName } from '../../wire/cms/distinguished-name.ts';
import type { ConfigFinding } from '../check-config/config-finding.ts';
import { checkSigning, checkTrust } from '../check-config/file-checks.ts';
import type { CommandSurroundings } from '../command-surroundings.ts';
import { configurationIn } from '../configuration.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type KeyOptions, wordsOf } from '../key.ts';
import { layRows, printInstant } from '../text-layout.ts';

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const KEY_TEST_FORMAT = 'ceralacca-key-test/1';

const DAY_MS = 24 * 3_600_000;

export interface SelfTestOptions extends KeyOptions {
  /** How long signatures are made. */
  readonly seconds: number;
  readonly json?: boolean;
}

/** How fast the key signs. */
interface Pace {
  readonly signatures: number;
  readonly perSecond: number;
  /** How long one takes: of the middle, and of the slowest of a hundred. */
  readonly medianMs: number;
  readonly slowMs: number;
}

/**
 * `ceralacca key self-test`: whether the configured key and certificate can sign, by the profile (SIG-9 to SIG-12),
 * with permissions, chain and validity; then signs for some seconds and checks every signature.
 */
export async function testKey(
  options: SelfTestOptions,
  { stdout, stderr, clock }: Pick<CommandSurroundings, 'stdout' | 'stderr' | 'clock'>,
): Promise<ExitCode> {
  const config = configurationIn(options.config, stderr);
  if (config === undefined) return EXIT.bad;
  const { certificate, findings: own } = await checkSigning(config, clock);
  const findings = [...own, ...(await checkTrust(config, { certificate, clock }))];
  const bad = findings.some(({ severity }) => severity === 'problem') || certificate === undefined;
  const pace = bad ? undefined : await measure(config, { certificate, seconds: options.seconds, clock });
  const now = clock.now();
  const facts = { config, findings, certificate, pace, daysLeft: daysLeft(certificate, now) };
  stdout.write(options.json === true ? asJson(facts) : asText(facts, options));
  return bad ? EXIT.bad : EXIT.good;
}

interface Facts {
  readonly config: Config;
  readonly findings: readonly ConfigFinding[];
  readonly certificate: Certificate | undefined;
  readonly pace: Pace | undefined;
  readonly daysLeft: number | undefined;
}

function daysLeft(certificate: Certificate | undefined, now: number): number | undefined {
  return certificate && Math.floor((certificate.notAfter - now) / DAY_MS);
}

async function measure(
  config: Config,
  how: {
    readonly certificate: Certificate;
    readonly seconds: number;
    readonly clock: CommandSurroundings['clock'];
  },
): Promise<Pace> {
  await using key = await openCertifiedKey(config, {
    clock: how.clock,
    timers: systemTimers,
    journal: silentJournal,
    onWarning: () => undefined,
  });
  const atOnce = signaturesAtOnce(config.signing);
  return await signFor(key, { ...how, atOnce, monotonic: systemMonotonic });
}

/** Throws the Fault `signing-key-mismatch` at a signature that does not hold. */
export async function signFor(
  key: Pick<CertifiedKey, 'sign'>,
  how: {
    readonly certificate: Pick<Certificate, 'publicKey'>;
    readonly seconds: number;
    readonly atOnce: number;
    readonly monotonic: Monotonic;
  },
): Promise<Pace> {
  const { monotonic, seconds, atOnce } = how;
  const begun = monotonic.elapsedMs();
  const lasted: number[] = [];
  const signOn = async (): Promise<void> => {
    do {
      const text = randomBytes(256);
      const before = monotonic.elapsedMs();
      const signature = await key.sign(text);
      lasted.push(monotonic.elapsedMs() - before);
      requireGood({ text, signature, certificate: how.certificate });
    } while (monotonic.elapsedMs() - begun < seconds * 1000);
  };
  await Promise.all(Array.from({ length: atOnce }, signOn));
  const tookMs = monotonic.elapsedMs() - begun;
  lasted.sort((a, b) => a - b);
  const share = (part: number): number => lasted[Math.floor((lasted.length - 1) * part)] ?? 0;
  return {
    signatures: lasted.length,
    perSecond: Math.round((lasted.length * 1000) / Math.max(tookMs, 1)),
    medianMs: share(0.5),
    slowMs: share(0.99),
  };
}

function requireGood(made: {
  readonly text: Buffer;
  readonly signature: Buffer;
  readonly certificate: Pick<Certificate, 'publicKey'>;
}): void {
  const { publicKey } = made.certificate;
  if (publicKey !== null && verify('sha256', made.text, publicKey, made.signature)) return;
  const sentence = 'a signature does not hold under the signing certificate';
  throw new Fault('signing-key-mismatch', sentence, { temporary: false });
}

function asText({ config, findings, certificate, pace, daysLeft: days }: Facts, options: KeyOptions): string {
  const words = wordsOf(options);
  const told = findings.map(({ severity, path, sentence }) => {
    return `${severity === 'warning' ? `${words.warning}: ` : ''}${path}: ${sentence}`;
  });
  const { labels } = words;
  const rows = layRows([
    [labels.place, keyPlace(config.signing)],
    [labels.key, certificate === undefined ? '' : `RSA ${bitsOf(certificate)} bit`],
    [labels.subject, certificate === undefined ? '' : printName(certificate.subject)],
    [labels.address, certificate?.rfc822Names ?? ''],
    [
      labels.until,
      certificate === undefined ? '' : words.until(printInstant(certificate.notAfter), days ?? 0),
    ],
    [labels.pace, pace === undefined ? '' : words.pace(pace)],
  ]);
  return `${[...told, pace === undefined ? words.unfit : words.fit, ...rows].join('\n')}\n`;
}

function asJson({ config, findings, certificate, pace, daysLeft: days }: Facts): string {
  const document = {
    format: KEY_TEST_FORMAT,
    good: pace !== undefined,
    kind: config.signing.kind,
    place: keyPlace(config.signing),
    findings,
    certificate:
      certificate === undefined
        ? null
        : {
            subject: printName(certificate.subject),
            addresses: certificate.rfc822Names,
            bits: bitsOf(certificate),
            until: new Date(certificate.notAfter).toISOString(),
            daysLeft: days,
          },
    pace: pace ?? null,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function bitsOf({ publicKey }: Certificate): number {
  return publicKey?.asymmetricKeyDetails?.modulusLength ?? 0;
}
