import type Retell from 'retell-sdk';

export type Flow = Retell.ConversationFlowCreateParams;
export type FlowNode = Flow['nodes'][number];
type Conversation = Retell.ConversationFlowCreateParams.ConversationNode;
type Called = Retell.ConversationFlowCreateParams.FunctionNode;
type Transfer = Retell.ConversationFlowCreateParams.TransferCallNode;

/** Where a conversation goes, by what the caller said. */
export type Ways = readonly (readonly [said: string, to: string])[];
/** Where an answer leads, by its code. */
export type Codes = Readonly<Record<string, string>>;

/** Transitions whose words Retell knows; any other spelling is a prompt like any other. */
const fixed = (id: string, prompt: string, to: string) => ({
  id,
  transition_condition: { type: 'prompt' as const, prompt },
  destination_node_id: to,
});
const elseEdge = (node: string, to: string) => ({
  ...fixed(`${node}_else`, 'Else', to),
  transition_condition: { type: 'prompt' as const, prompt: 'Else' as const },
});
const skipEdge = (node: string, to: string) => ({
  ...fixed(`${node}_skip`, 'Skip response', to),
  transition_condition: { type: 'prompt' as const, prompt: 'Skip response' as const },
});
const failedEdge = (node: string, to: string) => ({
  ...fixed(`${node}_failed`, 'Transfer failed', to),
  transition_condition: { type: 'prompt' as const, prompt: 'Transfer failed' as const },
});

const equation = (id: string, variable: string, operator: '==' | '!=' | 'contains', right: string, to: string) => ({
  id,
  transition_condition: {
    type: 'equation' as const,
    operator: '&&' as const,
    equations: [{ left: `{{${variable}}}`, operator, right }],
  },
  destination_node_id: to,
});

/** The agent says or asks what the instruction tells, in its own words, and listens. */
export const asks = (id: string, instruction: string, ways: Ways, otherwise: string): Conversation => ({
  id,
  type: 'conversation',
  name: id,
  instruction: { type: 'prompt', text: instruction },
  edges: ways.map(([said, to], index) => fixed(`${id}_${index + 1}`, said, to)),
  else_edge: elseEdge(id, otherwise),
});

/** The agent says these very words and listens. */
export const saysAndListens = (id: string, words: string, ways: Ways, otherwise: string): Conversation => ({
  ...asks(id, words, ways, otherwise),
  instruction: { type: 'static_text', text: words },
});

/** The agent says these very words, uninterrupted, and goes on. */
export const says = (id: string, words: string, to: string): Conversation => ({
  id,
  type: 'conversation',
  name: id,
  instruction: { type: 'static_text', text: words },
  interruption_sensitivity: 0,
  skip_response_edge: skipEdge(id, to),
});

/**
 * A tool is called. It leads on by the code of its answer; a code without a way of its own, and a call that failed, go
 * where somebody is told.
 */
export const calls = (id: string, tool: string, codes: Codes, otherwise: string): Called => ({
  id,
  type: 'function',
  name: id,
  tool_id: `tool_${tool}`,
  tool_type: 'local',
  wait_for_result: true,
  edges: Object.entries(codes).map(([code, to]) => equation(`${id}_${code}`, `${tool}_code`, '==', code, to)),
  else_edge: elseEdge(id, otherwise),
});

/** Without a word: the way whose variable holds the text, else the other. */
export const branches = (
  id: string,
  variable: string,
  [operator, right, to]: readonly ['==' | '!=' | 'contains', string, string],
  otherwise: string,
): Retell.ConversationFlowCreateParams.BranchNode => ({
  id,
  type: 'branch',
  name: id,
  edges: [equation(`${id}_1`, variable, operator, right, to)],
  else_edge: elseEdge(id, otherwise),
});

/** The caller is put through to a number that a tool has answered; our number is shown, never the caller's. */
export const putsThrough = (id: string, variable: string, failed: string): Transfer => ({
  id,
  type: 'transfer_call',
  name: id,
  transfer_destination: { type: 'predefined', number: `{{${variable}}}` },
  transfer_option: { type: 'cold_transfer', cold_transfer_mode: 'sip_invite', show_transferee_as_caller: false },
  edge: failedEdge(id, failed),
});

export const ends = (id: string): FlowNode => ({ id, type: 'end', name: id });

/** A node that is reached from anywhere when its condition holds. */
export const fromAnywhere = <Node extends Called>(node: Node, condition: string): Node => ({
  ...node,
  global_node_setting: { condition, cool_down: 3 },
});
