import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TwilioSecret } from '#adapters/twilio/secret.ts';
import { checkTwilioUpgrade } from '#adapters/twilio/signature.ts';
import type { AcceptOptions } from '#adapters/websocket/accept-socket.ts';
import { refuseUpgrade } from '#adapters/websocket/refuse-upgrade.ts';
import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import { errorFields } from '#domain/log.ts';
import { type SessionDeps, takeStream, type TwilioSession } from './twilio-session.ts';
import type { Wire } from './wire.ts';

/** Frames have about 500 bytes. */
const maxMessageBytes = 64 * 1024;
/** Two looks without a message in between, and the far end is gone. */
const lookEveryMs = 10_000;

export interface MediaDeps extends SessionDeps {
  secret: Pick<TwilioSecret, 'tokens' | 'refreshedTokens'>;
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, options: AcceptOptions): TextSocket | undefined;
  /** Where Twilio was told that the socket is, such as `wss://voice.example/twilio/media`. */
  mediaUrl: string;
}

/** The media sockets of Twilio's calls. */
export interface TwilioMedia extends Wire {
  /** Ends every call where it is. */
  stop(): Promise<void>;
}

export function createTwilioMedia(deps: MediaDeps): TwilioMedia {
  const { secret, log, timers } = deps;
  const sessions = new Set<TwilioSession>();
  let isHandingOver = false;
  let looking: unknown;

  async function isSigned(header: string | undefined): Promise<boolean> {
    const check = (tokens: readonly string[]) => checkTwilioUpgrade({ url: deps.mediaUrl, header, tokens }).valid;
    return check(await secret.tokens()) || check(await secret.refreshedTokens());
  }

  /** Streams that fell silent: a broken network tells nobody. */
  function look(): void {
    looking = undefined;
    for (const session of sessions) if (session.isDead()) session.giveUp();
    if (sessions.size > 0) looking = timers.set(look, lookEveryMs);
  }

  function take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const accepted = deps.accept(request, socket, head, { maxMessageBytes });
    if (!accepted) return;
    const session = takeStream(deps, accepted);
    sessions.add(session);
    if (isHandingOver) session.handOver();
    void session.over.then(() => sessions.delete(session));
    looking ??= timers.set(look, lookEveryMs);
  }

  const allOver = () => Promise.all([...sessions].map(({ over }) => over)).then(() => undefined);

  return {
    upgrade(request, socket, head) {
      const header = request.headers['x-twilio-signature'];
      isSigned(typeof header === 'string' ? header : undefined).then(
        (signed) => {
          if (signed) return take(request, socket, head);
          log.warn('signature.refused', { route: 'media' });
          refuseUpgrade(socket, 403);
        },
        (error: unknown) => {
          log.error('request.failed', { route: 'media', ...errorFields(error) });
          refuseUpgrade(socket, 503);
        },
      );
    },
    live: () => [...sessions].filter(({ isLive }) => isLive).length,
    async handOver() {
      isHandingOver = true;
      for (const session of sessions) session.handOver();
      await allOver();
    },
    async stop() {
      for (const session of sessions) session.giveUp();
      await allOver();
      timers.clear(looking);
      looking = undefined;
    },
  };
}
