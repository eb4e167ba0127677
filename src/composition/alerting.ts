// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { localTime } from '../evidence/local-time.ts';
import { compose } from '../mailroom/contents/composition.ts';
import { SmtpCourier } from '../mailroom/queue/smtp-courier.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import { StepDraft } from '../mailroom/steps/step-draft.ts';
import { type AlertChannel, type AlertNotice, AlertSender } from '../platform/alert-sender.ts';
import { plainFacts, webhookChannel } from '../platform/alert-webhook.ts';
import type { Config } from '../platform/config/config.ts';
import { Fault } from '../platform/faults.ts';
import { loadTrustedCas } from '../platform/tls.ts';
import { placeHouseMail } from '../points/placement.ts';
import { buildMessage } from '../wire/mime/message-builder.ts';
import { indexMessage } from '../wire/mime/mime-index.ts';
import { MemoryOctets } from '../wire/mime/octets.ts';
import type { Around } from './surroundings.ts';

const HOUR_MS = 3_600_000;

export interface AlertingFacts {
  readonly config: Config;
  readonly around: Around;
  /** Undefined as long as it is not open. */
  readonly store: () => HouseStore | undefined;
}

/**
 * Sends alerts on, from before the store is opened until after it is closed. Throws the Fault
 * `named-file-unreadable`.
 */
export function openAlerting(facts: AlertingFacts, stack: AsyncDisposableStack): void {
  const { config, around } = facts;
  const { mailbox, email, webhook, repeatHours, perHour } = config.alerts;
  const channels: AlertChannel[] = [];
  if (webhook !== undefined) channels.push(openWebhook(config, webhook));
  if (email !== undefined) channels.push(openEmail(facts, { email, stack }));
  if (mailbox !== undefined) channels.push(mailboxChannel(facts, mailbox));
  if (channels.length === 0) {
    around.journal.warn(
      {},
      'alerts are not sent to anybody (alerts.email, .mailbox, .webhook): the journal has them',
    );
    return;
  }
  const repeatMs = repeatHours === null ? null : repeatHours * HOUR_MS;
  stack.use(new AlertSender({ ...around, channels, repeatMs, perHour }));
}

function openWebhook({ alerts, provider }: Config, url: string): AlertChannel {
  const { webhookTokenFile, webhookCaFile, webhookMs } = alerts;
  return webhookChannel({
    url,
    provider: provider.name,
    timeoutMs: webhookMs,
    ...(webhookTokenFile !== undefined && { token: firstLine(webhookTokenFile) }),
    ...(webhookCaFile !== undefined && { ca: loadTrustedCas(webhookCaFile) }),
  });
}

/** Straight to the operator's mail server: an alert about the store, the queue or the clock waits for none of them. */
function openEmail(
  { config, around }: AlertingFacts,
  { email, stack }: { readonly email: string; readonly stack: AsyncDisposableStack },
): AlertChannel {
  const destination = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  const { relay } = config.alerts;
  const courier = stack.use(
    new SmtpCourier({
      ...around,
      ownName: config.provider.hostname,
      routes: relay === undefined ? config.routes : { [destination]: relay },
      // What is sent here goes to no PEC provider.
      certifiedCa: '',
    }),
  );
  return {
    name: 'email',
    async send(notice) {
      const message = alertMessage(notice, { config, around, to: email });
      const now = around.clock.now();
      const octets = Object.assign(new MemoryOctets(message), { slices: () => [] });
      const entry = {
        id: 0,
        destination,
        certified: false,
        // Nobody is to be told that an alert did not arrive.
        reversePath: '',
        forwardPaths: [email],
        content: 0,
        kind: 'alert',
        identifier: '',
        eightBit: false,
        createdAt: now,
        expiresAt: now + HOUR_MS,
        attempts: 0,
        notBefore: now,
        history: [],
        held: false,
      };
      const content = { id: 0, size: message.length, index: indexMessage(message), octets };
      const { refused } = await courier.relay(entry, content);
      if (refused[0] !== undefined) throw new Error(`${refused[0].code} ${refused[0].text}`);
    },
  };
}

function mailboxChannel({ config, around, store }: AlertingFacts, address: string): AlertChannel {
  return {
    name: 'mailbox',
    async send(notice) {
      const open = store();
      const mailbox = open?.findMailbox(address);
      if (open === undefined || mailbox === undefined) throw new Error(`there is no mailbox ${address}`);
      const message = alertMessage(notice, { config, around, to: address });
      const composition = compose([message], { numbers: open, index: indexMessage(message) });
      const instant = around.clock.now();
      const step = new StepDraft().keep(composition);
      step.part([placeHouseMail({ mailbox, content: composition.content.id, instant })]);
      await open.commit(step.build());
    },
  };
}

const STATES = { raised: 'ALLARME / ALARM', still: 'DURA / LASTS', over: 'FINITO / OVER' } as const;

/** An ordinary message, not certified: it says nothing in the provider's name to anybody else. */
function alertMessage(
  notice: AlertNotice,
  { config, around, to }: { readonly config: Config; readonly around: Around; readonly to: string },
): Buffer {
  const { name, serviceAddress } = config.provider;
  const domain = serviceAddress.slice(serviceAddress.lastIndexOf('@') + 1);
  const { state, alert, since, at } = notice;
  const facts = Object.entries(plainFacts(alert.facts)).map(
    ([fact, value]) => `  ${fact}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const text = [
    `${STATES[state]}: ${alert.code}`,
    alert.sentence,
    '',
    `gestore / provider: ${name}`,
    `da / since: ${new Date(since).toISOString()}`,
    `ora / now: ${new Date(at).toISOString()}`,
    ...facts,
    '',
    'Che fare / what to do: docs/operating/alerts.md',
    '',
  ].join('\n');
  const message = buildMessage({
    from: { name, address: `postmaster@${domain}` },
    to: [{ address: to }],
    subject: `[Ceralacca] ${STATES[state]} ${alert.code}`,
    messageId: `${around.ids.token()}@${domain}`,
    date: { instantMs: at, offsetMinutes: localTime(at).offsetMinutes },
    // RFC 3834 section 5: nobody's program answers it.
    fields: [['Auto-Submitted', 'auto-generated']],
    text,
    attachments: [],
    boundary: around.ids.token(),
  });
  return Buffer.concat(message);
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch (cause) {
    throw new Fault('named-file-unreadable', `${file} cannot be read`, { temporary: false, cause });
  }
}
