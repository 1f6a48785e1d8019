import Retell, { NotFoundError } from 'retell-sdk';
import { KeyRefused } from '#domain/clinics/credentials/credential.ts';
import type {
  CallSource,
  EndedCalls,
  EndWindow,
  FetchedCall,
  ProviderRecord,
} from '#domain/conversations/call-source.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import type { ClinicId } from '#domain/ids.ts';
import { isKeyRefused, ownAccountFirst } from './own-account-first.ts';

const overStates = new Set(['ended', 'error', 'not_connected']);

/** How many calls Retell lists in one answer. */
const pageSize = 500;

/**
 * Retell's own record of calls and chats, through its SDK.
 *
 * @param key read for each use, so that a rotated key is taken up.
 * @param keyOfClinic of the account a clinic has of its own, where it has one: asked first
 */
export function createCallSource(
  baseUrl: string,
  key: () => Promise<string>,
  keyOfClinic: (clinicId: ClinicId) => Promise<string | undefined>,
): CallSource & EndedCalls {
  const open = (apiKey: string) => new Retell({ apiKey, baseURL: baseUrl, timeout: 10_000, maxRetries: 2 });
  const connect = async () => open(await key());

  async function ask(client: Retell, { providerId, providerObject }: ProviderRecord): Promise<FetchedCall | undefined> {
    try {
      if (providerObject === 'chat') {
        const chat = await client.chat.retrieve(providerId);
        return asEvent('chat', chat, chat.chat_status, chat.chat_analysis);
      }
      const call = await client.call.retrieve(providerId);
      return asEvent('call', call, call.call_status, call.call_analysis);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  async function* list(
    client: Retell,
    { from, to }: EndWindow,
    narrower: Retell.CallListParams['filter_criteria'] = {},
    signal?: AbortSignal,
  ): AsyncIterable<string> {
    let paginationKey: string | undefined;
    do {
      const page = await client.call.list(
        {
          filter_criteria: { ...narrower, end_timestamp: { type: 'range', op: 'bt', value: [from, to] } },
          limit: pageSize,
          sort_order: 'descending',
          ...(paginationKey && { pagination_key: paginationKey }),
        },
        { signal },
      );
      for (const { call_id, call_status } of page.items ?? []) if (overStates.has(call_status)) yield call_id;
      paginationKey = page.has_more ? page.pagination_key : undefined;
    } while (paginationKey);
  }

  return {
    async fetch(record) {
      const theirs = record.clinicId && (await keyOfClinic(record.clinicId));
      return ownAccountFirst(
        theirs,
        (apiKey) => ask(open(apiKey), record),
        async () => ask(await connect(), record),
      );
    },

    asLost,

    async *listEnded(window) {
      yield* list(await connect(), window);
    },

    async *listEndedOf(clinicId, agentId, window, { signal }) {
      const theirs = await keyOfClinic(clinicId);
      if (theirs === undefined) return;
      try {
        // An account of a clinic's own may hold agents that have nothing to do with us.
        yield* list(open(theirs), window, { agent: [{ agent_id: agentId }] }, signal);
      } catch (error) {
        throw isKeyRefused(error) ? new KeyRefused({ cause: error }) : error;
      }
    },
  };
}

/** The event Retell would have sent, made from its record; an analysis counts only when there is something in it. */
function asEvent(
  kind: 'call' | 'chat',
  record: object,
  state: string,
  analysis: object | null | undefined,
): FetchedCall {
  const analyzed = Object.keys(analysis ?? {}).length > 0;
  const over = overStates.has(state);
  const eventType = `${kind}_${analyzed ? 'analyzed' : over ? 'ended' : 'started'}`;
  return { eventType, analyzed, over, rawBody: Buffer.from(JSON.stringify({ event: eventType, [kind]: record })) };
}

/** The end Retell would have told, with what is known of the call. */
export function asLost(call: Conversation): FetchedCall {
  const kind = call.providerObject;
  const record = {
    [`${kind}_id`]: call.providerId,
    [`${kind}_status`]: 'error',
    agent_id: call.agentId,
    ...(kind === 'call' && {
      direction: call.direction,
      from_number: call.fromNumber,
      to_number: call.toNumber,
      disconnection_reason: 'error_unknown',
    }),
  };
  const eventType = `${kind}_ended`;
  const rawBody = Buffer.from(JSON.stringify({ event: eventType, [kind]: record }));
  return { eventType, analyzed: false, over: true, rawBody };
}
