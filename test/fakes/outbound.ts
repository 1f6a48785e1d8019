import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { CallConsent, CallConsents } from '#domain/conversations/outbound/call-consent.ts';
import type { Dialled, Dialer, DialOrder } from '#domain/conversations/outbound/dialer.ts';
import type { OutboundCall, OutboundCalls } from '#domain/conversations/outbound/outbound-call.ts';
import { twilioConversationId } from '#domain/ids.ts';
import type { Reminder, Reminders } from '#domain/notifications/reminders/reminder.ts';

/** Calls of ours in memory, keeping every promise of the real ones. */
export function inMemoryOutboundCalls(): OutboundCalls & { records: PendingAuditEvent[] } {
  const known = new Map<string, OutboundCall>();
  const counts = new Map<string, number>();
  const records: PendingAuditEvent[] = [];
  const keyOf = (clinicId: string, callId: string) => `${clinicId} ${callId}`;
  const countersOf = ({ clinicId, day, to }: Pick<OutboundCall, 'clinicId' | 'day' | 'to'>) =>
    [`${clinicId} ${day}`, `${clinicId} ${day} ${to}`] as const;
  const add = (counter: string, n: number) => counts.set(counter, (counts.get(counter) ?? 0) + n);
  return {
    records,
    get: async (clinicId, callId) => structuredClone(known.get(keyOf(clinicId, callId))),
    async reserve(call, { callsPerDay, callsPerNumber }, act) {
      const key = keyOf(call.clinicId, call.callId);
      const before = known.get(key);
      if (before && before.state !== 'free') return { outcome: 'exists', call: structuredClone(before) };
      const [day, number] = countersOf(call);
      if ((counts.get(number) ?? 0) >= callsPerNumber) return { outcome: 'number-cap' };
      if ((counts.get(day) ?? 0) >= callsPerDay) return { outcome: 'clinic-cap' };
      add(day, 1);
      add(number, 1);
      known.set(key, { ...call, state: 'reserved' });
      records.push(act);
      return { outcome: 'reserved' };
    },
    async settle(clinicId, callId, settled) {
      const call = known.get(keyOf(clinicId, callId));
      if (!call || (settled.state !== 'placed' && call.state !== 'reserved')) return;
      if (settled.state === 'free') countersOf(call).forEach((counter) => add(counter, -1));
      known.set(keyOf(clinicId, callId), { ...call, ...settled });
    },
  };
}

export function inMemoryConsents(): CallConsents {
  const given = new Map<string, CallConsent>();
  return {
    of: async (clinicId, patientId) => structuredClone(given.get(`${clinicId} ${patientId}`)),
    give: async (clinicId, patientId, consent) => void given.set(`${clinicId} ${patientId}`, consent),
    withdraw: async (clinicId, patientId) => void given.delete(`${clinicId} ${patientId}`),
  };
}

/** Remembers what it was asked; answers as a test says, one answer for each, and places the call after that. */
export function rememberedDialer(
  ...answers: (Dialled | Error)[]
): Dialer & { dialled: DialOrder[]; answers: typeof answers } {
  const dialled: DialOrder[] = [];
  return {
    dialled,
    answers,
    async dial(order) {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      dialled.push(order);
      const sid = `CA${String(dialled.length).padStart(32, '0')}`;
      return answer ?? { outcome: 'placed', conversationId: twilioConversationId(sid) };
    },
  };
}

/** Reminders in memory, and the marks of clinics. */
export function inMemoryReminders(reminding: Awaited<ReturnType<Reminders['reminding']>> = []): Reminders & {
  all(): Reminder[];
  records: PendingAuditEvent[];
} {
  const known = new Map<string, Reminder>();
  const marks = new Map<string, number>();
  const records: PendingAuditEvent[] = [];
  const keyOf = (clinicId: string, appointmentId: string, startMs: number) => `${clinicId} ${appointmentId} ${startMs}`;
  return {
    records,
    all: () => structuredClone([...known.values()]),
    get: async (clinicId, appointmentId, startMs) =>
      structuredClone(known.get(keyOf(clinicId, appointmentId, startMs))),
    async settle(reminder, act) {
      known.set(keyOf(reminder.clinicId, reminder.appointmentId, reminder.startMs), structuredClone(reminder));
      records.push(act);
    },
    waiting: async (clinicId, nowMs) =>
      [...known.values()].filter(
        (one) => one.clinicId === clinicId && one.state === 'waiting' && (one.nextAtMs ?? Infinity) <= nowMs,
      ),
    reminding: async (clinicIds) => reminding.filter(({ clinicId }) => clinicIds.includes(clinicId)),
    mark: async (clinicId) => marks.get(clinicId),
    setMark: async (clinicId, atMs) => void marks.set(clinicId, atMs),
  };
}
