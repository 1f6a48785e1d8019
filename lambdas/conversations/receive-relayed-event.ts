import { claimsOf } from '#adapters/retell/claims.ts';
import { isMergedEventType, RetellWebhook } from '#adapters/retell/call-event.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import { provesRelay, type RelaySecretStore } from '#domain/clinics/keys/relay-secret.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { Clock } from '#domain/clock.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { CallSource, FetchedCall } from '#domain/conversations/call-source.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import { ClinicId } from '#domain/ids.ts';
import { errorFields, type Log } from '#domain/log.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import type { ClinicKeys } from '#lambdas/clinic-keys.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { retellRequests } from '#lambdas/retell-request.ts';
import { bindConversation } from './bind-conversation.ts';
import type { keepFetchedCall } from './keep-fetched-call.ts';
import { readStoredEvent, retellCall, type StoredCall } from './read-stored-event.ts';
import { storeRetellEvent } from './store-retell-event.ts';

/** As much as Retell itself may send. */
const largestBytes = 5_000_000;

interface Deps {
  secrets: Pick<RelaySecretStore, 'ofClinic'>;
  retellKey: Secret;
  clinicKeys: ClinicKeys;
  bindingKey: Secret;
  directory: ClinicDirectory;
  clinics: Pick<ClinicStore, 'profile'>;
  source: Pick<CallSource, 'fetch'>;
  inbox: EventInbox;
  queue: CallEventQueue;
  keep: ReturnType<typeof keepFetchedCall>;
  clock: Clock;
  log: Log;
}

/** Whoever cannot prove to be the clinic's relay learns nothing: not even whether there is such a clinic. */
const refused: HttpAnswer = { status: 401 };
const notFound: HttpAnswer = { status: 404 };
const unavailable = errorAnswer(503, 'retell-unreachable', 'Retell does not answer. Send the same event again.');

/**
 * Takes in an event that something between Retell and us passes on. Its secret only lets it speak; what it says is not
 * believed. The event counts when Retell's own signature came with the bytes it was made over, or else what Retell
 * itself answers when we ask for the call; and only when the call is of the clinic whose relay it is.
 */
export function receiveRelayedEvent(deps: Deps) {
  const { secrets, source, keep, clock, log } = deps;
  const authenticate = retellRequests({ ...deps, key: deps.retellKey });
  const bind = bindConversation(deps);
  const store = storeRetellEvent(deps);

  async function isRelayOf(clinicId: ClinicId, secret: string | undefined): Promise<boolean> {
    const kept = await secrets.ofClinic(clinicId);
    return secret !== undefined && provesRelay(kept, secret, clock.now());
  }

  /** Bound before anything is kept: what a relay says of another clinic's call must not stand in the way of that call. */
  async function isOf(clinicId: ClinicId, call: StoredCall): Promise<boolean> {
    const bound = await bind(call, { clinicId });
    if (bound.outcome === 'bound') return true;
    log.warn('relay.refused', { clinicId, conversationId: call.conversationId, reason: bound.reason });
    return false;
  }

  /** What Retell signed, if its signature and its bytes were passed on. */
  async function signed(request: HttpRequest, clinicId: ClinicId): Promise<RetellWebhook | undefined> {
    if (request.headers['x-retell-signature'] === undefined) return undefined;
    const checked = await authenticate(request, largestBytes);
    if (!checked.authentic || (checked.signedFor !== undefined && checked.signedFor !== clinicId)) return undefined;
    const parsed = RetellWebhook.safeParse(checked.body);
    return parsed.success && isMergedEventType(parsed.data.event) ? parsed.data : undefined;
  }

  async function fetched(
    clinicId: ClinicId,
    body: unknown,
  ): Promise<{ providerId: string; found: FetchedCall } | undefined> {
    const { conversationId } = claimsOf(body);
    if (!conversationId) return undefined;
    const providerId = conversationId.slice('retell_'.length);
    const providerObject = (body as { chat?: unknown }).chat === undefined ? 'call' : 'chat';
    const found = await source.fetch({ clinicId, providerId, providerObject });
    return found && { providerId, found };
  }

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const clinic = ClinicId.safeParse(request.pathParameters.clinicId?.toLowerCase());
    if (!clinic.success || !(await isRelayOf(clinic.data, request.headers['x-relay-secret']))) {
      log.warn('relay.refused', { reason: 'secret' });
      return refused;
    }
    const clinicId = clinic.data;
    if (request.rawBody.byteLength > largestBytes)
      return errorAnswer(413, 'body-too-large', 'Pass on one event at a time.');

    const webhook = await signed(request, clinicId);
    if (webhook) {
      if (!(await isOf(clinicId, retellCall(webhook, request.rawBody)))) return notFound;
      await store(webhook, request.rawBody, { source: 'relay', clinicId });
      return { status: 204 };
    }

    const body = jsonOf(request);
    if (body === undefined) return errorAnswer(400, 'bad-json', 'Pass on the event as Retell sent it, as JSON.');
    let answer: Awaited<ReturnType<typeof fetched>>;
    try {
      answer = await fetched(clinicId, body);
    } catch (error) {
      log.warn('vendor.fetch-failed', { clinicId, ...errorFields(error) });
      return unavailable;
    }
    const call = answer && readStoredEvent({ provider: 'retell', source: 'relay' }, answer.found.rawBody);
    if (!answer || !call || call.providerId !== answer.providerId || !(await isOf(clinicId, call))) return notFound;
    await keep({ provider: 'retell', providerId: call.providerId, clinicId }, answer.found, 'relay');
    log.info('event.received', { clinicId, conversationId: call.conversationId, eventType: answer.found.eventType });
    return { status: 204 };
  };
}

function jsonOf({ rawBody }: HttpRequest): object | undefined {
  try {
    const body: unknown = JSON.parse(rawBody.toString('utf8'));
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined; // What was wrong with it is for the one who sent it to look at.
  }
}
