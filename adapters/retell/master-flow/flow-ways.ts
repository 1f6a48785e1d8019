import type { Flow, FlowNode } from './nodes.ts';

export interface Way {
  from: string;
  to: string | undefined;
  /** What must hold, in words or as an equation; or one of Retell's own, such as `Else`. */
  when: string;
}

interface AnyEdge {
  destination_node_id?: string;
  transition_condition:
    | { type: 'prompt'; prompt: string }
    | { type: 'equation'; equations: { left: string; operator: string; right?: string }[] };
}

/** The names under which a node holds single ways; `edges` holds many. */
const singles = ['else_edge', 'always_edge', 'skip_response_edge', 'edge', 'success_edge', 'failed_edge'] as const;

const inWords = ({ transition_condition: condition }: AnyEdge): string =>
  condition.type === 'prompt'
    ? condition.prompt
    : condition.equations.map(({ left, operator, right = '' }) => `${left} ${operator} ${right}`.trim()).join(', ');

function waysOf(node: FlowNode): Way[] {
  const held = node as FlowNode & Partial<Record<(typeof singles)[number], AnyEdge>> & { edges?: AnyEdge[] };
  const edges = [...(held.edges ?? []), ...singles.map((name) => held[name])].filter((edge) => edge !== undefined);
  return edges.map((edge) => ({ from: node.id, to: edge.destination_node_id, when: inWords(edge) }));
}

/** All ways of a flow, node by node. */
export const flowWays = ({ nodes }: Pick<Flow, 'nodes'>): Way[] => nodes.flatMap(waysOf);

/** What would leave a caller stranded, in words; nothing when every way leads somewhere and every node can be reached. */
export function flowFaults(
  flow: Pick<Flow, 'nodes' | 'tools' | 'start_node_id' | 'default_dynamic_variables'>,
): string[] {
  const ways = flowWays(flow);
  const ids = flow.nodes.map(({ id }) => id);
  const reached = new Set<string>([
    ...(flow.start_node_id ? [flow.start_node_id] : []),
    ...flow.nodes.filter((node) => 'global_node_setting' in node && node.global_node_setting).map(({ id }) => id),
  ]);
  for (const id of reached) for (const { from, to } of ways) if (from === id && to) reached.add(to);
  const toolIds = new Set((flow.tools ?? []).map((tool) => tool.tool_id));
  const known = new Set(Object.keys(flow.default_dynamic_variables ?? {}));
  const named = [...JSON.stringify(flow.nodes).matchAll(/\{\{\s*([a-z_]+)\s*\}\}/g)].map(([, name]) => name as string);
  return [
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two nodes are called ${id}`),
    ...(flow.start_node_id && !ids.includes(flow.start_node_id) ? [`no node ${flow.start_node_id} to start at`] : []),
    ...ways
      .filter(({ to }) => !to || !ids.includes(to))
      .map(({ from, to, when }) => `${from} leads to ${to} (${when})`),
    ...ids.filter((id) => !reached.has(id)).map((id) => `${id} is never reached`),
    ...flow.nodes
      .filter((node) => node.type === 'function' && !toolIds.has(node.tool_id))
      .map(({ id }) => `${id} calls a function that is not there`),
    ...flow.nodes
      .filter((node) => node.type !== 'end' && !ways.some(({ from }) => from === node.id))
      .map(({ id }) => `${id} leads nowhere`),
    ...[...new Set(named)].filter((name) => !known.has(name)).map((name) => `{{${name}}} has no default`),
  ];
}

/** The flow as a Mermaid diagram. */
export function flowPicture(flow: Flow, language: string): string {
  const shown = flow.nodes.filter(({ id }) => !/^[a-z]{2}_/.test(id) || id.startsWith(`${language}_`));
  const ids = new Set(shown.map(({ id }) => id));
  // `end` is a word of the diagram's own language.
  const key = (id: string | undefined) => `n_${id}`;
  const shape = ({ id, type }: FlowNode) =>
    type === 'function'
      ? `  ${key(id)}[["${id}"]]`
      : type === 'branch'
        ? `  ${key(id)}{"${id}"}`
        : type === 'transfer_call'
          ? `  ${key(id)}>"${id}"]`
          : type === 'end'
            ? `  ${key(id)}(("${id}"))`
            : `  ${key(id)}("${id}")`;
  const clean = (text: string) => text.replace(/[{}"|]/g, '');
  const lines = flowWays({ nodes: shown })
    .filter(({ to }) => to && ids.has(to))
    .map(({ from, to, when }) => `  ${key(from)} -->|"${clean(when)}"| ${key(to)}`);
  return ['flowchart TD', ...shown.map(shape), ...lines].join('\n');
}
