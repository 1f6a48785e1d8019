import { setTimeout as sleep } from 'node:timers/promises';
import type { Turn } from '#domain/conversations/talk/turns/turn.ts';
import { type ConversationId, retellConversationId, twilioConversationId } from '#domain/ids.ts';
import { calm } from '#local/vendors/disturb.ts';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import { type Check, checksOf, expectedRecipients } from './checks.ts';
import { type Email, emailsOf } from './mailbox.ts';
import { type CallToPlace, placeCall, vendorNames } from './place.ts';
import type { CallRecord, Records } from './records.ts';
import type { RunningSystem } from './running-system.ts';

/** What a call's timeline shows: the stand-in's steps, and then the e-mails. `atMs` counts from the first ring. */
export type PlayedStep =
  | TimelineStep
  | { atMs: number; step: 'tool'; detail: { name: string; code: string; say: string } }
  | { atMs: number; step: 'email'; detail: { to: string; subject: string } };

export interface Result {
  conversationId: ConversationId;
  steps: PlayedStep[];
  emails: { to: string; subject: string; atMs: number }[];
  checks: Check[];
  ok: boolean;
}

export interface CallToPlay extends CallToPlace {
  timeoutSeconds: number;
  /** After everything that must come has come: the time in which a second e-mail would show. */
  settleMs?: number;
  /** How often our records and the mailbox are looked at. */
  pollMs?: number;
  /** Not before the call is over: looking at many calls would cost the system more than the calls. */
  looksAfterwards?: boolean;
}

interface Call {
  conversationId: ConversationId;
  /** Epoch ms of the first ring. */
  beganMs: number;
}

const settledStates = new Set(['sent', 'sent_degraded', 'failed', 'suppressed']);

/** What can be seen of a call from outside at one moment. */
interface Seen {
  emails: Email[];
  record: CallRecord;
  turns: Turn[];
  quarantined: string[];
}

/**
 * Plays one call on the running system, from the ring until its e-mails lie in the mailbox and no second one follows,
 * and holds it to what its scenario expects.
 *
 * @param tell hears each step as it happens
 * @throws when the system cannot be reached
 */
export async function play(
  system: RunningSystem,
  records: Records,
  asked: CallToPlay,
  tell: (step: PlayedStep) => void,
): Promise<Result> {
  const {
    scenario,
    clinic,
    clinics,
    wire,
    timeoutSeconds,
    settleMs = 2_000,
    pollMs = 100,
    looksAfterwards = false,
  } = asked;
  const { vendor } = wire;
  const steps: TimelineStep[] = [];
  const told: PlayedStep[] = [];
  const show = (step: PlayedStep) => {
    told.push(step);
    tell(step);
  };
  const giveUpAt = performance.now() + timeoutSeconds * 1000;
  const failed = new AbortController();
  let call: Call | undefined;

  async function follow(): Promise<void> {
    for await (const step of placeCall(system, asked)) {
      steps.push(step);
      if (step.step === 'ringing' || step.step === 'dialling') {
        const conversationId = vendor === 'twilio' ? twilioConversationId : retellConversationId;
        call = { conversationId: conversationId(step.detail.callId), beganMs: step.detail.epochMs };
      }
      show(step);
    }
  }

  async function watch(): Promise<Seen | undefined> {
    let toolsShown = 0;
    for (let shown = 0, calmSince = Infinity; !failed.signal.aborted; await sleep(pollMs)) {
      if (!call || (looksAfterwards && steps.at(-1)?.step !== 'finished')) continue;
      const seen = await look(system, records, asked, call).catch((error: unknown) => {
        // A busy system is looked at again.
        if (performance.now() >= giveUpAt) throw error;
        return undefined;
      });
      if (!seen) continue;
      const tools = seen.turns.flatMap(({ atMs, tool }) => (tool ? [{ atMs, tool }] : []));
      for (const { atMs, tool } of tools.slice(toolsShown)) {
        const { name, code, say } = tool;
        show({ atMs: atMs - call.beganMs, step: 'tool', detail: { name, code, say } });
      }
      toolsShown = tools.length;
      for (const { to, subject, receivedAt } of seen.emails.slice(shown)) {
        show({ atMs: receivedAt - call.beganMs, step: 'email', detail: { to, subject } });
      }
      shown = seen.emails.length;
      const now = performance.now();
      calmSince = isOver(asked, steps, seen) ? Math.min(calmSince, now) : Infinity;
      if (now >= giveUpAt || now - calmSince >= settleMs) return seen;
    }
    return undefined;
  }

  const following = follow().catch((error: unknown) => {
    failed.abort();
    throw error;
  });
  const happened = Object.values(scenario.talks).flatMap(({ script }) =>
    script.flatMap((step) => ('happens' in step ? [step.happens] : [])),
  );
  const [, seen] = await Promise.all([following, watch()]).finally(() =>
    vendor === 'twilio' ? calm(happened, { openai: system.openai.control }) : undefined,
  );
  if (!call || !seen) throw new Error(`The ${vendorNames[vendor]} stand-in made no call.`);
  const { conversationId, beganMs } = call;
  const checks = checksOf({ scenario, vendor, clinic, clinics, steps, ...seen });
  return {
    conversationId,
    steps: told.toSorted((a, b) => a.atMs - b.atMs),
    emails: seen.emails.map(({ to, subject, receivedAt }) => ({ to, subject, atMs: receivedAt - beganMs })),
    checks,
    ok: checks.every(({ ok }) => ok),
  };
}

async function look(system: RunningSystem, records: Records, { clinic, wire }: CallToPlay, call: Call): Promise<Seen> {
  const [emails, record, turns, quarantined] = await Promise.all([
    emailsOf(system.mailbox.json, call.conversationId),
    records.ofCall(clinic.id, call.conversationId),
    wire.vendor === 'retell' ? [] : records.turns(clinic.id, call.conversationId),
    records.quarantined(call.conversationId, call.beganMs),
  ]);
  return { emails, record, turns, quarantined };
}

/** Whether all has come that the scenario lets come; only a second e-mail could follow. */
function isOver({ scenario, clinic, wire }: CallToPlay, steps: readonly TimelineStep[], seen: Seen): boolean {
  const finished = steps.find((step) => step.step === 'finished');
  if (!finished) return false;
  if (!finished.detail.status) return true; // There was no call, so there are no events.
  if (scenario.expects.answer === 'neutral') {
    return steps.every((step) => step.step !== 'event-delivered' || seen.quarantined.includes(step.detail.event));
  }
  // What became of a call of ours is told last, and looked at only then.
  if (scenario.ours && seen.record.reached === undefined) return false;
  // A call that nobody of ours began and nobody picked up is nothing to us.
  if (scenario.expects.answer === 'none' && wire.vendor === 'twilio' && !scenario.ours) return true;
  const reached = (address: string) => seen.emails.some(({ to }) => to === address);
  return (
    settledStates.has(seen.record.notification) &&
    (scenario.expects.email === 'none' ||
      seen.record.notification === 'failed' ||
      expectedRecipients(clinic, seen.record.acts).every(reached))
  );
}
