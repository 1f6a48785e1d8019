import type { ClinicStore } from '../../clinics/clinic-store.ts';
import type { ConversationStore } from '../conversation-store.ts';
import type { ToolDeps } from '../tools/tool.ts';
import type { InstructionStore } from './instructions/instructions.ts';
import type { TalkEvents } from './talk-event.ts';
import type { TalkStore } from './talk.ts';

/** What live talks work with: all that tools do, and where the talk itself is kept. */
export interface TalkDeps extends ToolDeps {
  clinics: Pick<ClinicStore, 'profile'>;
  talks: TalkStore;
  instructions: Pick<InstructionStore, 'pinned'>;
  conversations: Pick<ConversationStore, 'change'>;
  events: TalkEvents;
  /** Between attempts at a store that fails; real time without. */
  pause?(ms: number): Promise<void>;
}
