import type { Language } from '#domain/language.ts';
import type { RingAnswer } from '#domain/routing/ring-answer.ts';
import type { InboundRing } from './inbound-request.ts';

/** Locales of Retell's list for the languages we speak. A locale it does not know may get the call refused. */
export const retellLocale = { fr: 'fr-FR', en: 'en-US' } as const satisfies Record<Language, string>;

/**
 * The body Retell reads today: everything below the name of the event, all variables strings. The top-level
 * `agent_id` and `retell_llm_dynamic_variables` of older guides are not read by Retell any more and are not sent.
 */
export function inboundReply(event: InboundRing['event'], answer: RingAnswer): Record<string, unknown> {
  if (answer.kind === 'reject') return { [event]: { reject: true } };
  const { variables, metadata, overrideAgentId, agentLanguage, zone } = answer;
  return {
    [event]: {
      dynamic_variables: variables,
      ...(metadata && { metadata }),
      ...(overrideAgentId && { override_agent_id: overrideAgentId }),
      // A shared agent speaks many languages; which one is for this call to say. A chat has no voice to set.
      ...(event === 'call_inbound' &&
        agentLanguage && { agent_override: { agent: { language: retellLocale[agentLanguage], timezone: zone } } }),
    },
  };
}
