// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { LogEvent, LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { HouseRecords } from '../trace/houses.ts';
import { LogWatcher } from './log-watcher.ts';
import { Progress } from './progress.ts';

const IDENTIFIER = 'id@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';
const DARIO = 'dario@pec.beta.test';
const LISTA = 'lista@posta.test';

/** A house whose log grows as the test says. */
class GrowingHouse {
  readonly #records: LogRecord[] = [];
  readonly house: HouseRecords;

  constructor(name: string, certified: readonly string[] = []) {
    const log = {
      recordsAbout: (id: string) => (id === 'm@client.test' || id === IDENTIFIER ? this.#records : []),
      listRecords: () => this.#records,
      lastSequence: () => this.#records.length,
      stories: () => [this.#records],
    };
    const trackings = certified.map((recipient) => ({ identifier: IDENTIFIER, recipient, dispatchedAt: 0 }));
    const tracking = { listTrackings: () => trackings };
    const nothing = { [Symbol.dispose]: () => {} };
    this.house = { name, records: { log, tracking, ...nothing }, ...nothing };
  }

  add(event: LogEvent, instant: number, more: Partial<LogRecord> = {}): void {
    const common = { identifier: IDENTIFIER, sender: 'anna@pec.alfa.test', recipients: [] };
    this.#records.push({ sequence: this.#records.length + 1, event, instant, ...common, ...more });
  }
}

function watching(certified: readonly string[], recipients: readonly string[]) {
  const alfa = new GrowingHouse('Alfa', certified);
  const beta = new GrowingHouse('Beta');
  const houses = [alfa.house, beta.house];
  const times = { startedAt: 1000, answeredAt: 1100 };
  const watcher = new LogWatcher({ houses, messageId: 'm@client.test', times });
  const progress = new Progress(recipients);
  const look = async () => {
    const sight = await watcher.look();
    progress.take(sight);
    return sight.happenings.map(({ kind, sinceMs, recipients: whom, house, detail }) =>
      [kind, sinceMs, whom.join(' '), house, detail].join('|'),
    );
  };
  return { alfa, beta, progress, look };
}

suite('what the logs of the providers say to the sender', () => {
  test('from acceptance to the receipt, each record once, counted from the submission', async () => {
    const { alfa, beta, progress, look } = watching([CARLA], [CARLA]);
    assert.deepEqual(await look(), []);
    assert.equal(progress.outcome, 'timeout');
    alfa.add('acceptance', 1050);
    assert.deepEqual(await look(), ['accepted|50||Alfa|']);
    alfa.add('envelope-sent', 1200, {
      detail: { kind: 'transport-envelope', to: CARLA, destination: 'pec.beta.test' },
    });
    alfa.add('envelope-sent', 1201, { detail: { kind: 'take-charge', to: 'x@y' } });
    beta.add('envelope-received', 1150);
    beta.add('take-charge-emitted', 1150, { detail: { covers: CARLA } });
    beta.add('delivered', 1160, { recipient: CARLA });
    assert.deepEqual(await look(), [
      `taken-in-charge|150|${CARLA}|Beta|`,
      `delivered|160|${CARLA}|Beta|`,
      `relayed|200|${CARLA}|Alfa|pec.beta.test`,
    ]);
    assert.equal(progress.settled, false);
    // What another house received is not the sender's receipt.
    beta.add('notification-received', 1200, { recipient: CARLA, detail: { kind: 'avvenuta-consegna' } });
    alfa.add('notification-received', 1300, {
      recipient: CARLA,
      detail: { kind: 'avvenuta-consegna', emitter: 'Beta' },
    });
    assert.deepEqual(await look(), [`receipt|300|${CARLA}|Alfa|Beta`]);
    assert.deepEqual([progress.settled, progress.outcome], [true, 'delivered']);
  });

  test('a refusal ends it for everybody', async () => {
    const { alfa, progress, look } = watching([], [CARLA, LISTA]);
    alfa.add('non-acceptance-formal', 1050, { detail: { error: 'assenza di destinatari' } });
    assert.deepEqual(await look(), ['refused|50||Alfa|assenza di destinatari']);
    assert.deepEqual([progress.settled, progress.outcome], [true, 'refused']);
    assert.deepEqual(
      progress.recipients.map(({ state }) => state),
      ['failed', 'failed'],
    );
  });

  test('failures of every kind, and warnings that are none', async () => {
    const { alfa, progress, look } = watching([CARLA, DARIO], [CARLA, DARIO, LISTA]);
    alfa.add('acceptance', 1050);
    alfa.add('timeout-12h', 1060, { recipient: CARLA });
    alfa.add('notification-received', 1070, {
      recipient: CARLA,
      detail: { kind: 'errore-consegna', error: '5.1.1 - Beta - indirizzo non valido' },
    });
    alfa.add('timeout-24h', 1080, { recipient: DARIO });
    alfa.add('smtp-failure', 1090, { recipient: LISTA, detail: { kind: 'transport-envelope', reply: 'no' } });
    const happenings = await look();
    assert.deepEqual(happenings.slice(1), [
      `late|60|${CARLA}|Alfa|`,
      `failed|70|${CARLA}|Alfa|5.1.1 - Beta - indirizzo non valido`,
      `failed|80|${DARIO}|Alfa|24 h`,
      `failed|90|${LISTA}|Alfa|no`,
    ]);
    assert.deepEqual([progress.settled, progress.outcome], [true, 'failed']);
  });

  test('ordinary recipients are done with when the message has left for them', async () => {
    const { alfa, progress, look } = watching([], [LISTA]);
    alfa.add('acceptance', 1050);
    await look();
    assert.equal(progress.settled, false);
    alfa.add('envelope-sent', 1100, {
      detail: { kind: 'transport-envelope', to: LISTA, destination: 'posta.test' },
    });
    await look();
    assert.deepEqual([progress.settled, progress.outcome], [true, 'delivered']);
    assert.deepEqual(progress.recipients, [{ address: LISTA, certified: false, state: 'relayed' }]);
  });

  test('a receipt that comes after a failure notice counts, a late relay changes nothing', async () => {
    const { alfa, progress, look } = watching([CARLA], [CARLA]);
    alfa.add('acceptance', 1050);
    alfa.add('timeout-24h', 1060, { recipient: CARLA });
    const receipt = { recipient: CARLA.toUpperCase(), detail: { kind: 'avvenuta-consegna' } };
    alfa.add('notification-received', 1070, receipt);
    alfa.add('envelope-sent', 1080, { detail: { kind: 'transport-envelope', to: CARLA } });
    await look();
    assert.equal(progress.outcome, 'delivered');
  });

  test("times count by the providers' clock, even when a demo was sent to another day", async () => {
    const { alfa, look } = watching([CARLA], [CARLA]);
    const ahead = 13 * 3_600_000;
    alfa.add('acceptance', ahead + 1100);
    alfa.add('delivered', ahead + 1250, { recipient: CARLA });
    assert.deepEqual(await look(), ['accepted|100||Alfa|', `delivered|250|${CARLA}|Alfa|`]);
  });
});
