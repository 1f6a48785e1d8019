import * as z from 'zod';
import { OutboundPurpose } from '#domain/conversations/outbound/outbound-call.ts';
import { LanguageTag } from '#domain/language.ts';
import { isCall, RetellWebhook, routingHints } from './call-event.ts';

/** A field that may be missing, null or of a shape we do not know: then it says nothing. */
const optional = <T extends z.ZodType>(type: T) => type.nullish().catch(undefined);

/** Entries are read one by one where they are needed: the words and their times, most of a frame, never are. */
const Entries = z.array(z.unknown());
const transcripts = { transcript: Entries, transcript_with_tool_calls: optional(Entries) };
const request = { response_id: z.int().nonnegative(), ...transcripts };

/** Everything Retell sends over the socket of a custom LLM. */
const LlmFrame = z.discriminatedUnion('interaction_type', [
  z.looseObject({ interaction_type: z.literal('ping_pong'), timestamp: z.number() }),
  z.looseObject({ interaction_type: z.literal('call_details'), call: z.unknown() }),
  z.looseObject({
    interaction_type: z.literal('update_only'),
    ...transcripts,
    turntaking: optional(z.enum(['agent_turn', 'user_turn'])),
  }),
  z.looseObject({ interaction_type: z.literal('response_required'), ...request }),
  z.looseObject({ interaction_type: z.literal('reminder_required'), ...request }),
]);
type LlmFrame = z.infer<typeof LlmFrame>;

const frameTypes = new Set<string>(LlmFrame.options.map(({ shape }) => shape.interaction_type.value));

const Said = z.object({ role: z.enum(['agent', 'user']), content: z.string() });
const Pressed = z.object({ role: z.literal('dtmf'), digit: z.string().regex(/^[0-9A-D*#]$/) });

/** The words in place of speech in which none were recognised. */
const unintelligible = '(unintelligible audio)';

/** Something that was said or done on the line. `unintelligible`: speech without a word that could be made out. */
export type Utterance =
  | { by: 'agent'; text: string }
  | { by: 'caller'; text: string; unintelligible?: true }
  | { by: 'keypad'; text: string };

/** The call as Retell registered it: what says whose it is. Whoever holds the socket wrote this. */
export interface CallDetails {
  callId: string;
  channel: 'phone' | 'web';
  direction: 'inbound' | 'outbound';
  /** It is not going on any more, or never did. */
  isOver: boolean;
  fromNumber?: string;
  toNumber?: string;
  /** The clinic's side. */
  clinicNumber?: string;
  agentId?: string;
  /** What stands where our signed binding to a clinic would. */
  binding?: unknown;
  /** Of a call of ours, as we told Retell when we asked for it. */
  purpose?: OutboundPurpose;
  language?: LanguageTag;
}

const overStates = new Set(['ended', 'error', 'not_connected']);

/** What a frame says. `other`: a kind we do not know, to be passed over. */
export type LlmMessage =
  | { kind: 'ping'; timestamp: number }
  | { kind: 'call-details'; call: CallDetails | undefined }
  | { kind: 'update'; utterances: Utterance[] }
  | { kind: 'request'; responseId: number; isReminder: boolean; utterances: Utterance[] }
  | { kind: 'other' }
  | { kind: 'malformed' };

/** Reads a frame, once. Frames come from outside: whatever they are, the answer is a message. */
export function readLlmMessage(frame: Buffer): LlmMessage {
  let json: unknown;
  try {
    json = JSON.parse(frame.toString('utf8'));
  } catch {
    return { kind: 'malformed' };
  }
  const parsed = LlmFrame.safeParse(json);
  if (parsed.success) return messageOf(parsed.data);
  const type = (json as { interaction_type?: unknown } | null)?.interaction_type;
  return { kind: typeof type === 'string' && !frameTypes.has(type) ? 'other' : 'malformed' };
}

function messageOf(frame: LlmFrame): LlmMessage {
  switch (frame.interaction_type) {
    case 'ping_pong':
      return { kind: 'ping', timestamp: frame.timestamp };
    case 'call_details':
      return { kind: 'call-details', call: callDetailsOf(frame.call) };
    case 'update_only':
      return { kind: 'update', utterances: utterancesOf(frame) };
    case 'response_required':
    case 'reminder_required':
      return {
        kind: 'request',
        responseId: frame.response_id,
        isReminder: frame.interaction_type === 'reminder_required',
        utterances: utterancesOf(frame),
      };
  }
}

/** Only the transcript with tool calls tells of keys; what our own tools did is known better here. */
function utterancesOf(frame: { transcript: unknown[]; transcript_with_tool_calls?: unknown[] | null }): Utterance[] {
  const utterances: Utterance[] = [];
  for (const entry of frame.transcript_with_tool_calls ?? frame.transcript) {
    const said = Said.safeParse(entry);
    if (said.success) utterances.push(saidBy(said.data));
    else {
      const pressed = Pressed.safeParse(entry);
      if (pressed.success) addKey(utterances, pressed.data.digit);
    }
  }
  return utterances;
}

function saidBy({ role, content }: z.infer<typeof Said>): Utterance {
  if (role === 'agent') return { by: 'agent', text: content };
  if (content.trim() === unintelligible) return { by: 'caller', text: '', unintelligible: true };
  return { by: 'caller', text: content };
}

/** Keys pressed one after the other are one entry: a number, a choice. */
function addKey(utterances: Utterance[], key: string): void {
  const last = utterances.at(-1);
  if (last?.by === 'keypad') last.text += key;
  else utterances.push({ by: 'keypad', text: key });
}

/** What we told Retell of a call we asked for. */
function orderOf(metadata: Record<string, unknown>): Pick<CallDetails, 'purpose' | 'language'> {
  const purpose = OutboundPurpose.safeParse(metadata.call_purpose);
  const language = LanguageTag.safeParse(metadata.call_language);
  return { ...(purpose.success && { purpose: purpose.data }), ...(language.success && { language: language.data }) };
}

/** The call of a `call_details` frame or of Retell's own record; nothing when it is none. */
export function callDetailsOf(call: unknown): CallDetails | undefined {
  const webhook = RetellWebhook.safeParse({ event: 'call_started', call });
  if (!webhook.success || !isCall(webhook.data)) return undefined;
  const { call_id, call_type, call_status, direction, from_number, to_number } = webhook.data.call;
  const { clinicNumber, agentId, metadata } = routingHints(webhook.data);
  return {
    callId: call_id,
    channel: call_type === 'web_call' ? 'web' : 'phone',
    direction: direction === 'outbound' ? 'outbound' : 'inbound',
    isOver: overStates.has(call_status ?? ''),
    ...(from_number && { fromNumber: from_number }),
    ...(to_number && { toNumber: to_number }),
    ...(clinicNumber !== undefined && { clinicNumber }),
    ...(agentId !== undefined && { agentId }),
    ...(metadata.clinic_binding !== undefined && { binding: metadata.clinic_binding }),
    ...(direction === 'outbound' && orderOf(metadata)),
  };
}

/** What a response may do besides speaking, once its words were spoken. Discarded when the caller interrupts them. */
export interface AfterSpeaking {
  endCall?: boolean;
  transferNumber?: string;
}

interface Spoken extends AfterSpeaking {
  content: string;
  isComplete: boolean;
  isUninterruptible?: boolean;
}

const spokenFields = ({ content, isComplete, isUninterruptible, endCall, transferNumber }: Spoken) => ({
  content,
  content_complete: isComplete,
  ...(isUninterruptible && { no_interruption_allowed: true }),
  ...(endCall && { end_call: true }),
  ...(transferNumber !== undefined && { transfer_number: transferNumber }),
});

/** Retell cuts what a tool answered at this length. */
const longestToolContent = 14_900;

/**
 * Everything we send, as text of a frame. Retell passes silently over a frame whose types are not exactly these.
 */
export const llmFrames = {
  /** First of all: reconnect us, tell us whose call it is, and tell of keys. */
  config: (): string =>
    JSON.stringify({
      response_type: 'config',
      config: { auto_reconnect: true, call_details: true, transcript_with_tool_calls: true },
    }),

  pong: (timestamp: number): string => JSON.stringify({ response_type: 'ping_pong', timestamp }),

  /** A part of the answer to a request; 0 is the greeting, which answers none. */
  response: (responseId: number, spoken: Spoken): string =>
    JSON.stringify({ response_type: 'response', response_id: responseId, ...spokenFields(spoken) }),

  /** Spoken at once, over agent or caller. A new id discards the interrupt before it. */
  interrupt: (interruptId: number, spoken: Spoken): string =>
    JSON.stringify({ response_type: 'agent_interrupt', interrupt_id: interruptId, ...spokenFields(spoken) }),

  /** Book-keeping for Retell's transcript. @param callId unique among all calls */
  toolCall: ({ callId, name, args }: { callId: string; name: string; args: string }): string =>
    JSON.stringify({ response_type: 'tool_call_invocation', tool_call_id: callId, name, arguments: args }),

  toolResult: ({ callId, content, isSuccess }: { callId: string; content: string; isSuccess: boolean }): string =>
    JSON.stringify({
      response_type: 'tool_call_result',
      tool_call_id: callId,
      content: content.slice(0, longestToolContent),
      successful: isSuccess,
    }),

  updateAgent: (agent: AgentSettings): string =>
    JSON.stringify({
      response_type: 'update_agent',
      agent_config: {
        responsiveness: agent.responsiveness,
        interruption_sensitivity: agent.interruptionSensitivity,
        reminder_trigger_ms: agent.reminderTriggerMs,
        reminder_max_count: agent.reminderMaxCount,
      },
    }),

  /** For the browser of a web call. */
  metadata: (metadata: unknown): string => JSON.stringify({ response_type: 'metadata', metadata }),
} as const;

/** How the agent listens, for the rest of the call. The first two from 0 to 1. */
export interface AgentSettings {
  responsiveness?: number;
  interruptionSensitivity?: number;
  reminderTriggerMs?: number;
  reminderMaxCount?: number;
}
