import type { Clock } from '#domain/clock.ts';
import { hasEnded } from '#domain/conversations/advance-call.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { CallSource, FetchedCall } from '#domain/conversations/call-source.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import type { PostCallWorkflow } from '#domain/conversations/post-call-workflow.ts';
import { type ClinicId, retellConversationId } from '#domain/ids.ts';
import { errorFields, type Log } from '#domain/log.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import type { keepFetchedCall } from './keep-fetched-call.ts';
import { restartSummary } from './restart-summary.ts';

const minuteMs = 60_000;

/** An event stored so long and still not merged was never queued, or its queue was lost. */
const unmergedAfterMs = 2 * minuteMs;
const eventsPerRun = 1_000;
/** A workflow that failed so often waits for a person. */
const mostAttempts = 5;

interface Deps {
  inbox: EventInbox;
  queue: CallEventQueue;
  directory: ClinicDirectory;
  conversations: ConversationStore;
  workflow: PostCallWorkflow;
  source: CallSource;
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
  failed: number;
}

/**
 * Mends what got lost on the way: stored events nobody merged, calls whose end the vendor never told, calls the vendor
 * never told of at all, and workflows that stopped before the clinic was told. All through the same doors as the events
 * that did come, so doing it twice does no harm.
 */
export function reconcileCalls(deps: Deps) {
  const { inbox, queue, directory, conversations, source, keep, clock, log } = deps;
  const restart = restartSummary(deps);

  return async (): Promise<Reconciled> => {
    const done: Reconciled = { requeued: 0, recovered: 0, restarted: 0, failed: 0 };
    done.requeued = await requeueUnmerged();
    for (const clinicId of await directory.clinicIds()) await mendClinic(clinicId, done);
    await findUntold(done);
    log.info('reconcile.finished', { count: done.requeued + done.recovered + done.restarted });
    return done;
  };

  async function requeueUnmerged(): Promise<number> {
    const events = await inbox.list('received', { before: clock.now() - unmergedAfterMs, limit: eventsPerRun });
    for (const { eventKey, conversationId } of events) {
      if (!conversationId) continue;
      await queue.publish({ eventKey, conversationId }, { again: true });
      log.info('event.requeued', { eventKey, conversationId });
    }
    return events.length;
  }

  /** Calls of a clinic that should be over, or should have been told, long ago. */
  async function mendClinic(clinicId: ClinicId, done: Reconciled): Promise<void> {
    const overdue = clock.now() - (deps.maxCallMinutes + 15) * minuteMs;
    for (const call of await conversations.listOpen(clinicId)) {
      if (!hasEnded(call) && (call.startedAt ?? call.createdAt) < overdue) {
        await attempt(call, done, () => recoverOpen(call));
      } else if (hasEnded(call) && call.updatedAt < overdue) {
        await attempt(call, done, async () => {
          if (call.notificationAttempt >= mostAttempts) return undefined;
          return (await restart(call)) === 'restarted' ? 'restarted' : undefined;
        });
      }
    }
  }

  /** One call that cannot be mended must not keep the others from it. */
  async function attempt(
    call: Pick<Conversation, 'clinicId' | 'conversationId'>,
    done: Reconciled,
    mend: () => Promise<'recovered' | 'restarted' | undefined>,
  ): Promise<void> {
    try {
      const mended = await mend();
      if (mended) done[mended] += 1;
    } catch (error) {
      done.failed += 1;
      const { clinicId, conversationId } = call;
      log.error('vendor.fetch-failed', { clinicId, conversationId, ...errorFields(error) });
    }
  }

  async function recoverOpen(call: Conversation): Promise<'recovered' | undefined> {
    const found = (await source.fetch(call.providerId)) ?? lost(call);
    if (!found.over) return undefined; // Still talking, says the vendor.
    await keep(call.providerId, found, 'reconciler');
    log.warn('call.recovered', { clinicId: call.clinicId, conversationId: call.conversationId });
    return 'recovered';
  }

  /** Calls that ended at the vendor and of which we know nothing, or not that they ended. */
  async function findUntold(done: Reconciled): Promise<void> {
    const now = clock.now();
    // Back over several missed runs, but not so near that events still on their way, or tried again, count as lost.
    const from = now - (4 * deps.everyMinutes + 60) * minuteMs;
    const to = now - Math.min(2, deps.everyMinutes) * minuteMs;
    try {
      for await (const providerId of source.listEnded({ from, to })) {
        const conversationId = retellConversationId(providerId);
        const { session } = await directory.find({ conversationId });
        const known = session && (await conversations.get(session.clinicId, conversationId));
        if (known && hasEnded(known)) continue;
        const found = await source.fetch(providerId);
        if (!found?.over) continue;
        await keep(providerId, found, 'reconciler');
        log.warn('call.recovered', { clinicId: session?.clinicId, conversationId });
        done.recovered += 1;
      }
    } catch (error) {
      done.failed += 1;
      log.error('vendor.fetch-failed', errorFields(error));
    }
  }
}

/**
 * A call the vendor has no record of, though an authentic event spoke of it. It ended somehow, and its clinic is told
 * what is known of it.
 */
function lost(call: Conversation): FetchedCall {
  const kind = call.providerId.startsWith('chat_') ? 'chat' : 'call';
  const record = {
    [`${kind}_id`]: call.providerId,
    [`${kind}_status`]: 'error',
    agent_id: call.agentId,
    ...(kind === 'call' && {
      call_type: call.channel === 'web' ? 'web_call' : 'phone_call',
      direction: call.direction,
      from_number: call.fromNumber,
      to_number: call.toNumber,
      disconnection_reason: 'error_unknown',
    }),
  };
  const eventType = `${kind}_ended`;
  return {
    eventType,
    analyzed: false,
    over: true,
    rawBody: Buffer.from(JSON.stringify({ event: eventType, [kind]: record })),
  };
}
