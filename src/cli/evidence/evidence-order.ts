// SPDX-License-Identifier: EUPL-1.2
import { openStandingEvidenceOrders } from '../../composition/evidencing.ts';
import { completed } from '../../composition/surroundings.ts';
import { openSqliteStore } from '../../engines/sqlite/sqlite-store.ts';
import { orderProvider } from '../../fronts/control/control-client.ts';
import { ORDER_LIMIT_BYTES } from '../../fronts/control/control-socket.ts';
import type { Config } from '../../platform/config/config.ts';
import { Fault } from '../../platform/faults.ts';
import { openJournal, silentJournal } from '../../platform/journal.ts';
import type { EvidenceRefusal, EvidenceRequest } from '../../points/reissuing/evidence-decision.ts';
import type { SealedIndex } from '../../points/reissuing/evidence-desk.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';
import type { CommandSurroundings } from '../command-surroundings.ts';
import type { KnownPlace } from '../mailbox/mailbox-place.ts';
import { storeFolder } from '../provider-folder.ts';
import type { EvidenceTrust } from './evidence-store.ts';

type Ground = Pick<CommandSurroundings, 'clock' | 'ids'>;
type Answer = Readonly<Record<string, unknown>>;

/** Asks the provider that runs, or does it in the store of one that stands still. */
export class EvidenceOrderer {
  readonly #place: KnownPlace;
  readonly #request: EvidenceRequest;
  readonly #ground: Ground;

  constructor(place: KnownPlace, request: EvidenceRequest, ground: Ground) {
    this.#place = place;
    this.#request = request;
    this.#ground = ground;
  }

  /**
   * Whether there is an evidence file to be had, and what is needed for it. @throws Fault `provider-not-running` where
   * none runs and no configuration was read, `order-refused`, `store-locked`, and those of the key
   */
  async open(): Promise<{ readonly refused: EvidenceRefusal } | { readonly trust: EvidenceTrust }> {
    const answer = await this.#give({ order: 'evidence-open', ...this.#request });
    if (answer.refused !== undefined) return { refused: answer.refused as EvidenceRefusal };
    const { provider, now, stamps, certificate, anchors, intermediates, stampAnchors } = answer;
    return {
      trust: {
        provider: provider as EvidenceTrust['provider'],
        now: Number(now),
        stamps: stamps === true,
        certificate: certificateIn(String(certificate)),
        anchors: (anchors as string[]).map(certificateIn),
        intermediates: (intermediates as string[]).map(certificateIn),
        stampAnchors: (stampAnchors as string[]).map(certificateIn),
      },
    };
  }

  /** @throws Fault `evidence-too-large`, and as `open` */
  async seal(index: Buffer): Promise<SealedIndex> {
    const order = { order: 'evidence-seal', ...this.#request, index: index.toString('utf8') };
    if (Buffer.byteLength(JSON.stringify(order)) >= ORDER_LIMIT_BYTES) {
      const message = `an index of ${index.length} octets is too long to be signed`;
      throw new Fault('evidence-too-large', message, { temporary: false });
    }
    const { signed, token } = await this.#give(order);
    return {
      signed: Buffer.from(String(signed), 'base64'),
      ...(typeof token === 'string' && { token: Buffer.from(token, 'base64') }),
    };
  }

  async #give(order: Answer): Promise<Answer> {
    const { folder, config } = this.#place;
    try {
      return await orderProvider(folder, order);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'provider-not-running') throw error;
      if (config !== undefined) return await this.#obeyHere(config, order);
      const message = `${error.message}; one that stands still needs its configuration as well (--config)`;
      throw new Fault('provider-not-running', message, { temporary: true, cause: error });
    }
  }

  async #obeyHere(config: Config, order: Answer): Promise<Answer> {
    // On standard error it would stand between the command's own lines.
    const journal = config.journal.file === undefined ? silentJournal : openJournal(config.journal);
    await using store = await openSqliteStore({ folder: storeFolder(this.#place.folder), journal });
    await using stack = new AsyncDisposableStack();
    const around = completed({ journal, clock: this.#ground.clock, ids: this.#ground.ids });
    const orders = await openStandingEvidenceOrders(config, { store, around, stack });
    const answer = await orders.obey(order);
    if (answer.ok) return answer;
    throw new Fault('order-refused', String(answer.error), { temporary: false });
  }
}

function certificateIn(base64: string) {
  const parsed = readCertificate(Buffer.from(base64, 'base64'));
  if (parsed.ok) return parsed.value;
  throw new Fault('order-refused', `the provider sent no certificate: ${parsed.reason}`, {
    temporary: false,
  });
}
