import { createHash } from 'node:crypto';
import { inboundReply } from '#adapters/retell/inbound-reply.ts';
import { type InboundRing, parseInboundRequest } from '#adapters/retell/inbound-request.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { keepPoison } from '#lambdas/keep-poison.ts';
import type { ClinicKeys } from '#lambdas/clinic-keys.ts';
import { retellRequests } from '#lambdas/retell-request.ts';
import type { Clock } from '#domain/clock.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import { maskNumber } from '#domain/conversations/mask-number.ts';
import { ConversationId } from '#domain/ids.ts';
import { languageOf } from '#domain/language.ts';
import { errorFields, type Log } from '#domain/log.ts';
import { mintBinding } from '#domain/routing/clinic-binding.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { findClinic, type UnroutedReason } from '#domain/routing/find-clinic.ts';
import type { RingAnswer } from '#domain/routing/ring-answer.ts';
import { ringVariables, safeVariables } from '#domain/routing/ring-variables.ts';
import { type FoundClinic, lastGoodProfiles } from './last-good-profiles.ts';

/** A caller hears ringing while we read; after this the answer from memory, or the safe one, is better than waiting. */
const patienceMs = 800;
/** A ring's body is a few hundred bytes. */
const largestBytes = 64_000;

interface Deps {
  retellKey: Secret;
  clinicKeys: ClinicKeys;
  bindingKey: Secret;
  directory: ClinicDirectory;
  clinics: ClinicStore;
  inbox: EventInbox;
  clock: Clock;
  log: Log;
  /** What a call to a number without a clinic gets: an agent that knows nothing, or no call at all. */
  unroutedCalls: 'generic' | 'reject';
}

type Lookup =
  | { outcome: 'found'; found: FoundClinic }
  | { outcome: 'unrouted'; reason: UnroutedReason }
  | { outcome: 'unavailable' };

/**
 * Answers a ringing Retell number with its clinic's variables, before the first word is spoken. The clinic is the one
 * the signed number is mapped to; a clinic id in the path is a hint that must agree. Whatever goes wrong, the answer is
 * quick and safe and never another clinic's.
 */
export function answerInboundCall(deps: Deps) {
  const { directory, clinics, inbox, clock, log, unroutedCalls } = deps;
  const authenticate = retellRequests({ key: deps.retellKey, clinicKeys: deps.clinicKeys, clock, log });
  const poison = keepPoison(deps, 'retell');
  const memory = lastGoodProfiles(clock);

  /** @param hints ids that must all be the clinic's: of the path, and of whose own key signed */
  async function lookUp(ring: InboundRing, hints: readonly string[]): Promise<Lookup> {
    // Not AbortSignal.timeout: that one goes off for every answered ring too, and each time builds an error with its stack.
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), patienceMs);
    const { signal } = patience;
    try {
      const agent = ring.agentId ? ({ provider: 'retell', id: ring.agentId } as const) : undefined;
      const answer = await directory.find({ number: ring.toNumber, agent }, { signal });
      const routing = findClinic({
        number: answer.number?.clinicId,
        agent: answer.agent?.clinicId,
        numberReleased: answer.number?.released,
        hasNumber: true,
      });
      memory.keepOnly(ring.toNumber, routing.outcome === 'found' ? routing.clinicId : undefined);
      if (routing.outcome === 'unrouted') return routing;
      if (hints.some((hint) => hint !== routing.clinicId)) return { outcome: 'unrouted', reason: 'conflict' };
      const profile = await clinics.profile(routing.clinicId, { signal });
      if (profile?.status !== 'active') {
        memory.keepOnly(ring.toNumber, undefined);
        return { outcome: 'unrouted', reason: 'clinic_suspended' };
      }
      const found = { profile, language: answer.number?.language };
      memory.remember(ring.toNumber, found);
      return { outcome: 'found', found };
    } catch (error) {
      return recall(ring, hints, error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The tables do not answer: the last good profile of this number, if this process has one young enough. */
  function recall(ring: InboundRing, hints: readonly string[], error: unknown): Lookup {
    const found = memory.recall(ring.toNumber);
    if (found && hints.every((hint) => hint === found.profile.id)) {
      log.warn('ring.stale-profile', { clinicId: found.profile.id, ...namesOf(ring), ...errorFields(error) });
      return { outcome: 'found', found };
    }
    log.error('ring.safe-answer', { ...namesOf(ring), ...errorFields(error) });
    return { outcome: 'unavailable' };
  }

  /** Without its key the call goes on unbound: later events then find the clinic by the number alone. */
  async function keyOfBindings(): Promise<string | undefined> {
    try {
      const [current] = await deps.bindingKey.values();
      return current;
    } catch (error) {
      log.error('request.failed', { route: 'binding-key', ...errorFields(error) });
      return undefined;
    }
  }

  function answerFor(
    ring: InboundRing,
    { profile, language }: FoundClinic,
    bindingKey: string | undefined,
  ): RingAnswer {
    const tag = language ?? profile.defaultLanguage;
    // A chat's later events carry no numbers, so its binding cannot be over one.
    const clinicNumber = ring.event === 'chat_inbound' ? '' : ring.toNumber;
    const bound = { clinicNumber, providerId: ring.providerId };
    const own = profile.agents.find(({ provider, kind }) => provider === 'retell' && kind === 'dedicated');
    return {
      kind: 'answer',
      variables: ringVariables(profile, tag, clock.now()),
      metadata: {
        clinic_id: profile.id,
        ...(bindingKey && { clinic_binding: mintBinding(bindingKey, profile.id, bound, clock.now()) }),
      },
      ...(own ? { overrideAgentId: own.id } : { agentLanguage: languageOf(tag), zone: profile.zone }),
    };
  }

  /** Kept for a person to look at; the caller is answered whether or not that works. */
  async function quarantine(ring: InboundRing, rawBody: Buffer, reason: UnroutedReason): Promise<void> {
    const eventKey = ringKey(ring, rawBody);
    log.error('ring.unrouted', { reason, eventKey, ...namesOf(ring) });
    try {
      await inbox.store(
        {
          eventKey,
          provider: 'retell',
          eventType: ring.event,
          state: 'quarantined',
          reason,
          maskedNumber: maskNumber(ring.toNumber),
          receivedAt: clock.now(),
          source: 'webhook',
        },
        rawBody,
      );
    } catch (error) {
      log.error('request.failed', { route: 'quarantine', eventKey, ...errorFields(error) });
    }
  }

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const startedAt = clock.now();
    const checked = await authenticate(request, largestBytes);
    if (!checked.authentic) return checked.answer;
    const ring = read(checked.body);
    if (!ring) {
      await poison('unreadable-ring', request.rawBody);
      return errorAnswer(400, 'unreadable-event', 'The body is no call_inbound or chat_inbound event; check its JSON.');
    }

    const hints = [request.pathParameters.clinicId, checked.signedFor].filter((hint) => hint !== undefined);
    const [lookup, bindingKey] = await Promise.all([lookUp(ring, hints), keyOfBindings()]);
    if (lookup.outcome === 'found') {
      const answer = answerFor(ring, lookup.found, bindingKey);
      const { id: clinicId } = lookup.found.profile;
      log.info('ring.answered', { clinicId, ...namesOf(ring), durationMs: clock.now() - startedAt });
      return { status: 200, body: inboundReply(ring.event, answer) };
    }
    if (lookup.outcome === 'unrouted') await quarantine(ring, request.rawBody, lookup.reason);
    const refuse = lookup.outcome === 'unrouted' && unroutedCalls === 'reject';
    const safe: RingAnswer = refuse
      ? { kind: 'reject' }
      : { kind: 'answer', variables: safeVariables(ring.toNumber, clock.now()) };
    return { status: 200, body: inboundReply(ring.event, safe) };
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The conversation this will be, where the vendor tells its id and the id is one. */
function namesOf({ providerId }: InboundRing): { conversationId?: ConversationId } {
  const conversationId = ConversationId.safeParse(`retell_${providerId}`);
  return providerId && conversationId.success ? { conversationId: conversationId.data } : {};
}

const ringKey = (ring: InboundRing, rawBody: Buffer): string =>
  `retell|${ring.event}|${namesOf(ring).conversationId ?? 'no-id'}|${sha256(rawBody)}`;

function read(body: unknown): InboundRing | undefined {
  try {
    return parseInboundRequest(body);
  } catch {
    return undefined; // What was wrong is in the stored bytes; the vendor can do nothing with the detail.
  }
}
