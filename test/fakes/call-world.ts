import { asLost } from '#adapters/retell/call-source.ts';
import { createTalkEvents } from '#adapters/sqs/talk-events.ts';
import { readTwilioEvent, eventKeyOf } from '#adapters/twilio/call-event.ts';
import { createTwilioCallSource } from '#adapters/twilio/call-source.ts';
import type { TwilioCalls } from '#adapters/twilio/calls.ts';
import { readForm } from '#adapters/twilio/form.ts';
import { KeyRefused } from '#domain/clinics/credentials/credential.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { FetchedCall } from '#domain/conversations/call-source.ts';
import { TalkNotFinished } from '#domain/conversations/talk/end/talk-not-finished.ts';
import type { PostCallWorkflow } from '#domain/conversations/post-call-workflow.ts';
import { type ClinicId, twilioConversationId } from '#domain/ids.ts';
import type { CallCompleted } from '#domain/messages/call-completed.ts';
import type { CallEventReceived } from '#domain/messages/call-event-received.ts';
import type { SummaryLetter } from '#domain/notifications/email-sender.ts';
import { analyzeCall } from '#lambdas/conversations/analyze-call.ts';
import { awaitAnalysis } from '#lambdas/conversations/await-analysis.ts';
import { fetchCall } from '#lambdas/conversations/fetch-call.ts';
import { keepFetchedCall } from '#lambdas/conversations/keep-fetched-call.ts';
import { reconcileCalls } from '#lambdas/conversations/reconcile-calls.ts';
import { recordCallEvent } from '#lambdas/conversations/record-call-event.ts';
import { restartSummary } from '#lambdas/conversations/restart-summary.ts';
import { planSummary } from '#lambdas/notifications/plan-summary.ts';
import { sendCallSummary } from '#lambdas/notifications/send-call-summary.ts';
import { settleSummary } from '#lambdas/notifications/settle-summary.ts';
import { inMemoryActs } from './acts.ts';
import { inMemoryCalendar } from './calendar.ts';
import { clinicProfile } from './clinic.ts';
import { endWritten } from '#domain/conversations/texting/end-written.ts';
import type { Notice } from '#domain/messages/notice.ts';
import { standingClock } from './clock.ts';
import { aCallId, cotonou } from './conversation.ts';
import { inMemoryConversations } from './conversations.ts';
import { inMemoryDeliveries } from './deliveries.ts';
import { inMemoryDialogues } from './dialogues.ts';
import { inMemoryDirectory, type Mapping } from './directory.ts';
import { inMemoryInbox } from './inbox.ts';
import { rememberedLog } from './log.ts';
import { inMemoryPatients } from './patients.ts';
import { knownSecret } from './secret.ts';
import { inMemoryTalks } from './talks.ts';
import { inMemoryOutboundCalls } from './outbound.ts';
import { scriptedTextModel } from './text-model.ts';
import { inMemorySuppressions } from './texts.ts';

/** A process that dies. Whatever it had done stays done. */
export class Crash extends Error {}

/** Counts the effects on the world and dies right after one of them. */
export function crashingAfter(effect: number) {
  let count = 0;
  return {
    seen: () => count,
    /** The same object, each of whose methods counts as an effect. */
    around<T extends object>(target: T): T {
      return new Proxy(target, {
        get(object, name) {
          const member: unknown = Reflect.get(object, name);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            const answer = (await member.apply(object, args)) as unknown;
            count += 1;
            if (count === effect) throw new Crash(`after effect ${effect}`);
            return answer;
          };
        },
      });
    },
  };
}

/** An account a clinic has of its own at Retell: the calls of one agent in it. */
type OwnAccount = { agentId: string; calls: Map<string, FetchedCall> };

type Execution = { call: CallCompleted; waiting?: string; read?: boolean; asked: boolean; done: boolean };

/**
 * The life of a call in memory: the real work of every step, a queue that delivers until it is done with, and a workflow
 * that takes the same way through them as the state machine.
 */
export function callWorld({
  profiles = [clinicProfile()] as ClinicProfile[],
  mapping = { numbers: { '+12025550142': cotonou } } as Mapping,
  crash = crashingAfter(0),
  /** Reads our own talks. */
  model = scriptedTextModel(),
  /** The queue of notices takes nothing. */
  noticesFail = false,
} = {}) {
  const clock = standingClock();
  const log = rememberedLog();
  const inbox = inMemoryInbox();
  const directory = inMemoryDirectory(mapping);
  const conversations = inMemoryConversations();
  const dialogues = inMemoryDialogues();
  const acts = inMemoryActs(conversations);
  const calendar = inMemoryCalendar({ conversations });
  const patients = inMemoryPatients();
  const talks = inMemoryTalks();
  const deliveries = inMemoryDeliveries(clock);
  const outboundCalls = inMemoryOutboundCalls();
  const suppressions = inMemorySuppressions();
  const clinics = {
    profile: async (clinicId: ClinicId) => profiles.find(({ id }) => id === clinicId),
    disableRecipient: async () => ({ outcome: 'no-such-recipient' }) as const,
  };
  const queued: CallEventReceived[] = [];
  const queue = { publish: async (message: CallEventReceived) => void queued.push(message) };
  const notices: Notice[] = [];
  const outbox: SummaryLetter[] = [];
  const vendorCalls = new Map<string, FetchedCall>();
  const twilioCalls = new Map<string, NonNullable<Awaited<ReturnType<TwilioCalls['fetch']>>>>();
  const accounts = new Map<ClinicId, OwnAccount | 'refused'>();
  const accountOf = (clinicId: ClinicId | undefined): OwnAccount | undefined => {
    const account = clinicId && accounts.get(clinicId);
    if (account === 'refused') throw new KeyRefused({ cause: new Error('401') });
    return account;
  };
  const fetched = async ({ providerId, clinicId }: { providerId: string; clinicId?: ClinicId }) =>
    accountOf(clinicId)?.calls.get(providerId) ?? vendorCalls.get(providerId);
  const sources = {
    retell: { fetch: fetched, asLost },
    twilio: createTwilioCallSource({ fetch: async (callSid) => twilioCalls.get(callSid) }),
  };
  const ended = {
    async *listEnded() {
      for (const [id, { over }] of vendorCalls) if (over) yield id;
    },
    async *listEndedOf(clinicId: ClinicId, agentId: string) {
      const account = accountOf(clinicId);
      if (account?.agentId !== agentId) return;
      for (const [id, { over }] of account.calls) if (over) yield id;
    },
  };

  const executions = new Map<string, Execution>();
  const workflow: PostCallWorkflow = {
    async start(call, attempt) {
      const name = `${call.conversationId} ${call.template} ${attempt}`;
      if (executions.has(name)) return 'already-started';
      executions.set(name, { call, waiting: `token ${name}`, asked: false, done: false });
      return 'started';
    },
    async wake(taskToken) {
      const execution = [...executions.values()].find(({ waiting }) => waiting === taskToken);
      if (!execution) return 'gone';
      execution.waiting = undefined;
      return 'woken';
    },
  };

  const through = <T extends object>(target: T): T => crash.around(target);
  const steps = {
    record: recordCallEvent({
      inbox: through(inbox),
      directory: through(directory),
      clinics,
      conversations: through(conversations),
      dialogues: through(dialogues),
      acts: through(acts),
      talks: through(talks),
      calendar: through(calendar),
      appointments: calendar,
      notices: {
        async tell(notice) {
          if (noticesFail) throw new Error('the queue is away');
          notices.push(notice);
        },
      },
      outboundCalls,
      suppressions,
      workflow: through(workflow),
      bindingKey: knownSecret(['binding']),
      clock,
      log,
    }),
    analyze: analyzeCall({
      conversations,
      talks,
      clinics,
      model,
      modelName: 'a-text-model',
      events: createTalkEvents({ inbox: through(inbox), queue: through(queue), clock, source: 'workflow' }),
      clock,
      log,
    }),
    wait: awaitAnalysis({ conversations: through(conversations), workflow: through(workflow), clock }),
    fetch: fetchCall({
      conversations,
      sources,
      keep: keepFetchedCall({ inbox: through(inbox), queue: through(queue), clock }),
      log,
    }),
    plan: planSummary({ clinics, conversations: through(conversations), clock }),
    send: sendCallSummary({
      clinics,
      conversations,
      appointments: calendar,
      patients,
      acts,
      dialogues,
      deliveries: through(deliveries),
      email: through({
        async send(email: SummaryLetter) {
          outbox.push(email);
          await deliveries.recordAccepted(email, email.attempt, `message-${outbox.length}`);
          return { messageId: `message-${outbox.length}` };
        },
      }),
      log,
      consoleUrl: 'https://console.frontdesk.example',
    }),
    settle: settleSummary({ conversations: through(conversations), clock, log }),
    restart: restartSummary({ conversations, workflow, clock, log }),
    reconcile: reconcileCalls({
      inbox,
      queue,
      notices: { tellAgain: async (notice) => void notices.push(notice) },
      tellOwedLinks: async () => 0,
      endWritten: endWritten({
        talks,
        events: createTalkEvents({ inbox, queue, clock, source: 'workflow' }),
        clock,
        log,
        idleMs: 30 * 60_000,
      }),
      directory,
      clinics,
      conversations,
      workflow,
      sources,
      ended,
      keep: keepFetchedCall({ inbox, queue, clock }),
      clock,
      log,
      maxCallMinutes: 60,
      everyMinutes: 15,
    }),
  };

  /** Tries a step again as the queue or the workflow would, until it does not die. */
  async function surely<T>(step: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof Crash) || attempt === 3) throw error;
      }
    }
  }

  async function finish(execution: Execution): Promise<void> {
    const plan = await surely(() => steps.plan(execution.call));
    const results: { outcome: 'sent' | 'already-sent' }[] = [];
    for (const recipient of plan.recipients) results.push(await surely(() => steps.send(recipient)));
    await surely(() => steps.settle({ ...execution.call, plan, results }));
    execution.done = true;
  }

  return {
    clock,
    log,
    inbox,
    directory,
    conversations,
    dialogues,
    acts,
    calendar,
    patients,
    outboundCalls,
    suppressions,
    deliveries,
    outbox,
    notices,
    queued,
    vendorCalls,
    accounts,
    twilioCalls,
    talks,
    model,
    /** What the voice service tells. */
    voice: createTalkEvents({ inbox, queue, clock, source: 'voice' }),
    steps,
    executions,

    /** The webhook has stored and queued these bodies. */
    async arrive(...bodies: object[]): Promise<void> {
      for (const body of bodies) {
        const rawBody = Buffer.from(JSON.stringify(body));
        const { event, call, chat } = body as { event: string; call?: { call_id: string }; chat?: { chat_id: string } };
        const providerId = call?.call_id ?? chat?.chat_id ?? aCallId;
        const fetched = { eventType: event, analyzed: false, over: false, rawBody };
        await keepFetchedCall({ inbox, queue, clock })({ provider: 'retell', providerId }, fetched, 'webhook');
      }
    },

    /** The webhook has stored and queued these forms of Twilio's. */
    async twilioSends(...forms: Record<string, string>[]): Promise<void> {
      for (const form of forms) {
        const rawBody = Buffer.from(new URLSearchParams(form).toString());
        const event = readTwilioEvent(readForm(rawBody));
        if (!event) throw new Error('this form is no event');
        const { eventType, callSid } = event;
        const eventKey = eventKeyOf(event, undefined);
        const conversationId = twilioConversationId(callSid);
        const received = { state: 'received', receivedAt: clock.now(), source: 'webhook' } as const;
        await inbox.store({ eventKey, provider: 'twilio', eventType, conversationId, ...received }, rawBody);
        queued.push({ eventKey, conversationId });
      }
    },

    /** Delivers what is queued and lets every workflow go as far as it can. */
    async run(): Promise<void> {
      for (let busy = true; busy;) {
        busy = false;
        for (let message = queued.shift(); message; message = queued.shift()) {
          const delivered = message;
          await surely(() => steps.record(delivered));
          busy = true;
        }
        for (const execution of executions.values()) {
          if (execution.done) continue;
          const { waiting, call } = execution;
          if (waiting && call.conversationId.startsWith('twilio_') && !execution.read) {
            try {
              await surely(() => steps.analyze(call));
            } catch (error) {
              if (error instanceof TalkNotFinished) continue;
              throw error;
            }
            execution.read = true;
            busy = true;
          }
          if (waiting) await surely(() => steps.wait({ ...call, taskToken: waiting }));
          if (execution.waiting) continue;
          await finish(execution);
          busy = true;
        }
      }
    },

    /** The time to wait for an analysis is over: the workflow asks the vendor, then goes on with what there is. */
    async timeOut(): Promise<void> {
      for (const execution of executions.values()) {
        if (execution.done || !execution.waiting) continue;
        const { fetched } = await surely(() => steps.fetch(execution.call));
        if (!fetched) execution.waiting = undefined;
      }
      await this.run();
    },
  };
}

/** Bodies of the three events of one call to `+12025550142`, as Retell sends them. */
export function threeEvents(changes: object = {}) {
  const start_timestamp = Date.parse('2026-10-05T12:30:00.000Z');
  const call = {
    call_id: aCallId,
    call_type: 'phone_call',
    direction: 'inbound',
    from_number: '+12025550117',
    to_number: '+12025550142',
    start_timestamp,
    ...changes,
  };
  const over = {
    ...call,
    call_status: 'ended',
    end_timestamp: start_timestamp + 163_482,
    duration_ms: 163_482,
    disconnection_reason: 'user_hangup',
    transcript: 'Agent: Bonjour.\nUser: Bonjour, je voudrais un rendez-vous.\n',
  };
  return {
    started: { event: 'call_started', call: { ...call, call_status: 'ongoing' } },
    ended: { event: 'call_ended', call: over },
    analyzed: {
      event: 'call_analyzed',
      call: {
        ...over,
        call_analysis: { call_summary: 'Une personne a demandé un rendez-vous.', call_successful: true },
      },
    },
  };
}
