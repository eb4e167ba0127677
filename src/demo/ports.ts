// SPDX-License-Identifier: EUPL-1.2

/** The demo's providers, by the names of their folders. */
export const PROVIDER_KEYS = ['alfa', 'beta'] as const;
export type ProviderKey = (typeof PROVIDER_KEYS)[number];

/** First port of the demo unless told otherwise; the others follow, easy to tell by their last digits. */
export const DEFAULT_PORT_BASE = 10_000;
export const LAST_PORT = 65_535;

export interface ProviderPorts {
  readonly submission: number;
  readonly submissionStarttls: number;
  readonly exchange: number;
  readonly imaps: number;
  readonly imap: number;
  readonly pop3s: number;
  readonly pop3: number;
  /** Metrics, health and status over HTTP. */
  readonly watch: number;
  /** Its own record of the index over HTTPS; nowhere when left out. */
  readonly publication?: number;
}

export interface DemoPorts {
  readonly alfa: ProviderPorts;
  readonly beta: ProviderPorts;
  /** SMTP of the ordinary host. */
  readonly ordinary: number;
  /** The silent provider. */
  readonly silent: number;
  /** Index over HTTPS. */
  readonly index: number;
  /** Revocation lists over HTTP. */
  readonly crl: number;
  /** NTP, over UDP. */
  readonly ntp: number;
}

/** The demo's ports: Alfa at the base, Beta a thousand above, everybody else two thousand above. */
export function demoPorts(base: number): DemoPorts {
  return {
    alfa: providerPorts(base),
    beta: providerPorts(base + 1000),
    ordinary: base + 2025,
    silent: base + 2026,
    index: base + 2443,
    crl: base + 2080,
    ntp: base + 2123,
  };
}

/** All ports in order, but for those of providers that run elsewhere. */
export function portNumbers(ports: DemoPorts, without: readonly ProviderKey[] = []): number[] {
  const { alfa, beta, ...others } = ports;
  const providers = [
    ...(without.includes('alfa') ? [] : [alfa]),
    ...(without.includes('beta') ? [] : [beta]),
  ];
  return [...providers, others].flatMap((some) => Object.values(some)).sort((one, other) => one - other);
}

function providerPorts(base: number): ProviderPorts {
  return {
    submission: base + 465,
    submissionStarttls: base + 587,
    exchange: base + 25,
    imaps: base + 993,
    imap: base + 143,
    pop3s: base + 995,
    pop3: base + 110,
    watch: base + 780,
    publication: base + 443,
  };
}
