import type {
  ResponseFunctionToolCall,
  ResponseInputItem,
  ResponseOutputItem,
} from 'openai/resources/responses/responses';
import type { ModelItem } from '#domain/conversations/talk/text/text-model.ts';

/** A talk as the Responses API takes it. What is ours stands as the developer's, what was said as nobody's instruction. */
export function inputItem(item: ModelItem): ResponseInputItem {
  switch (item.kind) {
    case 'said':
      return { type: 'message', role: item.by === 'caller' ? 'user' : 'assistant', content: item.text };
    case 'note':
      return { type: 'message', role: 'developer', content: item.text };
    case 'call':
      return { type: 'function_call', call_id: item.callId, name: item.name, arguments: item.args };
    case 'result':
      return { type: 'function_call_output', call_id: item.callId, output: item.output };
    case 'opaque':
      return item.item as ResponseInputItem;
  }
}

/** All an answer put out, for the next round. A message goes back as it came where OpenAI marked what it is for. */
export function outputItem(item: ResponseOutputItem): ModelItem {
  if (item.type === 'function_call') return callItem(item);
  if (item.type === 'message' && !item.phase) return { kind: 'said', by: 'agent', text: textOf([item]) };
  return { kind: 'opaque', item };
}

export const callItem = ({ call_id, name, arguments: args }: ResponseFunctionToolCall) => ({
  kind: 'call' as const,
  callId: call_id,
  name,
  args,
});

/** A call that was cut off has arguments that are none. */
export const isWholeCall = (item: ResponseOutputItem): item is ResponseFunctionToolCall =>
  item.type === 'function_call' && item.status !== 'incomplete';

export const textOf = (output: readonly ResponseOutputItem[]): string =>
  output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('');

export const isRefusal = (output: readonly ResponseOutputItem[]): boolean =>
  output.some((item) => item.type === 'message' && item.content.some(({ type }) => type === 'refusal'));
