import type { OutboundPurpose } from '../../outbound/outbound-call.ts';
import type { AgentRole } from '../live-talk.ts';

/** The clinic, already in the language of the prompt. */
export interface PromptFacts {
  clinic: string;
  address: string;
  /** None while the clinic joins, or after its only number went elsewhere. */
  phone: string | undefined;
  /** As they are said, or that they are not known. */
  hours: string;
  emergencyNumbers: string;
  /** Numbered lines, one doctor each; empty when there is none. */
  doctors: string;
  /** Such as `lundi 5 octobre 2026`, and the same as `2026-10-05`. */
  today: string;
  isoDate: string;
  /** Name of the clinic's country. */
  country: string;
  /** Names of the language of the call and of the others the clinic speaks. */
  language: string;
  otherLanguages: string;
}

/** All of a prompt that is ours. A language that lacks a part does not compile. */
export interface PromptWords {
  headings: Record<'role' | 'rules' | 'facts' | 'clinic' | 'last', string>;
  role: Record<AgentRole, (clinic: string) => string>;
  /** What no clinic can take away, one rule each. */
  rules: {
    disclosure: string;
    privacy: string;
    emergency(numbers: string): string;
    noInventing: string;
    /** How the sentence of a tool is told, by who has tools. */
    toolSentence: Record<AgentRole, string>;
    manner: Record<AgentRole, string>;
    oneLanguage(language: string): string;
    languages(language: string, others: string): string;
    country(country: string): string;
    injection: string;
    ending: string;
  };
  /** What is otherwise where we have called, and what for. */
  called(what: string): string;
  calledFor: Record<OutboundPurpose, string>;
  /** What is otherwise where people write to us, by SMS or on the clinic's site. */
  written: {
    role(clinic: string): string;
    emergency(numbers: string): string;
    manner: string;
    /** Nobody can be put through. */
    ending(phone: string | undefined): string;
  };
  facts(facts: PromptFacts): readonly string[];
  noDoctors: string;
  /** Told to a model beside what was said, and never spoken. */
  notes: {
    interrupted: string;
    /** What the receptionist asks its supervisor for; its own words, which are data. */
    request(quoted: string): string;
  };
  /** The receptionist's way to the model behind it, as a model is told of it. */
  askSupervisor: { description: string; request: string };
  /** How the clinic's own text stands to the rules; it follows between delimiters. */
  clinicText: string;
  /** How to work where a clinic has published nothing. */
  base: string;
  /** The last line: what outweighs what. */
  last: string;
}
