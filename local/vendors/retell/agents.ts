import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod';
import { readJson, Refusal } from '#local/vendors/control-http.ts';

/** Every kind of node the vendor knows. */
const nodeTypes = [
  'conversation',
  'subagent',
  'end',
  'function',
  'code',
  'transfer_call',
  'press_digit',
  'branch',
  'sms',
  'extract_dynamic_variables',
  'agent_swap',
  'mcp',
  'component',
  'bridge_transfer',
  'cancel_transfer',
] as const;

const Edge = z.looseObject({ id: z.string(), destination_node_id: z.string().optional() });
const FlowNode = z.looseObject({
  id: z.string(),
  type: z.enum(nodeTypes),
  edges: z.array(Edge).optional(),
  else_edge: Edge.optional(),
  always_edge: Edge.optional(),
  skip_response_edge: Edge.optional(),
  edge: Edge.optional(),
  tool_id: z.string().optional(),
});
const Tool = z.looseObject({
  type: z.string(),
  tool_id: z.string().optional(),
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  url: z.url(),
  timeout_ms: z.int().min(1_000).max(600_000).optional(),
  max_retry: z.int().min(0).max(5).optional(),
});
const FlowFields = z.looseObject({
  start_speaker: z.enum(['user', 'agent']),
  model_choice: z.looseObject({ type: z.literal('cascading'), model: z.string() }),
  nodes: z.array(FlowNode),
  tools: z.array(Tool).nullish(),
  start_node_id: z.string().nullish(),
  default_dynamic_variables: z.record(z.string(), z.string()).nullish(),
});
const Engine = z.looseObject({
  type: z.enum(['conversation-flow', 'retell-llm', 'custom-llm']),
  conversation_flow_id: z.string().optional(),
});
const AgentFields = z.looseObject({
  response_engine: Engine,
  voice_id: z.string(),
  agent_name: z.string().nullish(),
  language: z.union([z.string(), z.array(z.string())]).optional(),
  webhook_url: z.url().nullish(),
  max_call_duration_ms: z.int().min(60_000).max(7_200_000).optional(),
  end_call_after_silence_ms: z.int().min(10_000).optional(),
});
type FlowFields = z.infer<typeof FlowFields>;
type AgentFields = z.infer<typeof AgentFields>;

const ListAgents = z.looseObject({
  limit: z.int().min(1).max(1_000).default(50),
  pagination_key: z.string().optional(),
});

/** An agent or a flow with its versions: the index is the number, and only the newest may be a draft. */
const Kept = z.object({
  flows: z.record(z.string(), z.array(FlowFields)),
  agents: z.record(z.string(), z.array(z.object({ fields: AgentFields, published: z.boolean(), at: z.number() }))),
});

/** A node whose way leads nowhere, a function nobody defined: refused, as the vendor refuses them. */
function checkFlow(flow: FlowFields): FlowFields {
  const ids = new Set(flow.nodes.map(({ id }) => id));
  const toolIds = new Set((flow.tools ?? []).map(({ tool_id }) => tool_id));
  if (ids.size !== flow.nodes.length) throw new Refusal(400, 'Node ids must be unique.');
  if (flow.start_node_id && !ids.has(flow.start_node_id)) throw new Refusal(400, 'start_node_id is not a node.');
  for (const node of flow.nodes) {
    const singles = [node.else_edge, node.always_edge, node.skip_response_edge, node.edge];
    for (const edge of [...(node.edges ?? []), ...singles]) {
      if (edge?.destination_node_id && !ids.has(edge.destination_node_id)) {
        throw new Refusal(400, `Edge ${edge.id} leads to a node that does not exist.`);
      }
    }
    if (node.type === 'function' && !toolIds.has(node.tool_id)) {
      throw new Refusal(400, `Node ${node.id} refers to a tool that does not exist.`);
    }
  }
  return flow;
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new Refusal(422, z.prettifyError(parsed.error));
  return parsed.data;
}

/** The agents and conversation flows of the account, with drafts and versions; they outlive a restart. */
export async function openAgents(dataDir: string, now: () => number) {
  const path = join(dataDir, 'agents.json');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    return '{"flows":{},"agents":{}}';
  });
  const { flows, agents } = Kept.parse(JSON.parse(text));
  let writing = Promise.resolve();
  const save = () =>
    (writing = writing.then(async () => {
      await writeFile(`${path}.new`, JSON.stringify({ flows, agents }));
      await rename(`${path}.new`, path);
    }));

  const newest = <Item>(items: Item[]): Item => items.at(-1) as Item;
  const known = <Item>(items: Record<string, Item[]>, id: string, what: string): Item[] => {
    const found = Object.hasOwn(items, id) ? items[id] : undefined;
    if (!found) throw new Refusal(404, `${what} not found.`);
    return found;
  };
  const at = <Item>(versions: Item[], version: number, what: string): Item => {
    const found = versions[version];
    if (!found) throw new Refusal(404, `${what} has no such version.`);
    return found;
  };
  const asFlow = (id: string, version: number) => ({
    ...at(known(flows, id, 'Conversation flow'), version, 'The conversation flow'),
    conversation_flow_id: id,
    version,
  });
  function asAgent(id: string, version: number) {
    const kept = at(known(agents, id, 'Agent'), version, 'The agent');
    const response_engine = { ...kept.fields.response_engine, version };
    return {
      ...kept.fields,
      response_engine,
      agent_id: id,
      version,
      is_published: kept.published,
      last_modification_timestamp: kept.at,
    };
  }
  const draftOf = (id: string, version: number) => {
    const versions = known(agents, id, 'Agent');
    const kept = at(versions, version, 'The agent');
    if (kept.published || kept !== newest(versions)) throw new Refusal(400, 'Only the newest draft can be changed.');
    return kept;
  };
  const isPublishedFlow = (id: string, version: number) =>
    Object.values(agents).some(
      (versions) =>
        versions[version]?.published && versions[version]?.fields.response_engine.conversation_flow_id === id,
    );

  /** Answers a request of this side of the API; nothing when it is another one's. @throws Refusal as the vendor refuses */
  async function answer(request: IncomingMessage): Promise<{ status: number; body?: unknown } | undefined> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
    const [, method = '', id = ''] = /^\/((?:v2\/)?[a-z-]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
    const wanted = searchParams.get('version');
    const versionOf = (versions: unknown[]) => (wanted === null ? versions.length - 1 : Number(wanted));
    switch (`${request.method} ${method}`) {
      case 'POST create-conversation-flow': {
        const made = `conversation_flow_${randomBytes(6).toString('hex')}`;
        flows[made] = [checkFlow(parse(FlowFields, await readJson(request, z.unknown())))];
        await save();
        return { status: 201, body: asFlow(made, 0) };
      }
      case 'GET get-conversation-flow':
        return { status: 200, body: asFlow(id, versionOf(known(flows, id, 'Conversation flow'))) };
      case 'PATCH update-conversation-flow': {
        const versions = known(flows, id, 'Conversation flow');
        const version = versionOf(versions);
        const before = at(versions, version, 'The conversation flow');
        if (isPublishedFlow(id, version)) throw new Refusal(400, 'A published version cannot be changed.');
        const change = await readJson(request, z.record(z.string(), z.unknown()));
        versions[version] = checkFlow(parse(FlowFields, { ...before, ...change }));
        await save();
        return { status: 200, body: asFlow(id, version) };
      }
      case 'POST create-agent': {
        const fields = parse(AgentFields, await readJson(request, z.unknown()));
        const { conversation_flow_id: flowId } = fields.response_engine;
        if (fields.response_engine.type === 'conversation-flow') known(flows, flowId ?? '', 'Conversation flow');
        const made = `agent_${randomBytes(13).toString('hex')}`;
        agents[made] = [{ fields, published: false, at: now() }];
        await save();
        return { status: 201, body: asAgent(made, 0) };
      }
      case 'GET get-agent':
        return { status: 200, body: asAgent(id, versionOf(known(agents, id, 'Agent'))) };
      case 'PATCH update-agent': {
        const version = versionOf(known(agents, id, 'Agent'));
        const kept = draftOf(id, version);
        const change = await readJson(request, z.record(z.string(), z.unknown()));
        kept.fields = parse(AgentFields, { ...kept.fields, ...change });
        kept.at = now();
        await save();
        return { status: 200, body: asAgent(id, version) };
      }
      case 'POST v2/list-agents': {
        const { limit, pagination_key } = await readJson(request, ListAgents);
        const ids = Object.keys(agents).sort();
        const from = pagination_key === undefined ? 0 : ids.indexOf(pagination_key) + 1;
        const page = ids.slice(from, from + limit);
        const more = from + page.length < ids.length;
        const items = page.map((agent_id) => ({
          agent_id,
          agent_name: newest(known(agents, agent_id, 'Agent')).fields.agent_name,
          channel: 'voice',
          tags: [],
        }));
        return { status: 200, body: { items, has_more: more, ...(more && { pagination_key: page.at(-1) }) } };
      }
      case 'POST create-agent-version': {
        const { base_version } = await readJson(request, z.object({ base_version: z.int().min(0) }));
        const versions = known(agents, id, 'Agent');
        const base = at(versions, base_version, 'The agent');
        if (!newest(versions).published) throw new Refusal(400, 'There is a draft already.');
        versions.push({ fields: structuredClone(base.fields), published: false, at: now() });
        const { conversation_flow_id: flowId } = base.fields.response_engine;
        if (flowId) {
          const flow = known(flows, flowId, 'Conversation flow');
          flow[versions.length - 1] = structuredClone(at(flow, base_version, 'The conversation flow'));
        }
        await save();
        return { status: 201, body: asAgent(id, versions.length - 1) };
      }
      case 'POST publish-agent-version': {
        const { version } = await readJson(request, z.looseObject({ version: z.int().min(0) }));
        at(known(agents, id, 'Agent'), version, 'The agent').published = true;
        await save();
        return { status: 200 };
      }
      default:
        return undefined;
    }
  }
  return {
    answer,
    saved: () => writing,
    has: (id: string): boolean => Object.hasOwn(agents, id),
    /** Makes an agent under this id, published, unless it is there. */
    async stand(id: string, name: string): Promise<void> {
      if (Object.hasOwn(agents, id)) return;
      const fields = { response_engine: { type: 'retell-llm' as const }, voice_id: 'stand-in-voice', agent_name: name };
      agents[id] = [{ fields, published: true, at: now() }];
      await save();
    },
  };
}
