import type { LiveCallSource } from '#adapters/retell/live-call.ts';
import type { CallDetails } from '#adapters/retell/llm-socket.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import type { Clock } from '#domain/clock.ts';
import { isLive, sameSecret } from '#domain/clinics/keys/api-key.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import { hasShapeOfSocketKey, type SocketAddresses, socketKeyHash } from '#domain/clinics/keys/socket-key.ts';
import type { Talk, TalkStore } from '#domain/conversations/talk/talk.ts';
import { type ClinicId, type ConversationId, retellConversationId } from '#domain/ids.ts';
import type { LanguageTag } from '#domain/language.ts';
import { readBinding } from '#domain/routing/clinic-binding.ts';
import type { ClinicDirectory, DirectoryAnswer } from '#domain/routing/clinic-directory.ts';
import { findClinic, type Routing } from '#domain/routing/find-clinic.ts';

/** The address a socket was opened under: the slug names a clinic, the key is the proof, Retell adds the call. */
export interface SocketAddress {
  slug: string;
  key?: string;
  callId: string;
}

const form = /^\/llm-websocket\/([a-z0-9-]{3,48})(?:\/([A-Za-z0-9_-]{1,100}))?\/([A-Za-z0-9_-]{1,110})\/?$/;

export function readSocketAddress(path: string): SocketAddress | undefined {
  const [, slug, key, callId] = form.exec(path) ?? [];
  return slug && callId ? { slug, ...(key && { key }), callId } : undefined;
}

/** The clinic an address stands for. Nothing is proven of the call yet, and without a key nothing of the caller. */
export interface Door {
  clinicId: ClinicId;
  hasKey: boolean;
}

export type Refusal = { outcome: 'refused'; reason: string };

/** Whose door an address is. Slug and key are read together, so that the time of a refusal tells nothing of either. */
export function findDoor({ addresses, clock }: { addresses: SocketAddresses; clock: Clock }) {
  return async ({ slug, key }: SocketAddress): Promise<({ outcome: 'found' } & Door) | Refusal> => {
    if (key !== undefined && !hasShapeOfSocketKey(key)) return { outcome: 'refused', reason: 'wrong-key' };
    const keyHash = key === undefined ? undefined : socketKeyHash(key);
    const { slugOf, key: kept } = await addresses.find({ slug, ...(keyHash && { keyHash }) });
    if (keyHash === undefined) {
      return slugOf
        ? { outcome: 'found', clinicId: slugOf, hasKey: false }
        : { outcome: 'refused', reason: 'wrong-slug' };
    }
    const holds = kept !== undefined && sameSecret(kept.keyHash, keyHash) && isLive(kept, clock.now());
    if (!holds) return { outcome: 'refused', reason: 'wrong-key' };
    if (slugOf !== kept.clinicId) return { outcome: 'refused', reason: 'wrong-slug' };
    return { outcome: 'found', clinicId: kept.clinicId, hasKey: true };
  };
}

/** A call that is this clinic's, as authentic words have it. */
export interface ConfirmedCall {
  clinic: ClinicProfile;
  conversationId: ConversationId;
  /** The talk that was begun before; otherwise what the call is like. */
  talk?: Talk;
  details?: CallDetails;
  /** Set for the number that was called. */
  numberLanguage?: LanguageTag;
}

interface Deps {
  directory: ClinicDirectory;
  clinics: Pick<ClinicStore, 'profile'>;
  talks: Pick<TalkStore, 'get'>;
  bindingKey: Pick<Secret, 'values'>;
  retell: Pick<LiveCallSource, 'find'>;
  clock: Clock;
}

/**
 * Whether a call is of the clinic whose door the socket came through, and binds it to that clinic for ever. Behind a key
 * a conversation that is known, or our own signed binding, is proof enough; otherwise, and always without a key, Retell
 * is asked itself. Two words that disagree are a refusal.
 *
 * @param told what the peer says of the call; `undefined` when it does not. Only trusted as far as we signed it.
 * @throws Error when a store or Retell cannot be asked in the signal's time
 */
export function confirmCall({ directory, clinics, talks, bindingKey, retell, clock }: Deps) {
  async function testify(
    details: CallDetails,
    signal: AbortSignal,
  ): Promise<{ answer: DirectoryAnswer; routing: Routing; isBound: boolean }> {
    const { callId, clinicNumber, agentId } = details;
    const [answer, keys] = await Promise.all([
      directory.find(
        {
          ...(clinicNumber !== undefined && { number: clinicNumber }),
          ...(agentId !== undefined && { agent: { provider: 'retell', id: agentId } }),
          conversationId: retellConversationId(callId),
        },
        { signal },
      ),
      bindingKey.values(),
    ]);
    const binding = readBinding(keys, details.binding, { clinicNumber: clinicNumber ?? '', providerId: callId });
    const routing = findClinic({
      binding,
      session: answer.session?.clinicId,
      number: answer.number?.clinicId,
      agent: answer.agent?.clinicId,
      numberReleased: answer.number?.released,
      hasNumber: clinicNumber !== undefined,
    });
    return { answer, routing, isBound: binding !== undefined || answer.session !== undefined };
  }

  /** A talk of this clinic's that was begun before: whoever reconnects need not tell of it again. */
  async function talkBegun(
    clinicId: ClinicId,
    conversationId: ConversationId,
    signal: AbortSignal,
  ): Promise<Talk | undefined> {
    const [{ session }, talk] = await Promise.all([
      directory.find({ conversationId }, { signal }),
      talks.get(clinicId, conversationId),
    ]);
    return session?.clinicId === clinicId ? talk : undefined;
  }

  return async (
    door: Door,
    callId: string,
    told: Promise<CallDetails | undefined>,
    { signal }: { signal: AbortSignal },
  ): Promise<({ outcome: 'confirmed' } & ConfirmedCall) | Refusal> => {
    const conversationId = retellConversationId(callId);
    const talk = door.hasKey ? await talkBegun(door.clinicId, conversationId, signal) : undefined;
    if (talk) {
      const clinic = await clinics.profile(door.clinicId, { signal });
      if (clinic?.status !== 'active') return { outcome: 'refused', reason: 'clinic_suspended' };
      return { outcome: 'confirmed', clinic, conversationId, talk };
    }
    let details = door.hasKey ? await told : undefined;
    if (details && details.callId !== callId) return { outcome: 'refused', reason: 'other-call' };
    let testimony = details && (await testify(details, signal));
    // A word against this clinic stands, whoever says it; one for it must be proven.
    const isProven = testimony?.isBound && testimony.routing.outcome === 'found';
    if (!isProven && !contradicts(testimony?.routing, door)) {
      details = await retell.find(door.clinicId, callId, { signal });
      if (!details) return { outcome: 'refused', reason: 'unknown-call' };
      if (details.callId !== callId) return { outcome: 'refused', reason: 'other-call' };
      if (details.isOver) return { outcome: 'refused', reason: 'call-over' };
      testimony = await testify(details, signal);
    }
    if (!details || !testimony) return { outcome: 'refused', reason: 'unknown-call' };
    const { routing, answer } = testimony;
    if (routing.outcome === 'unrouted') return { outcome: 'refused', reason: routing.reason };
    if (routing.clinicId !== door.clinicId) return { outcome: 'refused', reason: 'other-clinic' };

    const clinic = await clinics.profile(door.clinicId, { signal });
    if (clinic?.status !== 'active') return { outcome: 'refused', reason: 'clinic_suspended' };
    const session =
      answer.session ?? (await directory.claimSession(clinic.id, conversationId, routing.routedBy, clock.now()));
    // Another event of the same call was bound between our look and our claim, to another clinic.
    if (session.clinicId !== clinic.id) return { outcome: 'refused', reason: 'conflict' };
    const numberLanguage = answer.number?.language;
    return { outcome: 'confirmed', clinic, conversationId, details, ...(numberLanguage && { numberLanguage }) };
  };
}

const contradicts = (routing: Routing | undefined, { clinicId }: Door): boolean =>
  routing?.outcome === 'found' ? routing.clinicId !== clinicId : routing?.reason === 'conflict';
