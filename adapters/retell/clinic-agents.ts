import Retell, { APIConnectionError, APIError, NotFoundError } from 'retell-sdk';
import type { Language } from '#domain/language.ts';
import type { RingVariables } from '#domain/routing/ring-answer.ts';
import { retellLocale } from './inbound-reply.ts';
import { publishVersion } from './publish-version.ts';

/** An agent as its account shows it: the newest version, which is a draft unless it is published. */
export interface AgentAtRetell {
  agentId: string;
  name?: string;
  version: number;
  isPublished: boolean;
  webhookUrl?: string;
}

/** What keeps Retell from doing what we ask in a clinic's name. */
export type AgentFault = 'key-refused' | 'agent-unknown' | 'unreachable';

/** What a browser needs to join; all of it, for none can be guessed from another. */
export type WebCall = Pick<
  Retell.CreateWebCallResponse,
  'call_id' | 'access_token' | 'transport' | 'ice_servers' | 'expires_at'
>;

export interface WantedWebCall {
  agentId: string;
  variables: RingVariables;
  metadata: Record<string, string>;
  /** Of a shared agent, which speaks many. */
  language?: Language;
  zone?: string;
}

/** Somebody waits for the answer of the function that asks. */
const timeout = 5_000;

/** What a key opens at Retell: an account of a clinic, or ours. A read is tried twice, what writes once. */
export function createRetellAccounts(baseURL: string) {
  const connect = (apiKey: string) => new Retell({ apiKey, baseURL, timeout, maxRetries: 0 });
  const readTwice = { maxRetries: 1 };

  /** @throws what is none of the three, such as an answer of a shape nobody knows */
  function faultIn(error: unknown): AgentFault {
    if (error instanceof NotFoundError) return 'agent-unknown';
    if (error instanceof APIConnectionError) return 'unreachable';
    if (!(error instanceof APIError) || typeof error.status !== 'number') throw error;
    if (error.status === 401 || error.status === 403) return 'key-refused';
    // An id of another form than Retell's is told so with 400 or 422.
    if (error.status === 400 || error.status === 422) return 'agent-unknown';
    return 'unreachable';
  }

  async function read(key: string, agentId: string): Promise<AgentAtRetell | AgentFault> {
    try {
      const agent = await connect(key).agent.retrieve(agentId, {}, readTwice);
      return {
        agentId: agent.agent_id,
        ...(agent.agent_name && { name: agent.agent_name }),
        version: agent.version,
        isPublished: agent.is_published ?? false,
        ...(agent.webhook_url && { webhookUrl: agent.webhook_url }),
      };
    } catch (error) {
      return faultIn(error);
    }
  }

  return {
    read,

    /** Whether the key opens an account at all. */
    async check(key: string): Promise<'accepted' | Exclude<AgentFault, 'agent-unknown'>> {
      try {
        await connect(key).agent.list({ limit: 1 }, readTwice);
        return 'accepted';
      } catch (error) {
        const fault = faultIn(error);
        return fault === 'agent-unknown' ? 'unreachable' : fault;
      }
    },

    /**
     * Has Retell send the agent's events to `url`, or to nobody. A published version never changes, so that a new one is
     * made and published; a draft somebody works at is changed and left for them to publish.
     */
    async setWebhook(
      key: string,
      agent: AgentAtRetell,
      url: string | null,
    ): Promise<'published' | 'in-draft' | AgentFault> {
      const client = connect(key);
      const { agentId } = agent;
      try {
        if (!agent.isPublished) {
          await client.agent.update(agentId, { version: agent.version, webhook_url: url });
          return 'in-draft';
        }
        await client.agent.createVersion(agentId, { base_version: agent.version });
        const { version } = await client.agent.retrieve(agentId, {}, readTwice);
        await client.agent.update(agentId, { version, webhook_url: url });
        await publishVersion(client, agentId, version, 'Where events go');
        return 'published';
      } catch (error) {
        return faultIn(error);
      }
    },

    /** Starts a call that a browser joins. Each costs money: it is asked for once. */
    async createWebCall(key: string, wanted: WantedWebCall): Promise<WebCall | AgentFault> {
      const { agentId, variables, metadata, language, zone } = wanted;
      try {
        const made = await connect(key).call.createWebCall({
          agent_id: agentId,
          agent_version: 'latest_published',
          metadata,
          retell_llm_dynamic_variables: variables,
          ...(language && { agent_override: { agent: { language: retellLocale[language], timezone: zone } } }),
        });
        const { call_id, access_token, transport, ice_servers, expires_at } = made;
        return { call_id, access_token, transport, ice_servers, expires_at };
      } catch (error) {
        return faultIn(error);
      }
    },
  };
}

export type RetellAccounts = ReturnType<typeof createRetellAccounts>;
