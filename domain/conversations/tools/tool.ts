import type * as z from 'zod';
import type { Clock } from '../../clock.ts';
import type { ClinicProfile } from '../../clinics/clinic-store.ts';
import type { Language, LanguageTag } from '../../language.ts';
import type { Log } from '../../log.ts';
import type { AppointmentStore } from '../../scheduling/calendar/calendar.ts';
import { type SchedulingCode, schedulingCodes } from '../../scheduling/codes.ts';
import type { Identification } from '../../scheduling/patients/identification.ts';
import type { PatientStore } from '../../scheduling/patients/patient-store.ts';
import type { Requester } from '../../scheduling/requester.ts';
import type { Scheduling } from '../../scheduling/scheduling.ts';
import type { WaitlistStore, WaitlistWorkflow } from '../../scheduling/waitlist/waitlist.ts';
import type { ConversationActs } from '../acts.ts';
import type { Conversation } from '../conversation.ts';
import type { DialogueState, DialogueStore } from '../dialogue.ts';

/** How a tool ends: the codes of scheduling, and what only a dialogue knows. Stable: flows branch on them. */
export const dialogueCodes = [
  /** The arguments cannot be understood; `say` asks for what is missing. */
  'ARGUMENTS_INVALID',
  'TYPE_UNKNOWN',
  'TYPE_AMBIGUOUS',
  /** Nothing free; `say` names the next day or offers the waitlist. */
  'NONE_FREE',
  /** The same patient and type were just booked at another time: is this a change? */
  'CHANGE_TO_CONFIRM',
  'VERIFICATION_LOCKED',
  /** Something sounds like an emergency; the caller is to be asked whether it is happening now. */
  'EMERGENCY_TO_CONFIRM',
  /** Nobody answers at the clinic now; a message is offered. */
  'NOBODY_AVAILABLE',
] as const;
export type ToolCode = SchedulingCode | (typeof dialogueCodes)[number];
export const toolCodes: readonly ToolCode[] = [...schedulingCodes, ...dialogueCodes];

/** What a model and a flow may see of an answer: flat, texts and numbers, never an id. */
export type ToolFields = Record<string, string | number | boolean | string[]>;

export interface ToolAnswer {
  code: ToolCode;
  /** One or two sentences in the language of the call, ready to be spoken. */
  say: string;
  data?: ToolFields;
  /** What the dialogue is to remember. */
  remember?: (state: DialogueState) => DialogueState;
  /**
   * Something outside the dialogue was changed and is on record. The same call again hears the same answer instead of
   * changing it twice, and it is told even if the dialogue cannot be remembered. Without a word, every `OK` of a writing
   * tool.
   */
  wrote?: boolean;
}

/** What is heard and seen of a tool: always a sentence, and every field the tool names. */
export interface ToolResult {
  code: ToolCode;
  say: string;
  data: ToolFields;
}

/** What tools work with. */
export interface ToolDeps {
  scheduling: Scheduling;
  appointments: AppointmentStore;
  identification: Identification;
  patients: PatientStore;
  waitlist: WaitlistStore;
  waitlistWorkflow: WaitlistWorkflow;
  acts: ConversationActs;
  dialogues: DialogueStore;
  clock: Clock;
  log: Log;
}

/** The call a tool runs in. The clinic is the conversation's, never an argument's. */
export interface ToolCall {
  clinic: ClinicProfile;
  conversation: Pick<Conversation, 'conversationId' | 'channel' | 'fromNumber' | 'acts'>;
  state: DialogueState;
  language: LanguageTag;
  nowMs: number;
  requester: Requester;
}

/** What whoever runs a tool knows of the call, besides what the caller has said. */
export interface ToolContext extends Pick<ToolCall, 'clinic' | 'conversation' | 'language' | 'requester'> {
  /** What is left of the caller's patience, in milliseconds; the usual without. */
  limitMs?: number;
}

/** What the caller may learn from a tool before being verified. */
export type Disclosure =
  /** Only what the clinic tells anybody. */
  | 'public'
  /** Appointments of verified patients, and nothing before. */
  | 'own-appointments'
  /** Whether it worked. */
  | 'nothing';

/** A thing the voice agent can do, defined once for every channel. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  name: string;
  description: Record<Language, string>;
  /** Model-friendly: ISO dates, names instead of ids, closed lists of words. */
  input: Input;
  effect: 'read' | 'write';
  discloses: Disclosure;
  /** Refused while there is an emergency. */
  refusedInEmergency: boolean;
  /** How long it may take, in milliseconds; after 2,000 the caller hears `RETRY_LATER`. */
  budgetMs: number;
  /** How it may end, besides the ways in which every tool may: bad arguments, an emergency, a fault. */
  codes: readonly ToolCode[];
  /** What else it answers, by field of `data`, for documentation and flows. */
  answers: Record<string, string>;
  run(deps: ToolDeps, args: z.output<Input>, call: ToolCall): Promise<ToolAnswer>;
  /** What it answers while stores fail, for a tool that can do without them. `call.state` is a fresh one then. */
  withoutStores?(args: z.output<Input>, call: ToolCall): ToolAnswer | undefined;
}
