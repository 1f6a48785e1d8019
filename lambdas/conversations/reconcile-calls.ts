import type { Clock } from '#domain/clock.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import { KeyRefused } from '#domain/clinics/credentials/credential.ts';
import { hasEnded } from '#domain/conversations/advance-call.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { CallSources, EndedCalls, EndWindow } from '#domain/conversations/call-source.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import type { PostCallWorkflow } from '#domain/conversations/post-call-workflow.ts';
import { type ClinicId, retellConversationId } from '#domain/ids.ts';
import { errorFields, type Log, type LogFields } from '#domain/log.ts';
import type { Notice } from '#domain/messages/notice.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { inTurn } from '#domain/routing/in-turn.ts';
import type { keepFetchedCall } from './keep-fetched-call.ts';
import { restartSummary } from './restart-summary.ts';
import { storedMessageNotice } from './texting/message-notice.ts';

const minuteMs = 60_000;

/** An event stored so long and still not merged was never queued, or its queue was lost. */
const unmergedAfterMs = 2 * minuteMs;
const eventsPerRun = 1_000;
/** An event queued again so often cannot be merged; a workflow that failed so often waits for a person. */
const mostAttempts = 5;
/** Look-ups under way at once while a list of the vendor's is gone through. */
const looksAtOnce = 20;
/** Accounts of clinics' own that are looked into at once. */
const accountsAtOnce = 5;
/** An account that takes longer than this to tell of two hours does not keep the others waiting. */
const accountMs = 20_000;
/** A run must be over before the next begins; what is left is taken up then. */
const budgetMs = 4 * minuteMs;

interface Deps {
  inbox: EventInbox;
  queue: CallEventQueue;
  /** Where what was written to a clinic's number waits to be answered. */
  notices: { tellAgain(notice: Notice): Promise<void> };
  /** Queues the links by e-mail once more that nobody has sent. Answers how many. */
  tellOwedLinks(): Promise<number>;
  /** Ends a conversation in writing that nobody goes on with. */
  endWritten(call: Conversation): Promise<boolean>;
  directory: ClinicDirectory;
  clinics: Pick<ClinicStore, 'profile'>;
  conversations: ConversationStore;
  workflow: PostCallWorkflow;
  sources: CallSources;
  /** Of Retell: our own ring keeps every Twilio call, so none can end unknown to us. */
  ended: EndedCalls;
  keep: ReturnType<typeof keepFetchedCall>;
  clock: Clock;
  log: Log;
  /** The longest a call can last. */
  maxCallMinutes: number;
  /** How often this runs. */
  everyMinutes: number;
}

/** What one run mended. */
export interface Reconciled {
  requeued: number;
  recovered: number;
  restarted: number;
}

/**
 * Mends what got lost on the way: stored events nobody merged, links by e-mail nobody sent, workflows that stopped before the clinic was told, calls
 * whose end the vendor never told, and calls it never told of at all. All through the same doors as the events that did
 * come, so doing it twice does no harm. What cannot be mended keeps nothing else from it.
 */
export function reconcileCalls(deps: Deps) {
  const { inbox, queue, notices, directory, conversations, sources, keep, clock, log } = deps;
  const restart = restartSummary(deps);

  return async (): Promise<Reconciled> => {
    const done: Reconciled = { requeued: 0, recovered: 0, restarted: 0 };
    const deadline = clock.now() + budgetMs;
    done.requeued = await requeueUnmerged();
    done.requeued += await requeueLinks();
    await findUntold(done, clock.now() + budgetMs / 2);
    const clinicIds = inTurn(await directory.clinicIds(), { nowMs: clock.now(), everyMinutes: deps.everyMinutes });
    await findUntoldOfTheirs(clinicIds, done, deadline - budgetMs / 4);
    for (const clinicId of clinicIds) {
      if (clock.now() > deadline) break;
      await mendClinic(clinicId, done);
    }
    log.info('reconcile.finished', { count: done.requeued + done.recovered + done.restarted });
    return done;
  };

  async function requeueUnmerged(): Promise<number> {
    const events = await inbox.list('received', { before: clock.now() - unmergedAfterMs, limit: eventsPerRun });
    let requeued = 0;
    for (const event of events) {
      const { eventKey, conversationId } = event;
      const isMessage = event.provider === 'twilio' && event.eventType === 'message';
      if (!conversationId && !isMessage) continue;
      if ((event.requeues ?? 0) >= mostAttempts) {
        await inbox.settle(event, 'poison', { reason: 'gave-up' });
        log.error('event.given-up', { eventKey, ...(conversationId && { conversationId }) });
        continue;
      }
      const message = conversationId ? undefined : await messageOf(eventKey);
      if (!conversationId && !message) {
        await inbox.settle(event, 'poison', { reason: 'unreadable' });
        log.error('event.given-up', { eventKey });
        continue;
      }
      await inbox.countRequeue(event);
      if (conversationId) await queue.publish({ eventKey, conversationId }, { again: true });
      else if (message) await notices.tellAgain(message);
      log.info('event.requeued', { eventKey, ...(conversationId && { conversationId }) });
      requeued += 1;
    }
    return requeued;
  }

  /** Of a message, in the order of its writer: of two, the later may take back what the first asked for. */
  async function messageOf(eventKey: string): Promise<Notice | undefined> {
    const stored = await inbox.load(eventKey);
    return stored && storedMessageNotice(eventKey, stored.rawBody);
  }

  async function requeueLinks(): Promise<number> {
    try {
      return await deps.tellOwedLinks();
    } catch (error) {
      log.error('request.failed', { route: 'reconcile', ...errorFields(error) });
      return 0;
    }
  }

  /** Calls of a clinic that should be over, or should have been told, long ago. */
  async function mendClinic(clinicId: ClinicId, done: Reconciled): Promise<void> {
    const overdue = clock.now() - (deps.maxCallMinutes + 15) * minuteMs;
    try {
      for (const call of await conversations.listOpen(clinicId)) {
        if (hasEnded(call) && call.updatedAt < overdue) await tellAtLast(call, done);
        if (!hasEnded(call) && call.provider === 'internal') await endIdle(call);
        else if (!hasEnded(call) && (call.startedAt ?? call.createdAt) < overdue) await recoverOpen(call, done);
      }
    } catch (error) {
      log.error('request.failed', { route: 'reconcile', clinicId, ...errorFields(error) });
    }
  }

  async function tellAtLast(call: Conversation, done: Reconciled): Promise<void> {
    const { clinicId, conversationId, notificationAttempt } = call;
    if (notificationAttempt >= mostAttempts) {
      log.error('summary.given-up', { clinicId, conversationId, attempt: notificationAttempt });
      return;
    }
    try {
      if ((await restart(call)) === 'restarted') done.restarted += 1;
    } catch (error) {
      log.error('workflow.restart-failed', { clinicId, conversationId, ...errorFields(error) });
    }
  }

  async function endIdle(call: Conversation): Promise<void> {
    const { clinicId, conversationId } = call;
    try {
      await deps.endWritten(call);
    } catch (error) {
      log.error('request.failed', { route: 'reconcile', clinicId, conversationId, ...errorFields(error) });
    }
  }

  async function recoverOpen(call: Conversation, done: Reconciled): Promise<void> {
    const { clinicId, conversationId, provider, providerId } = call;
    if (provider === 'internal') return;
    try {
      const found = (await sources[provider].fetch(call)) ?? sources[provider].asLost(call);
      if (!found.over || !(await keep({ provider, providerId, clinicId }, found, 'reconciler'))) return; // Still talking, says the vendor.
      log.warn('call.recovered', { clinicId, conversationId });
      done.recovered += 1;
    } catch (error) {
      notFetched(error, { clinicId, conversationId });
    }
  }

  /** A key that is refused is for the people of its clinic to replace; anything else is between the vendor and us. */
  function notFetched(error: unknown, where: Pick<LogFields, 'clinicId' | 'conversationId'>): void {
    const code = error instanceof KeyRefused ? 'credential.refused' : 'vendor.fetch-failed';
    log.error(code, { ...where, ...errorFields(error) });
  }

  /** Back over several missed runs, but not so near that events still on their way, or tried again, count as lost. */
  function endWindow(): EndWindow {
    const now = clock.now();
    const { everyMinutes } = deps;
    return { from: now - (4 * everyMinutes + 60) * minuteMs, to: now - Math.min(2, everyMinutes) * minuteMs };
  }

  /** Calls that ended at Retell and of which we know nothing, or not that they ended. */
  async function findUntold(done: Reconciled, until: number): Promise<void> {
    try {
      await recoverAll(deps.ended.listEnded(endWindow()), () => clock.now() > until, done);
    } catch (error) {
      notFetched(error, {});
    }
  }

  /** The same in the accounts clinics have of their own. */
  async function findUntoldOfTheirs(clinicIds: readonly ClinicId[], done: Reconciled, until: number): Promise<void> {
    for (let at = 0; at < clinicIds.length && clock.now() <= until; at += accountsAtOnce) {
      await Promise.all(clinicIds.slice(at, at + accountsAtOnce).map((clinicId) => findUntoldOf(clinicId, done)));
    }
  }

  async function findUntoldOf(clinicId: ClinicId, done: Reconciled): Promise<void> {
    try {
      const clinic = await deps.clinics.profile(clinicId);
      const own = clinic?.agents.find(({ provider, kind }) => provider === 'retell' && kind === 'dedicated');
      if (clinic?.status !== 'active' || !own) return;
      const signal = AbortSignal.timeout(accountMs);
      const ended = deps.ended.listEndedOf(clinicId, own.id, endWindow(), { signal });
      await recoverAll(ended, () => signal.aborted, done, clinicId);
    } catch (error) {
      notFetched(error, { clinicId });
    }
  }

  async function recoverAll(
    ended: AsyncIterable<string>,
    isLate: () => boolean,
    done: Reconciled,
    clinicId?: ClinicId,
  ): Promise<void> {
    const looking: Promise<void>[] = [];
    try {
      for await (const providerId of ended) {
        looking.push(recoverUntold(providerId, done, clinicId));
        if (looking.length >= looksAtOnce) await Promise.all(looking.splice(0));
        if (isLate()) break;
      }
    } finally {
      await Promise.all(looking);
    }
  }

  /** @param clinicId whose own account says so: then the call is that clinic's, or nobody's until a person has looked */
  async function recoverUntold(providerId: string, done: Reconciled, clinicId?: ClinicId): Promise<void> {
    const conversationId = retellConversationId(providerId);
    try {
      const { session } = await directory.find({ conversationId });
      if (clinicId !== undefined && session && session.clinicId !== clinicId) {
        log.error('event.anomaly', { clinicId, conversationId, reason: 'other-clinic' });
        return;
      }
      const known = session && (await conversations.get(session.clinicId, conversationId));
      if (known && hasEnded(known)) return;
      const found = await sources.retell.fetch({ providerId, providerObject: 'call', clinicId });
      if (!found?.over || !(await keep({ provider: 'retell', providerId, clinicId }, found, 'reconciler'))) return;
      log.warn('call.recovered', { clinicId: clinicId ?? session?.clinicId, conversationId });
      done.recovered += 1;
    } catch (error) {
      notFetched(error, { clinicId, conversationId });
    }
  }
}
