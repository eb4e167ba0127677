// SPDX-License-Identifier: EUPL-1.2

/** Where a message goes while it comes in; what it has become when it is whole. */
export interface MessageSink<M> {
  /** Takes the next octets; a promise must be awaited before the next call. */
  write(chunk: Buffer): Promise<void> | undefined;
  /** Whether more came than the sink takes. */
  readonly tooLarge: boolean;
  finish(): Promise<M>;
  /** Frees what an unfinished message holds. */
  discard(): Promise<void>;
}

/**
 * Pours a message into a sink, no faster than the sink takes it. Whenever no whole message comes out,
 * because it is too large, the peer leaves or the disk refuses, the sink has been discarded.
 */
export async function pour<M>(octets: AsyncIterable<Buffer>, sink: MessageSink<M>): Promise<M | 'too-large'> {
  try {
    for await (const chunk of octets) {
      const written = sink.write(chunk);
      if (written !== undefined) await written;
      if (sink.tooLarge) break;
    }
    if (!sink.tooLarge) return await sink.finish();
  } catch (error) {
    await sink.discard();
    throw error;
  }
  await sink.discard();
  return 'too-large';
}
