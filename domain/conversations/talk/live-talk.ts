import type { ClinicProfile } from '../../clinics/clinic-store.ts';
import type { ConversationId } from '../../ids.ts';
import type { LanguageTag } from '../../language.ts';
import type { Channel } from '../conversation.ts';
import type { Agreement } from '../recording-agreement.ts';
import type { Tool, ToolResult } from '../tools/tool.ts';
import type { Consent } from './record-consent.ts';
import type { Ending } from './talk.ts';
import type { Turn } from './turns/turn.ts';

/** Who speaks to the caller, and who stands behind them. `single` does both. */
export type AgentRole = 'single' | 'receptionist' | 'supervisor';

/** A place in the order of turns, taken when somebody begins to speak and filled when the words are known. */
export interface OpenTurn {
  readonly seq: number;
  /** Fills the place and saves it in the background. Nothing said leaves the place empty. A second time corrects the first. */
  fill(text: string, options?: { interrupted?: boolean }): void;
}

/** What must be said in place of whatever a model would say, because the caller may be in danger. */
export interface Alarm {
  say: string;
  /** The talk goes to a person at once after it. */
  ending?: Ending;
}

/** What a tool answered, and what the wire must do once its sentence was heard. */
export interface ToolOutcome extends ToolResult {
  ending?: Ending;
  /** Somebody is in danger: its sentence goes before any other. */
  emergency?: true;
}

/**
 * A talk that is going on, whatever its wire and its model: its turns, its tools, its rules. Saved as it goes, so that
 * another task can go on with it. One at a time: whoever takes a talk over makes the former holder's writes void.
 */
export interface LiveTalk {
  readonly clinic: ClinicProfile;
  readonly conversationId: ConversationId;
  readonly agents: 'single' | 'two';
  readonly channel: Channel;
  /** When the call began, on whichever task. */
  readonly openedAtMs: number;
  /** The caller's number, where it is one. */
  readonly callerNumber: string | undefined;
  /** Somebody was spoken to already: nothing is greeted or asked again. */
  readonly isResumed: boolean;
  /** As it stands: asked for by the caller, else of the number. */
  readonly language: LanguageTag;
  /** In order, places that are still open left out. */
  turns(): readonly Turn[];
  /** The first words: who this is, that it is a machine, and the notice of a recording where there is one. */
  greeting(): string;
  /** The notice of the recording, or the question, where the clinic records and nobody has heard it to its end. */
  readonly unheardNotice: string | undefined;
  /** The caller has objected to being recorded, to whichever holder. */
  readonly hasObjected: boolean;
  /** Whether the caller has agreed to being recorded, where the clinic asks them. */
  readonly agreement: Agreement | undefined;
  /** What the caller has come to know, or said, of the recording; on record in the background, once. */
  consent(consent: Consent): Promise<void>;
  /** The whole prompt: our rules around the clinic's own text. Nothing of any patient, nothing secret. */
  instructions(role: AgentRole): string;
  /** What that role may do. The receptionist's `ask_supervisor` is not among them: it belongs to the engine. */
  tools(role: AgentRole): readonly Tool[];
  /** Takes the next place. */
  begin(speaker: 'agent' | 'caller'): OpenTurn;
  /**
   * Judges the caller's words so far, to be asked of each final utterance before a model answers it. Answers within
   * half a second whatever a store does.
   */
  hear(): Promise<Alarm | undefined>;
  /** Runs a tool for the caller within two seconds; always something to say. The same `callId` again hears the same answer. */
  runTool(name: string, args: unknown, callId: string): Promise<ToolOutcome>;
  /** A message for the clinic's people that a machine could not help with (a number keyed in, what was said last). */
  leaveMessage(text: string, callbackNumber?: string): Promise<void>;
  /** The number of whoever of the clinic answers now: those on call first, where the caller may be in danger. */
  personNow(): string | undefined;
  /** Puts on record how the talk is to end, in place of what was before. Resolves when it is: only then may the wire act. */
  end(ending: Ending): Promise<void>;
  /** Settles when all turns given so far are saved or given up after retries. */
  saved(): Promise<void>;
  /** Somebody else has taken the talk over, or it is finished: this holder must fall silent. */
  readonly lost: AbortSignal;
  /**
   * The wire is gone. With `over`, the talk is finished and its end is told to whoever records calls; without, it may
   * be taken up by another task.
   */
  close(how: { over: boolean }): Promise<void>;
}
