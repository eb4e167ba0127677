// SPDX-License-Identifier: EUPL-1.2
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { collectAllGarbage } from '../../../platform/released-memory.ts';
import { storeFault } from '../driver.ts';
import { type GroupAnswer, type Parcel, type SentFault, sentFault } from '../packed-step.ts';
import type { Brought } from './content-writer.ts';
import { GroupWriter, type GroupWriterOptions, openForWriting } from './group-writer.ts';

/** What the store's thread sends: steps, that nothing is to be kept that is not needed, or that there will be no more. */
export type ToWriter = Parcel | 'let-go' | 'close';

/** What comes back: that the database is open or cannot be, then an answer per group. */
export type FromWriter = 'ready' | { readonly cannotOpen: SentFault } | GroupAnswer;

/** Runs in the writer's thread: waits for parcels, commits all that wait as one group, answers, waits. */
function serve(port: MessagePort, options: GroupWriterOptions): void {
  const writer = open(port, options);
  if (writer === undefined) return;
  port.on('message', (first: ToWriter) => {
    const group: Brought[] = [];
    let message: ToWriter | undefined = first;
    while (message !== undefined && message !== 'close' && message !== 'let-go') {
      for (const step of message.steps) group.push({ step, buffer: message.buffer });
      message = group.length < GROUP_STEPS ? nextWaiting(port) : undefined;
    }
    if (group.length > 0) {
      send(port, writer.commitGroup(group));
      writer.tidyUp();
    }
    if (message === 'let-go') {
      writer.letGo();
      collectAllGarbage();
    }
    if (message === 'close') {
      writer[Symbol.dispose]();
      port.close();
    }
  });
  send(port, 'ready');
}

function open(port: MessagePort, options: GroupWriterOptions): GroupWriter | undefined {
  try {
    return new GroupWriter(openForWriting(options.path), options);
  } catch (error) {
    send(port, { cannotOpen: sentFault(storeFault(error)) });
    port.close();
    return undefined;
  }
}

function send(port: MessagePort, message: FromWriter): void {
  port.postMessage(message);
}

function nextWaiting(port: MessagePort): ToWriter | undefined {
  return receiveMessageOnPort(port)?.message as ToWriter | undefined;
}

/** Steps after which no further parcel joins a group: a longer one would only keep its first step waiting. */
const GROUP_STEPS = 256;

if (parentPort !== null) serve(parentPort, workerData as GroupWriterOptions);
