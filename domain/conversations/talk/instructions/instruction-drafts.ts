import type { ClinicId } from '../../../ids.ts';
import type { InstructionChannel, Instructions, InstructionScope, PublishedBy } from './instructions.ts';

/** Which of a clinic's texts. */
export interface InstructionPlace {
  channel: InstructionChannel;
  scope: InstructionScope;
}

/** A version as it is listed. Those published by operators with a command line name `cli`. */
export interface PublishedVersion extends Instructions {
  publishedBy?: string;
  /** It has the text of this earlier one, to which somebody went back. */
  restoredFrom?: number;
}

/** One text as it stands: what agents go by and what somebody is writing. */
export interface InstructionState {
  published?: PublishedVersion;
  draft?: { text: string; savedAtMs: number; savedBy: string };
  /** Raised by each change of the draft, also by its publication, and never given twice. */
  revision: number;
}

/** Names a state: whoever changes it says which one they have seen. */
export const tagOf = ({ published, revision }: InstructionState): string =>
  `"v${published?.version ?? 0}.d${revision}"`;

/** What people do with texts before agents go by them, and with the versions there were. All of it is on record. */
export interface InstructionDrafts {
  read(clinicId: ClinicId, place: InstructionPlace): Promise<InstructionState>;
  /** Keeps a draft in the place of the one that was read. */
  save(
    clinicId: ClinicId,
    place: InstructionPlace,
    text: string,
    seen: InstructionState,
    by: PublishedBy,
  ): Promise<{ outcome: 'saved' | 'changed-meanwhile' }>;
  /** Publishes the draft that was read, or the text of an earlier version, as the next version, which never changes. */
  publish(
    clinicId: ClinicId,
    place: InstructionPlace,
    seen: InstructionState,
    what: 'draft' | { restored: PublishedVersion },
    by: PublishedBy,
  ): Promise<{ outcome: 'changed-meanwhile' } | { outcome: 'published'; version: PublishedVersion }>;
  /** Newest first; those before a version, when one is named. */
  versions(
    clinicId: ClinicId,
    place: InstructionPlace,
    options: { before?: number; upTo: number },
  ): Promise<PublishedVersion[]>;
  version(clinicId: ClinicId, place: InstructionPlace, version: number): Promise<PublishedVersion | undefined>;
}
