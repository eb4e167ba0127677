// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { Conversation } from './conversation.ts';
import type { DoorPlaces } from './door-places.ts';

/** The library's server, with our conversations and our count of places. */
export class DoorListener extends SMTPServer {
  readonly #places: DoorPlaces;

  constructor(options: SMTPServerOptions, places: DoorPlaces) {
    super(options);
    this.#places = places;
  }

  override _acceptSocket(socket: Socket, handshake: boolean): (() => void) | false {
    if (this.#places.enter(socket)) return super._acceptSocket(socket, handshake);
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
    const conversation = new Conversation({ server: this, socket, connection, watch });
    this.connections.add(conversation);
    conversation.on('error', (error) => this._onError(error));
    conversation.init();
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
