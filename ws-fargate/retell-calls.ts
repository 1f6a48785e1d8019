import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LiveCallSource } from '#adapters/retell/live-call.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import type { AcceptOptions } from '#adapters/websocket/accept-socket.ts';
import { refuseUpgrade } from '#adapters/websocket/refuse-upgrade.ts';
import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { SocketAddresses } from '#domain/clinics/keys/socket-key.ts';
import type { TalkStore } from '#domain/conversations/talk/talk.ts';
import { late, within } from '#domain/conversations/talk/timers.ts';
import { retellConversationId } from '#domain/ids.ts';
import { errorFields, type LogFields } from '#domain/log.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { confirmCall, findDoor, readSocketAddress, type SocketAddress } from './confirm-call.ts';
import { type RetellSession, type RetellSessionDeps, takeLlmSocket } from './retell-session.ts';
import type { Wire } from './wire.ts';

/** Frames carry every word with its times, twice: of an hour of talk about a megabyte. */
const maxMessageBytes = 2 * 1024 * 1024;
/** Sockets at once of which nothing is proven yet: a burst of calls has its room, a flood does not. */
const mostUnproven = 400;
/** Of which Retell may be asked about so many: its own patience with us is limited. */
const mostAsked = 40;
/** Before the handshake is answered; Retell gives up after 7 s and tries again. */
const openWithinMs = 5_000;
/** Retell pings every two seconds. */
const lookEveryMs = 10_000;

export interface RetellDeps extends Omit<RetellSessionDeps, 'confirm' | 'talks'> {
  addresses: SocketAddresses;
  directory: ClinicDirectory;
  clinics: Pick<ClinicStore, 'profile'>;
  talks: Pick<TalkStore, 'get' | 'open'>;
  bindingKey: Pick<Secret, 'values'>;
  retell: LiveCallSource;
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, options: AcceptOptions): TextSocket | undefined;
}

/** The LLM sockets of Retell's calls. */
export function createRetellCalls(deps: RetellDeps): Wire {
  const { log, timers } = deps;
  const door = findDoor(deps);
  const confirm = confirmCall(deps);
  const sessions = new Set<RetellSession>();
  let unproven = 0;
  let asked = 0;
  let isHandingOver = false;
  let looking: unknown;

  type Opening = Pick<RetellSessionDeps, 'confirm'> & { where: LogFields };

  /** Whether a socket may be opened; without a key only once Retell has confirmed the call itself. */
  async function opens({ callId, ...address }: SocketAddress): Promise<Opening | 'refused' | 'busy'> {
    const conversationId = retellConversationId(callId);
    const found = await door({ callId, ...address });
    if (found.outcome === 'refused') {
      log.warn('talk.refused', { conversationId, reason: found.reason });
      return 'refused';
    }
    const where = { clinicId: found.clinicId, conversationId };
    if (found.hasKey) return { where, confirm: (told, options) => confirm(found, callId, told, options) };

    if (asked >= mostAsked) {
      log.warn('voice.overloaded', { ...where, reason: 'asking-retell' });
      return 'busy';
    }
    asked += 1;
    const patience = new AbortController();
    try {
      const answer = await within(
        timers,
        confirm(found, callId, Promise.resolve(undefined), { signal: patience.signal }),
        openWithinMs,
      );
      if (answer === late) throw new Error('the call was not confirmed in time');
      if (answer.outcome === 'confirmed') return { where, confirm: async () => answer };
      log.warn('talk.refused', { ...where, reason: answer.reason });
      return 'refused';
    } finally {
      patience.abort();
      asked -= 1;
    }
  }

  /** Sockets whose far end fell silent: a broken network tells nobody. */
  function look(): void {
    looking = undefined;
    for (const session of sessions) if (session.isSilent()) session.letGo();
    if (sessions.size > 0) looking = timers.set(look, lookEveryMs);
  }

  function take(opening: Opening, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const accepted = deps.accept(request, socket, head, { maxMessageBytes });
    if (!accepted) return;
    const session = takeLlmSocket({ ...deps, confirm: opening.confirm }, accepted, opening.where);
    sessions.add(session);
    if (isHandingOver) session.letGo();
    void session.over.then(() => sessions.delete(session));
    looking ??= timers.set(look, lookEveryMs);
  }

  return {
    upgrade(request, socket, head) {
      const address = readSocketAddress((request.url ?? '').split('?', 1)[0] ?? '');
      if (!address) return refuseUpgrade(socket, 404);
      const unconfirmed = [...sessions].filter(({ isLive }) => !isLive).length;
      if (unproven + unconfirmed >= mostUnproven) {
        log.warn('voice.overloaded', { reason: 'unproven' });
        return refuseUpgrade(socket, 503);
      }
      unproven += 1;
      opens(address)
        .then(
          (opening) => {
            if (typeof opening === 'object') return take(opening, request, socket, head);
            refuseUpgrade(socket, opening === 'busy' ? 503 : 403);
          },
          (error: unknown) => {
            log.error('request.failed', { route: 'llm-socket', ...errorFields(error) });
            refuseUpgrade(socket, 503);
          },
        )
        .finally(() => (unproven -= 1));
    },

    live: () => [...sessions].filter(({ isLive }) => isLive).length,

    async handOver() {
      isHandingOver = true;
      await Promise.all([...sessions].map((session) => session.handOver()));
    },
  };
}
