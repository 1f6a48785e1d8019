import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { Act } from '#domain/conversations/conversation.ts';
import { runTool } from '#domain/conversations/tools/run-tool.ts';
import type { ToolContext, ToolDeps, ToolResult } from '#domain/conversations/tools/tool.ts';
import { type AppointmentId, PatientId } from '#domain/ids.ts';
import type { LanguageTag } from '#domain/language.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import { createIdentification } from '#domain/scheduling/patients/create-identification.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import { wallClock } from '#domain/wall-time.ts';
import { inMemoryActs } from '../../fakes/acts.ts';
import { inMemoryCalendar } from '../../fakes/calendar.ts';
import { clinicProfile } from '../../fakes/clinic.ts';
import { standingClock } from '../../fakes/clock.ts';
import { aConversationId } from '../../fakes/conversation.ts';
import { inMemoryDialogues } from '../../fakes/dialogues.ts';
import { rememberedLog } from '../../fakes/log.ts';
import { inMemoryPatients, patient } from '../../fakes/patients.ts';
import { consultation, koffi, room1 } from '../../fakes/scheduling.ts';
import { inMemoryWaitlist, rememberedWaitlistWorkflow } from '../../fakes/waitlist.ts';

/** Two siblings and a woman from elsewhere, all known to the clinic. Inès speaks for her children. */
export const inesNumber = '+12025550117';
const mother = { name: 'Inès Rivière', phone: inesNumber, relation: 'mère' };
export const theo = patient({ authorisedContacts: [mother] });
export const lila = patient({
  patientId: PatientId.parse('b2a7d4e3-8c59-4f6a-9d7e-1a2f3b4c5d6e'),
  givenName: 'Lila',
  dob: '2017-09-02',
  authorisedContacts: [mother],
});
export const nour = patient({
  patientId: PatientId.parse('c3b8e5f4-9d6a-4a7b-8e8f-2b3a4c5d6e7f'),
  givenName: 'Nour',
  familyName: 'Lagune',
  dob: '1958-08-21',
  phones: ['+12025550152'],
});

export const theoVerified = { patient_name: 'Théo Rivière', date_of_birth: '2020-03-14', caller_name: 'Inès Rivière' };
export const nourVerified = { patient_name: 'Nour Lagune', date_of_birth: '1958-08-21' };
export const someoneNew = { patient_name: 'Awa Nouvelle', date_of_birth: '1990-10-25', reason: 'contrôle' };

export interface ToolWorldOptions {
  clinic?: Parameters<typeof clinicProfile>[0];
  language?: LanguageTag;
  /** Whom the clinic knows. */
  patients?: Patient[];
  fromNumber?: string;
  /** Monday morning, half an hour before the clinic opens, unless a test says so. */
  at?: string;
  /** Told of what is booked in them. */
  conversations?: ConversationStore;
  /** Stores that behave otherwise. */
  deps?: Partial<ToolDeps>;
}

/** A call at a clinic, its stores in memory and its rules real. */
export function toolWorld(options: ToolWorldOptions = {}) {
  const clock = standingClock(options.at ?? '2026-10-05T06:30:00.000Z');
  const clinic: ClinicProfile = clinicProfile(options.clinic);
  const patients = inMemoryPatients(...(options.patients ?? [theo, lila, nour]));
  const calendar = inMemoryCalendar({ patients, conversations: options.conversations });
  const acts = inMemoryActs();
  const dialogues = inMemoryDialogues();
  const log = rememberedLog();
  const waitlist = inMemoryWaitlist();
  const waitlistWorkflow = rememberedWaitlistWorkflow();
  const deps: ToolDeps = {
    scheduling: createScheduling({ calendar, appointments: calendar, clock }),
    appointments: calendar,
    identification: createIdentification({ patients, clock }),
    patients,
    waitlist,
    waitlistWorkflow,
    acts,
    dialogues,
    clock,
    log,
    ...options.deps,
  };
  const said: string[] = [];
  const fromNumber = 'fromNumber' in options ? options.fromNumber : inesNumber;
  let requests = 0;

  const wall = (ms: number) => {
    const { date, time } = wallClock(ms, clinic.zone);
    return `${date} ${time}`;
  };

  return {
    clock,
    clinic,
    patients,
    calendar,
    acts,
    dialogues,
    log,
    waitlist,
    waitlistWorkflow,
    deps,
    said,
    wall,

    /** The caller says something. */
    hear: (...utterances: string[]) => void said.push(...utterances),

    /** A tool is called, as a model would, with whatever it makes up. */
    async run(name: string, args: unknown = {}, changes: Partial<ToolContext> = {}): Promise<ToolResult> {
      requests += 1;
      const known: Act[] = acts.actsOf(clinic.id, aConversationId);
      return runTool(deps)(
        name,
        args,
        {
          clinic,
          conversation: { conversationId: aConversationId, channel: 'voice', fromNumber, acts: known },
          language: options.language ?? 'fr',
          requester: {
            kind: 'agent',
            holder: aConversationId,
            conversationId: aConversationId,
            ...(fromNumber && { callerNumber: fromNumber }),
            actor: { actorType: 'agent', actorId: aConversationId, requestId: `req-${requests}` },
          },
          ...changes,
        },
        said,
      );
    },

    state: () => dialogues.get(clinic.id, aConversationId),
    appointments: (): Appointment[] => calendar.allAppointments(clinic.id),
    /** Where and whose every appointment is, in the words of the clinic's clock. */
    calendarOf: (patientId: string) =>
      calendar
        .allAppointments(clinic.id)
        .filter((appointment) => appointment.patientId === patientId)
        .map(({ startMs, status }) => `${wall(startMs)} ${status}`),

    /** An appointment of long ago in the calendar, changed where a test says so. */
    seed(changes: Partial<Appointment> & Pick<Appointment, 'patientId' | 'startMs' | 'appointmentId'>): Appointment {
      const endMs = changes.startMs + 30 * 60_000;
      const appointment: Appointment = {
        clinicId: clinic.id,
        typeId: consultation.id,
        providerId: koffi,
        operatoryId: room1.id,
        endMs,
        occFromMs: changes.startMs,
        occToMs: endMs,
        zone: clinic.zone,
        status: 'booked',
        source: 'staff',
        flags: [],
        history: [],
        createdAtMs: clock.now() - 1_000_000,
        updatedAtMs: clock.now() - 1_000_000,
        version: 1,
        ...changes,
      };
      calendar.seed(appointment);
      return appointment;
    },
  };
}

export type ToolWorld = ReturnType<typeof toolWorld>;

/** Epoch milliseconds of a wall-clock time in Cotonou, which is an hour ahead of UTC all year. */
export const inCotonou = (date: string, time: string): number => Date.parse(`${date}T${time}:00.000+01:00`);

/** An id for each number from 0 to 9. */
export const appointmentId = (n: number): AppointmentId => `d1e2f3a4-b5c6-4d7e-8f9a-00000000000${n}` as AppointmentId;
