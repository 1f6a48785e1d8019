import Retell from 'retell-sdk';
import { masterFlow } from './master-flow/master-flow.ts';
import { publishVersion } from './publish-version.ts';

/** Where the agent of all clinics is kept at the vendor, and what it is to be. */
export interface MasterAgentSettings {
  /** Its name at the vendor, by which it is found again: one for each deployment. */
  name: string;
  /** Where our API answers, such as `https://api.example`. */
  apiUrl: string;
  voiceId: string;
}

export interface MasterAgentChange {
  /** Such as `flow.nodes.fr_need.instruction`. */
  path: string;
  from?: unknown;
  to?: unknown;
}

export interface MasterAgentPlan {
  /** Nothing when there is no such agent yet. */
  agentId?: string;
  /** The newest version, which is a draft unless `isPublished`. */
  version?: number;
  isPublished?: boolean;
  changes: MasterAgentChange[];
}

/** More than one agent has the name: which of them the numbers ring is not for us to guess. */
export class AmbiguousMasterAgent extends Error {}

type AgentFields = Omit<Retell.AgentCreateParams, 'response_engine'>;

const agentFields = ({ name, apiUrl, voiceId }: MasterAgentSettings): AgentFields => ({
  agent_name: name,
  voice_id: voiceId,
  // Of calls without our variables; a ring's answer sets the language of its own call.
  language: ['fr-FR', 'en-US'],
  webhook_url: `${apiUrl}/api/retell/webhook`,
  webhook_events: ['call_started', 'call_ended', 'call_analyzed'],
  webhook_timeout_ms: 10_000,
  max_call_duration_ms: 55 * 60_000,
  end_call_after_silence_ms: 60_000,
  reminder_trigger_ms: 10_000,
  reminder_max_count: 2,
  opt_in_signed_url: true,
});

/**
 * The master agent at Retell: what it is, what it would become, and making it so.
 *
 * The SDK's own second tries are for what writes nothing: a second creation would be a second agent.
 */
export function createMasterAgent(baseURL: string, apiKey: string, settings: MasterAgentSettings) {
  const client = new Retell({ apiKey, baseURL, timeout: 20_000, maxRetries: 2 });
  const once = { maxRetries: 0 };
  const flow = masterFlow(settings.apiUrl);
  const fields = agentFields(settings);

  async function find(): Promise<string | undefined> {
    const found: string[] = [];
    let key: string | undefined;
    do {
      const page = await client.agent.list({ limit: 100, ...(key && { pagination_key: key }) });
      for (const { agent_id, agent_name } of page.items) if (agent_name === settings.name) found.push(agent_id);
      key = page.has_more ? page.pagination_key : undefined;
    } while (key);
    if (found.length > 1) throw new AmbiguousMasterAgent(`${found.join(' and ')} are both called ${settings.name}`);
    return found[0];
  }

  async function read(agentId: string) {
    const agent = await client.agent.retrieve(agentId);
    const engine = agent.response_engine;
    if (engine.type !== 'conversation-flow') {
      throw new Error(`${agentId} does not run a conversation flow; give it another name and apply again`);
    }
    const { conversation_flow_id: flowId, version } = engine;
    const stored = await client.conversationFlow.retrieve(flowId, { version: version ?? undefined });
    return { agent, flowId, stored };
  }

  async function plan(): Promise<MasterAgentPlan> {
    const agentId = await find();
    if (!agentId) return { changes: [...differences('agent', {}, fields), ...differences('flow', {}, flow)] };
    const { agent, stored } = await read(agentId);
    return {
      agentId,
      version: agent.version,
      isPublished: agent.is_published ?? false,
      changes: [...differences('agent', agent, fields), ...differences('flow', stored, flow)],
    };
  }

  return {
    plan,

    /** Makes the draft what the repository says; without a difference it touches nothing. */
    async apply(): Promise<MasterAgentPlan & { agentId: string; version: number }> {
      const before = await plan();
      if (!before.agentId) {
        const made = await client.conversationFlow.create(flow, once);
        const engine = { type: 'conversation-flow' as const, conversation_flow_id: made.conversation_flow_id };
        const agent = await client.agent.create({ ...fields, response_engine: engine }, once);
        return { ...before, agentId: agent.agent_id, version: agent.version, isPublished: false };
      }
      const { agentId } = before;
      const newest = before.version ?? 0;
      if (before.changes.length === 0) return { ...before, agentId, version: newest };
      // What is published never changes: the change goes to a draft made of it.
      if (before.isPublished) await client.agent.createVersion(agentId, { base_version: newest }, once);
      const { agent, flowId } = await read(agentId);
      const { version } = agent;
      await client.conversationFlow.update(flowId, { ...flow, version });
      await client.agent.update(agentId, { ...fields, version });
      return { ...before, agentId, version, isPublished: false };
    },

    /** Publishes the newest draft; one that is published already stays as it is. */
    async publish(
      title: string,
    ): Promise<{ outcome: 'published' | 'unchanged' | 'missing'; agentId?: string; version?: number }> {
      const { agentId, version, isPublished } = await plan();
      if (!agentId || version === undefined) return { outcome: 'missing' };
      if (isPublished) return { outcome: 'unchanged', agentId, version };
      await publishVersion(client, agentId, version, title);
      return { outcome: 'published', agentId, version };
    },
  };
}

/** Where the wanted differs from the stored. What the vendor adds of its own is not ours to compare. */
export function differences(path: string, stored: unknown, wanted: unknown): MasterAgentChange[] {
  if (isSame(stored, wanted)) return [];
  if (isNamedList(wanted)) {
    const before = isNamedList(stored) ? byName(stored) : {};
    const after = byName(wanted);
    const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
    return [
      ...differences(path, before, after),
      ...gone.map((name) => ({ path: `${path}.${name}`, from: before[name] })),
    ];
  }
  if (isRecord(wanted) && (isRecord(stored) || Object.keys(wanted).some((key) => isNamedList(wanted[key])))) {
    const before = isRecord(stored) ? stored : {};
    return Object.keys(wanted).flatMap((key) => differences(`${path}.${key}`, before[key], wanted[key]));
  }
  return [{ path, ...(stored !== undefined && { from: stored }), to: wanted }];
}

const isSame = (stored: unknown, wanted: unknown): boolean =>
  stored === wanted ||
  (Array.isArray(wanted) &&
    !isNamedList(wanted) &&
    Array.isArray(stored) &&
    stored.length === wanted.length &&
    wanted.every((item, index) => differences('', stored[index], item).length === 0));

type Named = { id?: string; tool_id?: string };
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const nameOf = ({ id, tool_id }: Named): string | undefined => id ?? tool_id;
const isNamedList = (value: unknown): value is Named[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isRecord(item) && nameOf(item) !== undefined);
const byName = (list: Named[]): Record<string, unknown> =>
  Object.fromEntries(list.map((item) => [nameOf(item) as string, item]));
