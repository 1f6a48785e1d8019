import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { type Clock, isoInstant } from '../../clock.ts';
import { type Clinic, clinicCallsFrom } from '../../clinics/clinic.ts';
import type { E164 } from '../../e164.ts';
import { KeyRefused } from '../../clinics/credentials/credential.ts';
import type { SuppressionList } from '../../clinics/suppression-list.ts';
import { AppointmentId, type ClinicId, ConversationId, type OutboundCallId, PatientId } from '../../ids.ts';
import { type LanguageTag, nearestTag } from '../../language.ts';
import { errorFields, type Log } from '../../log.ts';
import { normalizePhone } from '../../phone-number.ts';
import { ownsCells } from '../../scheduling/calendar/appointment.ts';
import type { AppointmentStore } from '../../scheduling/calendar/calendar.ts';
import type { PatientStore } from '../../scheduling/patients/patient-store.ts';
import { wallClock } from '../../wall-time.ts';
import type { ConversationActs } from '../acts.ts';
import type { CallConsents } from './call-consent.ts';
import { type Dialer, NotDialled } from './dialer.ts';
import { type CallRefusal, mayCall } from './may-call.ts';
import { type OutboundCall, type OutboundCalls, OutboundVendor } from './outbound-call.ts';

const via = { via: OutboundVendor.optional() };

/** Whom somebody wants called. Never by a number: only who is on file, or asked for it, is called. */
export const CallWish = z.union([
  z.strictObject({ kind: z.literal('appointment-reminder'), appointmentId: AppointmentId, ...via }),
  z.strictObject({ kind: z.literal('call-back'), patientId: PatientId, ...via }),
  /** Of a caller who left a message with a number. */
  z.strictObject({ kind: z.literal('call-back'), conversationId: ConversationId, ...via }),
]);
export type CallWish = z.infer<typeof CallWish>;

export type PlacedCall =
  | { outcome: 'placed'; call: OutboundCall; replayed: boolean }
  /** Asked for before, and whether a telephone rings is not known, or known not to. */
  | { outcome: 'unknown' | 'vendor-refused'; call: OutboundCall }
  /** `keyRefused`: the vendor does not take the key of the clinic's own account. */
  | { outcome: 'not-dialled'; call: OutboundCall; keyRefused: boolean }
  | { outcome: 'key-reused' | 'calls-off' | 'clinic-cap' | 'number-cap' }
  | { outcome: 'nobody-to-call'; reason: 'appointment' | 'appointment-over' | 'patient' | 'message' }
  | { outcome: 'not-allowed'; reason: CallRefusal; fromMs?: number };

/** Who wants it, for the record. */
export type CallActor = Pick<PendingAuditEvent, 'actorType' | 'actorId' | 'requestId'>;

/** Whoever left a message is still waiting for a call; after this they have forgotten, or been helped. */
const messageLifeMs = 14 * 24 * 60 * 60 * 1000;

interface Deps {
  calls: OutboundCalls;
  consents: Pick<CallConsents, 'of'>;
  suppressions: Pick<SuppressionList, 'refusedBy'>;
  appointments: Pick<AppointmentStore, 'get'>;
  patients: Pick<PatientStore, 'get'>;
  acts: Pick<ConversationActs, 'messages'>;
  dialers: Record<OutboundVendor, Dialer>;
  /** So that events of the call which show no number find their clinic. */
  directory: {
    claimSession(clinicId: ClinicId, conversationId: ConversationId, by: string, nowMs: number): Promise<unknown>;
  };
  clock: Clock;
  log: Log;
}

/** Somebody who can be called, and on which numbers they agreed to it. */
interface Callee {
  numbers: readonly E164[];
  consented: ReadonlySet<E164>;
  language?: LanguageTag;
  about: Pick<OutboundCall, 'patientId' | 'appointmentId' | 'about'>;
}

const hashOf = (wish: CallWish): string => createHash('sha256').update(JSON.stringify(wish)).digest('hex');

/**
 * Calls somebody for a clinic, by every rule there is: the clinic wants calls, the person agreed to them and has not
 * taken it back, their country is allowed, it is not night there, and neither they nor the clinic had enough calls that
 * day. The call is on record before the vendor is asked, and the vendor is asked once: whatever is tried again, nobody's
 * telephone rings twice.
 */
export function placeOutboundCall(deps: Deps) {
  const { calls, consents, appointments, patients, acts, dialers, directory, clock, log } = deps;
  const judge = mayCall(deps);

  async function calleeOf(clinic: Clinic, wish: CallWish): Promise<Callee | Extract<PlacedCall, { reason: string }>> {
    if ('conversationId' in wish) return whoLeftMessage(clinic, wish.conversationId);
    if (wish.kind === 'call-back') return onFile(clinic, wish.patientId);
    const appointment = await appointments.get(clinic.id, wish.appointmentId);
    if (!appointment) return { outcome: 'nobody-to-call', reason: 'appointment' };
    if (!ownsCells(appointment.status) || appointment.startMs <= clock.now()) {
      return { outcome: 'nobody-to-call', reason: 'appointment-over' };
    }
    const { patientId, appointmentId } = appointment;
    const callee = await onFile(clinic, patientId);
    return 'outcome' in callee ? callee : { ...callee, about: { patientId, appointmentId } };
  }

  async function onFile(
    clinic: Clinic,
    patientId: PatientId,
  ): Promise<Callee | Extract<PlacedCall, { outcome: 'nobody-to-call' }>> {
    const [patient, consent] = await Promise.all([
      patients.get(clinic.id, patientId),
      consents.of(clinic.id, patientId),
    ]);
    if (!patient) return { outcome: 'nobody-to-call', reason: 'patient' };
    return {
      numbers: patient.phones,
      consented: new Set(consent?.numbers),
      ...(patient.language && { language: patient.language }),
      about: { patientId },
    };
  }

  /** They asked for the call themselves, on this number. */
  async function whoLeftMessage(
    clinic: Clinic,
    about: ConversationId,
  ): Promise<Callee | Extract<PlacedCall, { outcome: 'nobody-to-call' }>> {
    const messages = await acts.messages(clinic.id, about);
    const asked = messages
      .filter(({ takenAtMs }) => clock.now() - takenAtMs < messageLifeMs)
      .sort((a, b) => b.takenAtMs - a.takenAtMs)
      .find(({ callbackNumber }) => callbackNumber !== undefined);
    const { e164 } = normalizePhone(asked?.callbackNumber, clinic.country);
    if (!asked || e164 === undefined) return { outcome: 'nobody-to-call', reason: 'message' };
    return { numbers: [e164], consented: new Set([e164]), about: { about } };
  }

  async function dial(clinic: Clinic, call: Omit<OutboundCall, 'state'>): Promise<PlacedCall> {
    const { callId, purpose, from, to, language, via: vendor } = call;
    const where = { clinicId: clinic.id, outcome: purpose };
    try {
      const dialled = await dialers[vendor].dial({ clinic, callId, purpose, from, to, language });
      if (dialled.outcome === 'refused') {
        log.error('call.refused', { ...where, reason: dialled.reason });
        await calls.settle(clinic.id, callId, { state: 'refused', reason: dialled.reason });
        return { outcome: 'vendor-refused', call: { ...call, state: 'refused', reason: dialled.reason } };
      }
      const { conversationId } = dialled;
      log.info('call.placed', { ...where, conversationId });
      const settled = { state: 'placed', conversationId } as const;
      // It rings whatever becomes of this: then the vendor's first event puts it on record.
      await Promise.all([
        calls.settle(clinic.id, callId, settled),
        directory.claimSession(clinic.id, conversationId, 'outbound', clock.now()),
      ]).catch((error: unknown) =>
        log.error('request.failed', { ...where, conversationId, route: 'settle-call', ...errorFields(error) }),
      );
      return { outcome: 'placed', call: { ...call, ...settled }, replayed: false };
    } catch (error) {
      if (error instanceof NotDialled) {
        log.warn('call.not-dialled', { ...where, ...errorFields(error) });
        await calls.settle(clinic.id, callId, { state: 'free' });
        const keyRefused = error.cause instanceof KeyRefused;
        return { outcome: 'not-dialled', call: { ...call, state: 'free' }, keyRefused };
      }
      log.error('call.unknown', { ...where, ...errorFields(error) });
      return { outcome: 'unknown', call: { ...call, state: 'reserved' } };
    }
  }

  /** What is known of a call that was asked for before under the same name. */
  function askedBefore(call: OutboundCall, wishHash: string): PlacedCall {
    if (call.wishHash !== wishHash) return { outcome: 'key-reused' };
    if (call.state === 'placed') return { outcome: 'placed', call, replayed: true };
    return { outcome: call.state === 'refused' ? 'vendor-refused' : 'unknown', call };
  }

  return async (clinic: Clinic, callId: OutboundCallId, wish: CallWish, by: CallActor): Promise<PlacedCall> => {
    const wishHash = hashOf(wish);
    const before = await calls.get(clinic.id, callId);
    if (before && before.state !== 'free') return askedBefore(before, wishHash);
    const { outbound } = clinic;
    if (!outbound.calls) return { outcome: 'calls-off' };
    const callee = await calleeOf(clinic, wish);
    if ('outcome' in callee) return callee;
    const nowMs = clock.now();
    const allowed = await judge({ clinic, ...callee, nowMs });
    if (allowed.outcome === 'refused') {
      const { reason, fromMs } = allowed;
      return { outcome: 'not-allowed', reason, ...(fromMs !== undefined && { fromMs }) };
    }
    const call = {
      clinicId: clinic.id,
      callId,
      purpose: wish.kind,
      via: wish.via ?? outbound.via,
      from: clinicCallsFrom(clinic),
      to: allowed.number,
      language: languageFor(clinic, callee.language),
      ...callee.about,
      wishHash,
      day: wallClock(nowMs, clinic.zone).date,
      createdAtMs: nowMs,
    };
    const reserved = await calls.reserve(call, outbound, {
      v: 1,
      clinicId: clinic.id,
      occurredAt: isoInstant(nowMs),
      ...by,
      act: 'call.make',
      outcome: 'success',
      resourceType: 'outbound-call',
      resourceId: callId,
      ...(callee.about.patientId && { patientId: callee.about.patientId }),
      reason: wish.kind,
    });
    if (reserved.outcome === 'exists') return askedBefore(reserved.call, wishHash);
    if (reserved.outcome !== 'reserved') return { outcome: reserved.outcome };
    return dial(clinic, call);
  };
}

/** Theirs, where the clinic speaks it. */
const languageFor = ({ languages, defaultLanguage }: Clinic, wanted: LanguageTag | undefined): LanguageTag =>
  nearestTag(languages, wanted) ?? defaultLanguage;
