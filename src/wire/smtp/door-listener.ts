// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { Conversation, type Progress } from './conversation.ts';
import type { DoorPlaces } from './door-places.ts';
import type { Patience } from './door-timers.ts';

/** The library's server, with our conversations and our count of places. */
export class DoorListener extends SMTPServer {
  readonly #places: DoorPlaces;
  readonly #patience: Patience;
  readonly #conversations = new Map<string, Conversation>();

  constructor(
    options: SMTPServerOptions,
    parts: { readonly places: DoorPlaces; readonly patience: Patience },
  ) {
    super(options);
    this.#places = parts.places;
    this.#patience = parts.patience;
  }

  override _acceptSocket(socket: Socket, handshake: boolean): (() => void) | false {
    if (this.#places.enter(socket)) {
      if (handshake) this.#limitHandshake(socket);
      return super._acceptSocket(socket, handshake);
    }
    socket.on('error', () => undefined);
    if (handshake) socket.destroy();
    else socket.end('421 4.7.0 too many connections, try again later\r\n', () => socket.destroy());
    return false;
  }

  override connect(
    socket: Socket,
    connection?: ConstructorParameters<typeof Conversation>[0]['connection'],
  ): void {
    const watch = (plain: Socket) => this.#places.watch(plain);
    const conversation = new Conversation({
      server: this,
      socket,
      connection,
      watch,
      patience: this.#patience,
      onGone: () => this.#conversations.delete(conversation.id),
    });
    this.connections.add(conversation);
    this.#conversations.set(conversation.id, conversation);
    conversation.on('error', (error) => this._onError(error));
    conversation.init();
  }

  /** Tells what the peer of a session has achieved. */
  progress(session: string, progress: Progress): void {
    this.#conversations.get(session)?.progress(progress);
  }

  /** The handshake before the first word takes no longer than what comes after it. */
  #limitHandshake(socket: Socket): void {
    const { timers, setupMs } = this.#patience;
    // The TLS socket, not the one below it: Node does not survive that in the middle of a handshake.
    const cancel = timers.after(setupMs, () => this._pendingSockets.get(socket)?.destroy());
    socket.once('close', cancel);
  }

  /** Tells everybody goodbye who waits for nothing. */
  dismissIdle(): void {
    for (const conversation of this.connections) {
      if (conversation instanceof Conversation && !conversation.isBusy) {
        conversation.send(421, '4.3.2 shutting down');
      }
    }
  }
}
