import { randomUUID } from 'node:crypto';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { AuditTrail } from '#domain/audit/audit-trail.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { RetentionSettings } from '#domain/clinics/settings/retention-settings.ts';
import { KeyRefused } from '#domain/clinics/credentials/credential.ts';
import type {
  ConversationRetention,
  KeptConversation,
  VendorCopies,
  VendorMessages,
} from '#domain/conversations/retention/conversation-retention.ts';
import { endOf, heldParts, isObjected } from '#domain/conversations/retention/held-parts.ts';
import { heldChoices, KeptPart, keptSince } from '#domain/conversations/retention/kept-parts.ts';
import type { E164 } from '#domain/e164.ts';
import type { ClinicId } from '#domain/ids.ts';
import { errorFields, type Log } from '#domain/log.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { inTurn } from '#domain/routing/in-turn.ts';

/** Conversations under way at once: each may wait for a vendor. */
const atOnce = 10;
/** What a run leaves is there for the next. */
const budgetMs = 12 * 60_000;
/** So many in a row are the vendor's own, not of one call that it cannot delete. */
const mostFailures = 3;

interface VendorFailures extends Record<'retell' | 'twilio', number> {
  isTold: boolean;
}

interface Deps {
  directory: Pick<ClinicDirectory, 'clinicIds' | 'formerClinics'>;
  clinics: Pick<ClinicStore, 'profile'>;
  retention: ConversationRetention;
  copies: Record<'retell' | 'twilio', VendorCopies>;
  messages: VendorMessages;
  trail: AuditTrail;
  clock: Clock;
  log: Log;
  /** How often this runs. */
  everyMinutes: number;
}

/**
 * Deletes what clinics keep no longer: of each conversation its recording, its transcript and its summary, each so many
 * days after its end as the clinic's settings say now, at the vendor as well as with us. Closed clinics are clinics too.
 * Where a caller objected to being recorded, Retell gives up its whole record of the call at once. One whose vendor cannot
 * be told keeps its recording on our list, and nothing else.
 */
export function applyRetention(deps: Deps) {
  const { directory, clinics, retention, copies, messages, trail, clock, log, everyMinutes } = deps;

  return async (): Promise<void> => {
    const requestId = randomUUID();
    const deadline = clock.now() + budgetMs;
    let count = 0;
    for (const clinicId of inTurn(await directory.clinicIds(), { nowMs: clock.now(), everyMinutes })) {
      if (clock.now() > deadline) break;
      try {
        const profile = await clinics.profile(clinicId);
        if (!profile) continue;
        count += await applyTo(clinicId, profile.retention, requestId, deadline);
        await forgetMessages(profile, requestId, deadline);
      } catch (error) {
        log.error('retention.failed', { clinicId, ...errorFields(error) });
      }
    }
    log.info('retention.applied', { count });
  };

  async function applyTo(
    clinicId: ClinicId,
    settings: RetentionSettings,
    requestId: string,
    deadline: number,
  ): Promise<number> {
    const nowMs = clock.now();
    const duePartsOf = (call: KeptConversation): KeptPart[] =>
      heldParts(call).filter(
        (part) => endOf(call) < keptSince(settings, part, nowMs) || (part === 'recording' && isObjected(call)),
      );
    const vendors: VendorFailures = { retell: 0, twilio: 0, isTold: false };
    let count = 0;
    let underWay: Promise<void>[] = [];

    /** One that fails keeps no other from its end. */
    async function forget(call: KeptConversation): Promise<void> {
      const { conversationId } = call;
      try {
        const due = duePartsOf(call);
        const going = due.includes('recording') && !(await isGoneAtVendor(call, vendors)) ? without(due) : due;
        if (!going.length) return;
        await retention.forget(call, going, { requestId });
        count += 1;
      } catch (error) {
        log.error('retention.failed', { clinicId, conversationId, ...errorFields(error) });
      }
    }

    for await (const call of overdueOf(clinicId, settings, nowMs)) {
      if (clock.now() > deadline) break;
      underWay.push(forget(call));
      if (underWay.length >= atOnce) {
        await Promise.all(underWay);
        underWay = [];
      }
    }
    await Promise.all(underWay);
    return count;
  }

  /** What Twilio keeps of the messages of a clinic's numbers is a transcript too, whichever way they are written to now. */
  async function forgetMessages(
    { id: clinicId, numbers, retention: settings }: Clinic,
    requestId: string,
    deadline: number,
  ): Promise<void> {
    const nowMs = clock.now();
    let count = 0;
    try {
      for (const { number } of numbers) {
        const sentBefore = Math.max(keptSince(settings, 'transcript', nowMs), await formerlyKeptSince(number, nowMs));
        for (const address of [number, `whatsapp:${number}`]) {
          if (clock.now() > deadline) break;
          await messages.forget(address, sentBefore, () => (count += 1));
        }
      }
    } finally {
      // Also what went before it failed.
      if (count) await trail.record(messagesGone(clinicId, { count, nowMs, requestId }));
    }
  }

  /** What a number's former clinics wrote is kept by whoever has it now no longer than they keep it themselves. */
  async function formerlyKeptSince(number: E164, nowMs: number): Promise<number> {
    const former = await directory.formerClinics(number);
    const theirs = former.map(async ({ clinicId, untilMs }) => {
      const clinic = await clinics.profile(clinicId);
      return clinic ? Math.min(untilMs, keptSince(clinic.retention, 'transcript', nowMs)) : -Infinity;
    });
    return Math.max(...(await Promise.all(theirs)));
  }

  /** Conversations of which anything may be due. One that was never closed is none the less kept no longer. */
  async function* overdueOf(clinicId: ClinicId, settings: RetentionSettings, nowMs: number) {
    const dueBefore = (held: readonly KeptPart[]) => Math.max(...held.map((part) => keptSince(settings, part, nowMs)));
    yield* retention.listOpen(clinicId, dueBefore(KeptPart.options));
    yield* retention.listObjected(clinicId);
    for (const held of heldChoices) yield* retention.list(clinicId, held, dueBefore(held));
  }

  /**
   * A vendor that fails time after time is not asked again for this clinic in this run. A key that is refused says
   * nothing of calls in the other account. The log is told once for the clinic.
   */
  async function isGoneAtVendor(call: KeptConversation, failures: VendorFailures): Promise<boolean> {
    const { provider, clinicId, conversationId } = call;
    if (provider === 'internal') return true;
    if (failures[provider] >= mostFailures) return false;
    try {
      await copies[provider].forget(call);
      failures[provider] = 0;
      return true;
    } catch (error) {
      if (!(error instanceof KeyRefused)) failures[provider] += 1;
      if (!failures.isTold) {
        log.error('retention.failed', { clinicId, conversationId, reason: 'vendor', ...errorFields(error) });
      }
      failures.isTold = true;
      return false;
    }
  }
}

const without = (due: readonly KeptPart[]): KeptPart[] => due.filter((part) => part !== 'recording');

const messagesGone = (
  clinicId: ClinicId,
  { count, nowMs, requestId }: { count: number; nowMs: number; requestId: string },
): PendingAuditEvent => ({
  v: 1,
  clinicId,
  occurredAt: isoInstant(nowMs),
  actorType: 'system',
  actorId: 'retention',
  act: 'retention.apply',
  outcome: 'success',
  resourceType: 'VendorMessages',
  resourceId: 'twilio',
  count,
  requestId,
});
