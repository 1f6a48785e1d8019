import type { Outcome, Reached } from '#domain/conversations/conversation.ts';
import type { Language } from '#domain/language.ts';
import type { AppointmentStatus } from '#domain/scheduling/calendar/appointment.ts';

/** Somebody says something. `{{variables}}` are filled in by the stand-in exactly as Retell would, or stay in their braces. */
export interface Line {
  role: 'agent' | 'user';
  text: string;
  /** Silence before it, on top of the usual breath: somebody looks for a diary, the agent thinks. */
  pauseSeconds?: number;
  /** Of a caller: begins in the middle of what the agent says just then, and is heard over it. */
  bargesIn?: true;
}

/** The agent's flow moves to another node; nothing is heard. */
export interface Transition {
  node: string;
}

/** The flow comes to a function node and calls one of our functions. What it answers fills variables from then on. */
export interface FunctionNode {
  call: string;
  /** What the flow extracted from the talk, or a model made up; `{{variables}}` allowed. */
  args?: Readonly<Record<string, string | number | boolean>>;
  /** The code it must answer with; one of several where the calendar of the day decides. */
  answers: string | readonly string[];
}

/**
 * Another call to the same clinic, from its ring to its last event, before the talk goes on: by somebody else meanwhile,
 * or by the same patient before. What its functions stored is known afterwards as `earlier_…`.
 */
export interface AnotherCall {
  another: Scenario;
  when: 'before' | 'meanwhile';
}

/** The caller says nothing: until the agent asks whether anybody is there, or ever again. */
export interface Silence {
  silent: 'until-asked' | 'to-the-end';
}

/** Sound that is no word, while the agent speaks: too loud to be taken for silence. */
export interface Noise {
  noise: 'cough';
}

/** The caller presses keys, one after the other. */
export interface Keys {
  presses: string;
}

/** What can go wrong, or on, around a call while it lasts. */
export type Happening =
  /** The task of the voice service that holds the call is killed. */
  | 'task-dies'
  /** New tasks replace the running ones. */
  | 'deploy'
  /** The model's connections are cut, and the next requests to it fail. */
  | 'model-dies'
  /** Our tools are slow to answer for a while, but do. */
  | 'tools-slow'
  /** Every analysis of a call fails from now on, until the call has been closed. */
  | 'analysis-fails';

/** Something happens around the call before the caller goes on. Only where a live call can meet it. */
export interface Disturbance {
  happens: Happening;
}

export type ScriptStep = Line | Transition | FunctionNode | AnotherCall | Silence | Noise | Keys | Disturbance;

/** What is said in one language, and what Retell's analysis makes of it. */
export interface Talk {
  script: readonly ScriptStep[];
  /** Without one, Retell's analysis has failed for good: neither an event nor `get-call` ever shows it. */
  analysis?: {
    summary?: string;
    sentiment: 'Negative' | 'Positive' | 'Neutral' | 'Unknown';
    successful: boolean;
    /** Retell leaves the agent's own extractions out when there was no conversation. */
    custom?: Readonly<Record<string, string | boolean | number>>;
  };
  /** Variables the flow extracted on the way; `{{variables}}` allowed. */
  collected?: Readonly<Record<string, string>>;
}

/** What must be true once the call is over. `npm run call` checks it. */
export interface Expectation {
  /** `clinic`: the answer carries the clinic's own variables; `neutral`: nobody's; `none`: nothing rings at our end. */
  answer: 'clinic' | 'neutral' | 'none';
  /** `complete` and `degraded` mean exactly one e-mail to each recipient of the clinic; `none` means not one, to nobody. */
  email: 'complete' | 'degraded' | 'none';
  /** What our own record says came of the call. */
  outcome?: Outcome;
  /** What our own record says a call of ours met. */
  reached?: Reached;
  /** The appointments our tools made, moved or cancelled in the call, in that order, as they then stand. */
  appointments?: readonly { patient: string; status: AppointmentStatus }[];
  /** What the e-mail must hold of the message that was taken, where it may. */
  message?: string;
  /** How long the e-mail may take at most, from the first ring. */
  timeoutSeconds: number;
}

/** Whose side of the wire a stand-in plays: Retell's conversation flow, its socket for a model of ours, or Twilio's media stream. */
export const vendors = ['retell', 'retell-llm', 'twilio'] as const;
export type Vendor = (typeof vendors)[number];

/** Who or what is at the other end of a call of ours. */
export const pickUps = ['person', 'voicemail', 'nobody', 'busy'] as const;
export type PickUp = (typeof pickUps)[number];

/** A call our own side makes, by `POST /api/calls`: to remind this patient of an appointment that is booked before. */
export interface OwnCall {
  patientId: string;
  typeId: string;
  /** All numbers on file: which of them is called, the hour decides. */
  phones: readonly string[];
}

/** One call, as data. Names are invented and numbers fictional. */
export interface Scenario {
  name: string;
  /** One line for the list. */
  summary: string;
  /** Slug of the clinic it is played with unless another is asked for. */
  clinic: string;
  direction: 'inbound' | 'outbound';
  /** Without it an outbound call is nobody's wish: only its events come. */
  ours?: OwnCall;
  /** False: it rings out. Retell then sends no `call_started`. */
  connects: boolean;
  /** The patient's telephone. */
  patient: string;
  /** The number dialled, when it is not the clinic's. */
  dials?: string;
  /** The wires it can be played on; on all of them where nothing is said. */
  vendors?: readonly Vendor[];
  /** So many callers at once, each from a number of their own, over all clinics in turn. */
  callers?: number;
  /** A hum lies under everything the caller says, too faint to be speech. */
  hum?: true;
  /** The call is cut here, in mid-word if need be; otherwise it lasts as long as what is said. */
  hangUpAfterSeconds?: number;
  disconnectionReason: 'user_hangup' | 'agent_hangup' | 'dial_no_answer' | 'dial_busy' | 'voicemail_reached';
  /** At least one language. The variable `language` of the call chooses, then the clinic's, then whichever there is. */
  talks: Readonly<Partial<Record<Language, Talk>>>;
  expects: Expectation;
}
