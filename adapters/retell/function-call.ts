import * as z from 'zod';
import { RetellWebhook } from './call-event.ts';

/** A part of the envelope that may be missing or of a shape we do not know: then it says nothing. */
const optional = <T extends z.ZodType>(type: T) => type.nullish().catch(undefined);

const Spoken = z.looseObject({ role: z.string(), content: z.string() });
const ToolInvocation = z.looseObject({
  role: z.literal('tool_call_invocation'),
  tool_call_id: z.string().max(200),
  name: z.string(),
});

const CallSoFar = z.looseObject({
  transcript: optional(z.string()),
  transcript_object: optional(z.array(z.unknown())),
  transcript_with_tool_calls: optional(z.array(z.unknown())),
  retell_llm_dynamic_variables: optional(z.record(z.string(), z.unknown())),
});

const Envelope = z.looseObject({
  name: optional(z.string().max(200)),
  call: CallSoFar.optional(),
  chat: CallSoFar.optional(),
  args: optional(z.record(z.string(), z.unknown())),
});

/** A function of ours, called by an agent of Retell's in a call or chat. Only what the signature covers. */
export interface FunctionCall {
  /** As the agent's configuration names it; absent in older deliveries. */
  name?: string;
  /** Filled in by a model. */
  args: Record<string, unknown>;
  /** Of which conversation, as an event of its progress. */
  webhook: RetellWebhook;
  /** What the caller has said so far, utterance by utterance. Hostile text. */
  callerUtterances: string[];
  /** The language we set when it rang, or an agent since. */
  language?: string;
  /** The vendor's name of this invocation, where it tells one. */
  toolCallId?: string;
}

export type FunctionRequest =
  | { shape: 'envelope'; call: FunctionCall }
  /** The agent is configured to send arguments without the call: nothing in it says whose call it is. */
  | { shape: 'args-only' }
  | { shape: 'unreadable' };

/** Reads the body of a custom function's request, in either of the shapes an agent may be configured to send. */
export function readFunctionRequest(body: unknown): FunctionRequest {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (!isObject) return { shape: 'unreadable' };
  if (!('call' in body) && !('chat' in body)) return { shape: 'args-only' };
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return { shape: 'unreadable' };
  const { name, args, call, chat } = envelope.data;
  // The words of the talk are for this request alone: what a conversation keeps of them comes with its events.
  const { transcript: _t, transcript_object: _o, transcript_with_tool_calls: _w, ...known } = call ?? chat ?? {};
  const webhook = RetellWebhook.safeParse({ event: 'transcript_updated', [call ? 'call' : 'chat']: known });
  if (!webhook.success) return { shape: 'unreadable' };
  const soFar = call ?? chat ?? {};
  const language = soFar.retell_llm_dynamic_variables?.language;
  return {
    shape: 'envelope',
    call: {
      ...(name && { name }),
      args: args ?? {},
      webhook: webhook.data,
      callerUtterances: utterancesOf(soFar),
      ...(typeof language === 'string' && { language }),
      ...toolCallOf(soFar, name),
    },
  };
}

type SoFar = z.infer<typeof CallSoFar>;

function utterancesOf({ transcript_object: turns, transcript }: SoFar): string[] {
  const spoken = (turns ?? []).flatMap((turn) => {
    const parsed = Spoken.safeParse(turn);
    return parsed.success ? [parsed.data] : [];
  });
  if (spoken.length) return said(spoken.filter(({ role }) => role === 'user').map(({ content }) => content));
  return said(linesOf(transcript ?? ''));
}

const said = (texts: string[]): string[] => texts.map((text) => text.trim()).filter(Boolean);

/** Of a transcript of lines `Agent: …` and `User: …`; a line that names nobody goes on with the one before. */
function linesOf(transcript: string): string[] {
  const utterances: string[] = [];
  let callerSpeaks = false;
  for (const line of transcript.split('\n')) {
    const [, speaker, text = ''] = /^(Agent|User|Transfer Target): ?(.*)$/.exec(line) ?? [];
    if (speaker) {
      callerSpeaks = speaker === 'User';
      if (callerSpeaks) utterances.push(text);
    } else if (callerSpeaks) utterances.push(`${utterances.pop() ?? ''}\n${line}`);
  }
  return utterances;
}

/** The running invocation is the last one of its name. */
function toolCallOf({ transcript_with_tool_calls: turns }: SoFar, name: string | null | undefined) {
  const last = (turns ?? []).flatMap((turn) => {
    const parsed = ToolInvocation.safeParse(turn);
    return parsed.success && (!name || parsed.data.name === name) ? [parsed.data] : [];
  });
  const toolCallId = last.at(-1)?.tool_call_id;
  return toolCallId === undefined ? {} : { toolCallId };
}

/** Retell cuts an answer at 15,000 characters, in the middle of its JSON. */
const longestReply = 14_900;
/** Longer than any sentence of ours, and short enough to be listened to. */
const longestSentence = 2_000;

type ReplyFields = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/**
 * The answer as Retell reads it: one flat object with a code, a sentence and what else there is to know. Where that
 * would be too long, lists lose their last entries and texts their ends, the longest first; never the code.
 */
export function functionReply(answer: { code: string; say: string; data?: ReplyFields }): Record<string, unknown> {
  const { code, say } = answer;
  const { code: _code, say: _say, ...data } = answer.data ?? {};
  const fields: Record<string, ReplyFields[string]> = data;
  for (;;) {
    const reply = { code, say: cut(say, longestSentence), ...fields };
    const over = JSON.stringify(reply).length - longestReply;
    if (over <= 0) return reply;
    const [name, value] = longestOf(fields);
    if (name === undefined) return { code, say: reply.say };
    fields[name] = typeof value === 'string' ? cut(value, value.length - over) : value.slice(0, value.length / 2);
  }
}

/** The list or text that takes most room, if one is left that can be shortened. */
function longestOf(fields: ReplyFields): [name: string, value: string | readonly string[]] | [undefined, ''] {
  const shortenable = Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'object' || typeof value === 'string' ? [{ name, value, size: JSON.stringify(value).length }] : [],
  );
  const longest = shortenable.sort((a, b) => b.size - a.size)[0];
  return longest?.value.length ? [longest.name, longest.value] : [undefined, ''];
}

/** At most so many of a text's characters, none of them halved. */
const cut = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(0, Math.max(0, length)).replace(/[\ud800-\udbff]$/, '');
