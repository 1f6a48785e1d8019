import type { Language } from '../language.ts';

/** The variables an agent knows before the first word. All are text, none is ever missing: a missing one is read aloud with its braces. */
export interface RingVariables extends Record<string, string> {
  clinic_id: string;
  clinic_name: string;
  clinic_address: string;
  clinic_phone: string;
  available_doctors: string;
  business_hours: string;
  open_now: 'true' | 'false' | 'unknown';
  today: string;
  language: string;
  greeting: string;
  emergency_numbers: string;
  /** `inbound`, or why we have called. */
  call_purpose: string;
}

/** What a ringing phone is answered with. */
export type RingAnswer =
  | { kind: 'reject' }
  | {
      kind: 'answer';
      variables: RingVariables;
      /** Carries the signed binding to the clinic; echoed by the vendor in every later event. */
      metadata?: Record<string, string>;
      /** The clinic's own agent, when it has one. */
      overrideAgentId?: string;
      /** The language a shared agent is to speak in this call. */
      agentLanguage?: Language;
      zone?: string;
    };
