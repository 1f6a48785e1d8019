import type { E164 } from '../e164.ts';
import type { ClinicId, ConversationId } from '../ids.ts';
import type { LanguageTag } from '../language.ts';

/** What may be looked up about a call; numbers and agents as the vendor's signed body names them. */
export interface DirectoryQuestion {
  number?: string;
  agent?: { provider: 'retell'; id: string };
  conversationId?: ConversationId;
}

export interface DirectoryAnswer {
  number?: { clinicId?: ClinicId; language?: LanguageTag; released: boolean };
  /** Only for a dedicated agent. */
  agent?: { clinicId: ClinicId };
  session?: Session;
}

export interface FormerClinic {
  clinicId: ClinicId;
  untilMs: number;
}

/** The clinic a conversation is bound to, and what first named it. */
export interface Session {
  clinicId: ClinicId;
  routedBy: string;
}

/** The look-ups that find a clinic: the only reads that do not start from one. */
export interface ClinicDirectory {
  /** All questions in one read. @throws Error when the directory cannot answer within the signal's time. */
  find(question: DirectoryQuestion, options?: { signal?: AbortSignal }): Promise<DirectoryAnswer>;
  /** Clinics that gave a number up, each when it did, first things first. */
  formerClinics(number: E164): Promise<FormerClinic[]>;
  /** Every clinic of the deployment, for the sweeps that visit them one by one. */
  clinicIds(): Promise<ClinicId[]>;
  /** Binds a conversation to its clinic for ever; answers what it is bound to, which is the first that came. */
  claimSession(clinicId: ClinicId, conversationId: ConversationId, routedBy: string, nowMs: number): Promise<Session>;
}
