import type { ClinicId, ConversationId } from '#domain/ids.ts';
import type { LanguageTag } from '#domain/language.ts';
import type { ClinicDirectory, FormerClinic, Session } from '#domain/routing/clinic-directory.ts';

/** Who holds what, given as a person would say it. */
export interface Mapping {
  numbers?: Record<string, ClinicId | 'released'>;
  dedicatedAgents?: Record<string, ClinicId>;
  languages?: Record<string, LanguageTag>;
  former?: Record<string, FormerClinic[]>;
}

/** The directory in memory; `mapping` may be changed while a test goes on, as an operator would. */
export function inMemoryDirectory(mapping: Mapping): ClinicDirectory & { sessions: Map<ConversationId, Session> } {
  const sessions = new Map<ConversationId, Session>();
  return {
    sessions,
    async find({ number, agent, conversationId }) {
      const held = number && mapping.numbers?.[number];
      const dedicated = agent && mapping.dedicatedAgents?.[agent.id];
      const session = conversationId && sessions.get(conversationId);
      return {
        ...(held && {
          number:
            held === 'released'
              ? { released: true }
              : { clinicId: held, released: false, language: mapping.languages?.[number] },
        }),
        ...(dedicated && { agent: { clinicId: dedicated } }),
        ...(session && { session }),
      };
    },
    formerClinics: async (number) => mapping.former?.[number] ?? [],
    async clinicIds() {
      return [...new Set(Object.values(mapping.numbers ?? {}))].filter((id) => id !== 'released') as ClinicId[];
    },
    async claimSession(clinicId, conversationId, routedBy) {
      if (!sessions.has(conversationId)) sessions.set(conversationId, { clinicId, routedBy });
      return sessions.get(conversationId) as Session;
    },
  };
}
