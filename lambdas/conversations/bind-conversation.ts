import { providerIdOf, type RetellWebhook, routingHints } from '#adapters/retell/call-event.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import type { Clock } from '#domain/clock.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { StoredEvent } from '#domain/conversations/event-inbox.ts';
import { retellConversationId } from '#domain/ids.ts';
import type { LanguageTag } from '#domain/language.ts';
import { readBinding } from '#domain/routing/clinic-binding.ts';
import type { ClinicDirectory, Session } from '#domain/routing/clinic-directory.ts';
import { findClinic, settleConflict, type UnroutedReason } from '#domain/routing/find-clinic.ts';

export type BoundConversation =
  /** `numberLanguage`: the one set for the number of the clinic that was called. */
  | { outcome: 'bound'; session: Session; clinic: ClinicProfile; numberLanguage?: LanguageTag }
  | { outcome: 'unrouted'; reason: UnroutedReason };

interface Deps {
  directory: ClinicDirectory;
  clinics: Pick<ClinicStore, 'profile'>;
  bindingKey: Secret;
  clock: Clock;
}

/**
 * Finds the clinic of an authentic event or function call, and binds its conversation to it for ever. A replayed event
 * is routed by today's mapping; where its witnesses disagree, to the one of their clinics that an operator chose.
 */
export function bindConversation({ directory, clinics, bindingKey, clock }: Deps) {
  return async (
    webhook: RetellWebhook,
    { replay }: Pick<StoredEvent, 'replay'>,
    options?: { signal?: AbortSignal },
  ): Promise<BoundConversation> => {
    const { clinicNumber, agentId, metadata } = routingHints(webhook);
    const providerId = providerIdOf(webhook);
    const conversationId = retellConversationId(providerId);
    const agent = agentId ? ({ provider: 'retell', id: agentId } as const) : undefined;
    const [answer, keys] = await Promise.all([
      directory.find({ number: clinicNumber, agent, conversationId }, options),
      bindingKey.values(),
    ]);
    const testimony = {
      binding: readBinding(keys, metadata.clinic_binding, { clinicNumber: clinicNumber ?? '', providerId }),
      session: answer.session?.clinicId,
      number: answer.number?.clinicId,
      agent: answer.agent?.clinicId,
      numberReleased: answer.number?.released,
      hasNumber: clinicNumber !== undefined,
    };
    const routing = replay?.clinicId ? settleConflict(testimony, replay.clinicId) : findClinic(testimony);
    if (routing.outcome === 'unrouted') return routing;

    const { clinicId } = routing;
    const clinic = await clinics.profile(clinicId, options);
    if (clinic?.status !== 'active') return { outcome: 'unrouted', reason: 'clinic_suspended' };
    const routedBy = replay ? 'replay' : routing.routedBy;
    const session = answer.session ?? (await directory.claimSession(clinicId, conversationId, routedBy, clock.now()));
    // Another event of the same conversation was bound between our look and our claim, to another clinic.
    if (session.clinicId !== clinicId) return { outcome: 'unrouted', reason: 'conflict' };
    return { outcome: 'bound', session, clinic, numberLanguage: answer.number?.language };
  };
}
