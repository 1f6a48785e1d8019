import type { PendingAuditEvent } from '../audit/audit-event.ts';
import type { E164 } from '../e164.ts';
import type { ConversationId } from '../ids.ts';

/** Who asks for an act: for the record, and for the rules that differ between an agent and the clinic's own people. */
export interface Requester {
  /** `agent` books under the rules for callers; `staff` may book any type and without lead time. */
  kind: 'agent' | 'staff';
  /** Names the holds of one asker: a conversation's id, `api_<key id>_<session>`, `waitlist_<entry id>`. */
  holder: string;
  conversationId?: ConversationId;
  /** The calling number, where there is one: holds are also counted by it. */
  callerNumber?: E164;
  /** Where a visitor of a clinic's site writes from, as a digest: another chat buys nobody new attempts to be verified. */
  visitorNetwork?: string;
  actor: Pick<PendingAuditEvent, 'actorType' | 'actorId' | 'onBehalfOf' | 'ip' | 'requestId'>;
}
