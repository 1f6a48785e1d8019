import { scriptedAnalysis } from './brain-analysis.ts';
import { type Brain, type FunctionMove, type Move, scriptedSupervisor } from './brain.ts';
import { errorOf, Refusal } from './error-body.ts';
import { newId } from './ids.ts';
import { answerTo, type JsonSchema } from './json-answer.ts';
import { conversationIn, type FunctionTool, type ResponsesRequest } from './responses-request.ts';

export type OutputItem =
  | { id: string; type: 'reasoning'; summary: []; encrypted_content: string }
  | {
      id: string;
      type: 'message';
      status: 'completed' | 'incomplete';
      role: 'assistant';
      content: { type: 'output_text'; text: string; annotations: []; logprobs: [] }[];
    }
  | { id: string; type: 'function_call'; status: 'completed'; call_id: string; name: string; arguments: string };

/** What the model makes of a request. @throws Refusal where the scenario has no analysis: it has failed for good */
export function answerOf(request: ResponsesRequest, brain: Brain, nowMs: number): OutputItem[] {
  const situation = {
    instructions: request.instructions ?? '',
    functions: request.tool_choice === 'none' ? [] : request.tools.map(({ name }) => name),
    history: conversationIn(request),
    nowMs,
  };
  const format = request.text?.format;
  const schema = format?.type === 'json_schema' ? format.schema : undefined;
  if (!schema) return itemsOf(brain(situation), request);
  if (schema.properties?.say) {
    const next = scriptedSupervisor(situation);
    if ('call' in next) return itemsOf([next], request);
    return [message(JSON.stringify(answerTo(schema, { say: [next.say], needs_human: [next.needsHuman] })))];
  }
  const known = scriptedAnalysis(situation);
  if (!known) throw new Refusal(500, errorOf(500));
  return [message(JSON.stringify(answerTo(schema, known)))];
}

function itemsOf(moves: readonly Move[], { tools, include }: ResponsesRequest): OutputItem[] {
  const items = moves.map((move) => ('say' in move ? message(move.say) : functionCall(move, tools)));
  const thinks = moves.some((move) => 'call' in move) && include?.includes('reasoning.encrypted_content');
  return thinks ? [reasoning(), ...items] : items;
}

const reasoning = (): OutputItem => ({
  id: newId('rs'),
  type: 'reasoning',
  summary: [],
  encrypted_content: `gAAAAAB${newId('standin')}`,
});

const message = (text: string): OutputItem => ({
  id: newId('msg'),
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
});

function functionCall({ call, args }: FunctionMove, tools: readonly FunctionTool[]): OutputItem {
  const tool = tools.find(({ name }) => name === call);
  const whole = tool?.strict === false || !tool ? args : strictArguments(args, tool.parameters);
  return {
    id: newId('fc'),
    type: 'function_call',
    status: 'completed',
    call_id: newId('call'),
    name: call,
    arguments: JSON.stringify(whole),
  };
}

/** In strict mode every argument is given; one that there is no value for is null, where it may be. */
const strictArguments = (args: FunctionMove['args'], { properties = {} }: JsonSchema): Record<string, unknown> =>
  Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, args[name] ?? answerTo(part, {})]));
