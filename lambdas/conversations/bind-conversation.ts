import type { Secret } from '#adapters/secrets/secret.ts';
import type { Clock } from '#domain/clock.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { StoredEvent } from '#domain/conversations/event-inbox.ts';
import type { LanguageTag } from '#domain/language.ts';
import { readBinding } from '#domain/routing/clinic-binding.ts';
import type { ClinicDirectory, Session } from '#domain/routing/clinic-directory.ts';
import { findClinic, settleConflict, type UnroutedReason } from '#domain/routing/find-clinic.ts';
import type { StoredCall } from './read-stored-event.ts';

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
    { conversationId, providerId, hints }: Omit<StoredCall, 'toCallEvent'>,
    { replay, clinicId: onlyOf }: Pick<StoredEvent, 'replay' | 'clinicId'>,
    options?: { signal?: AbortSignal },
  ): Promise<BoundConversation> => {
    const { clinicNumber, agent, ownClinicId } = hints;
    const [answer, keys] = await Promise.all([
      directory.find({ number: clinicNumber, agent, conversationId }, options),
      bindingKey.values(),
    ]);
    const testimony = {
      binding: readBinding(keys, hints.binding, { clinicNumber: clinicNumber ?? '', providerId }),
      session: answer.session?.clinicId,
      number: answer.number?.clinicId,
      agent: answer.agent?.clinicId,
      numberReleased: answer.number?.released,
      hasNumber: hints.hasNumber,
    };
    // Our own talks have a session from the first ring on; one that names another clinic is not to be believed.
    if (ownClinicId !== undefined && ownClinicId !== answer.session?.clinicId) {
      return { outcome: 'unrouted', reason: 'conflict' };
    }
    const routing = replay?.clinicId ? settleConflict(testimony, replay.clinicId) : findClinic(testimony);
    if (routing.outcome === 'unrouted') return routing;

    const { clinicId } = routing;
    // Signed with a clinic's own key: it speaks for that clinic and no other.
    if (onlyOf !== undefined && onlyOf !== clinicId) return { outcome: 'unrouted', reason: 'conflict' };
    const clinic = await clinics.profile(clinicId, options);
    // What began while the clinic was answered for is told to its end, whether it has left or was suspended since.
    const isBegun = answer.session?.clinicId === clinicId;
    if (!clinic || (clinic.status !== 'active' && !isBegun)) return { outcome: 'unrouted', reason: 'clinic_suspended' };
    const routedBy = replay ? 'replay' : routing.routedBy;
    const session = answer.session ?? (await directory.claimSession(clinicId, conversationId, routedBy, clock.now()));
    // Another event of the same conversation was bound between our look and our claim, to another clinic.
    if (session.clinicId !== clinicId) return { outcome: 'unrouted', reason: 'conflict' };
    return { outcome: 'bound', session, clinic, numberLanguage: answer.number?.language };
  };
}
