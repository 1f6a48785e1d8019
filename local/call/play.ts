import { setTimeout as sleep } from 'node:timers/promises';
import { type ConversationId, retellConversationId } from '#domain/ids.ts';
import type { LocalClinic } from '#local/local-json.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import { type Check, checksOf, expectedRecipients } from './checks.ts';
import { type Email, emailsOf } from './mailbox.ts';
import { type CallToPlace, placeCall } from './place.ts';
import type { CallRecord, Records } from './records.ts';
import type { RunningSystem } from './running-system.ts';

/** What a call's timeline shows: the stand-in's steps, and then the e-mails. `atMs` counts from the first ring. */
export type PlayedStep = TimelineStep | { atMs: number; step: 'email'; detail: { to: string; subject: string } };

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
}

interface Call {
  conversationId: ConversationId;
  /** Epoch ms of the first ring. */
  beganMs: number;
}

const pollMs = 100;

const settledStates = new Set(['sent', 'sent_degraded', 'failed', 'suppressed']);

/** What can be seen of a call from outside at one moment. */
interface Seen {
  emails: Email[];
  record: CallRecord;
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
  const { scenario, clinic, clinics, timeoutSeconds, settleMs = 2_000 } = asked;
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
    for await (const step of placeCall(system.retell.control, asked)) {
      steps.push(step);
      if (step.step === 'ringing' || step.step === 'dialling') {
        call = { conversationId: retellConversationId(step.detail.callId), beganMs: step.detail.epochMs };
      }
      show(step);
    }
  }

  async function watch(): Promise<Seen | undefined> {
    for (let shown = 0, calmSince = Infinity; !failed.signal.aborted; await sleep(pollMs)) {
      if (!call) continue;
      const seen = await look(system, records, clinic, call);
      for (const { to, subject, receivedAt } of seen.emails.slice(shown)) {
        show({ atMs: receivedAt - call.beganMs, step: 'email', detail: { to, subject } });
      }
      shown = seen.emails.length;
      const now = performance.now();
      calmSince = isOver(scenario, clinic, steps, seen) ? Math.min(calmSince, now) : Infinity;
      if (now >= giveUpAt || now - calmSince >= settleMs) return seen;
    }
    return undefined;
  }

  const following = follow().catch((error: unknown) => {
    failed.abort();
    throw error;
  });
  const [, seen] = await Promise.all([following, watch()]);
  if (!call || !seen) throw new Error('The Retell stand-in made no call.');
  const { conversationId, beganMs } = call;
  const checks = checksOf({ scenario, clinic, clinics, steps, ...seen });
  return {
    conversationId,
    steps: told.toSorted((a, b) => a.atMs - b.atMs),
    emails: seen.emails.map(({ to, subject, receivedAt }) => ({ to, subject, atMs: receivedAt - beganMs })),
    checks,
    ok: checks.every(({ ok }) => ok),
  };
}

async function look(system: RunningSystem, records: Records, clinic: LocalClinic, call: Call): Promise<Seen> {
  const [emails, record, quarantined] = await Promise.all([
    emailsOf(system.mailbox.json, call.conversationId),
    records.ofCall(clinic.id, call.conversationId),
    records.quarantined(call.conversationId, call.beganMs),
  ]);
  return { emails, record, quarantined };
}

/** Whether all has come that the scenario lets come; only a second e-mail could follow. */
function isOver(scenario: Scenario, clinic: LocalClinic, steps: readonly TimelineStep[], seen: Seen): boolean {
  const finished = steps.find((step) => step.step === 'finished');
  if (!finished) return false;
  if (!finished.detail.status) return true; // There was no call, so there are no events.
  if (scenario.expects.answer === 'neutral') {
    return steps.every((step) => step.step !== 'event-delivered' || seen.quarantined.includes(step.detail.event));
  }
  const reached = (address: string) => seen.emails.some(({ to }) => to === address);
  return (
    settledStates.has(seen.record.notification) &&
    (scenario.expects.email === 'none' ||
      seen.record.notification === 'failed' ||
      expectedRecipients(clinic, seen.record.acts).every(reached))
  );
}
