// SPDX-License-Identifier: EUPL-1.2
import { createConnection } from 'node:net';
import { Fault } from '../../platform/faults.ts';
import { controlPath } from './control-socket.ts';

/**
 * Gives an order to the provider that runs in a folder, and gives its answer. @throws Fault
 * `provider-not-running`, or `order-refused` with what the provider said
 */
export async function orderProvider(
  folder: string,
  order: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await exchange(folder, `${JSON.stringify(order)}\n`);
  const answer = readAnswer(text);
  if (answer?.ok === true) return answer;
  const error = typeof answer?.error === 'string' ? answer.error : 'the provider gave no answer';
  throw new Fault('order-refused', error, { temporary: false });
}

function exchange(folder: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = createConnection({ path: controlPath(folder) }, () => socket.end(line));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', (cause) => {
      const message = `no provider that takes orders runs in ${folder}`;
      reject(new Fault('provider-not-running', message, { temporary: true, cause }));
    });
    socket.on('end', () => resolve(text));
  });
}

function readAnswer(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
