import { dateProblem } from '../../../scheduling/slots/judge-start.ts';
import { joinOnce } from '../../../scheduling/waitlist/join-once.ts';
import type { WaitlistEntry } from '../../../scheduling/waitlist/waitlist.ts';
import { wordsOfTag } from '../../words/words.ts';
import { recordOf } from '../call-record.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import { withPatient } from '../people/verify-patient.ts';
import { askFor, dateRefused, providerAmbiguous, providerUnknown } from '../refusals.ts';
import { type BookingPatient, patientToBookFor } from '../resolve/patient-to-book-for.ts';
import { resolveProvider } from '../resolve/resolve-provider.ts';
import { typeRefusal } from '../resolve/resolve-time.ts';
import { resolveType } from '../resolve/resolve-type.ts';
import type { ToolCall, ToolDeps } from '../tool.ts';
import { partsOfDay } from './part-of-day.ts';

export const joinWaitlist = defineTool({
  name: 'join_waitlist',
  description: {
    fr: 'Inscrit un patient sur la liste d’attente. Demandez d’abord s’il accepte d’être contacté si une place se libère ; sans un oui, ne l’inscrivez pas.',
    en: 'Puts a patient on the waitlist. First ask whether they agree to be contacted when a time opens up; without a yes, do not.',
  },
  input: inputOf(
    ['patient_name', 'consent'],
    [
      'appointment_type',
      'doctor',
      'date',
      'weekday',
      'until',
      'part_of_day',
      'date_of_birth',
      'date_of_birth_said',
      'callback_number',
    ],
  ),
  effect: 'write',
  discloses: 'nothing',
  refusedInEmergency: true,
  budgetMs: 500,
  codes: [
    'OK',
    'PAST',
    'OUTSIDE_HORIZON',
    'DATE_WEEKDAY_MISMATCH',
    'PROVIDER_UNKNOWN',
    'PROVIDER_AMBIGUOUS',
    'TYPE_UNKNOWN',
    'TYPE_AMBIGUOUS',
    'TYPE_NOT_BOOKABLE',
  ],
  answers: { waitlisted: 'true once on the list, false without consent' },

  async run(deps, args, call) {
    const { clinic, conversation, language, nowMs } = call;
    const words = wordsOfTag(language);
    if (!args.consent) return { code: 'OK', say: words.notWaitlisted, data: { waitlisted: false }, wrote: false };
    if (args.date) {
      const problem = dateProblem(clinic, args.date, args.weekday, nowMs);
      if (problem) return dateRefused(call, problem, args.date);
      if (args.until && args.until < args.date) return askFor(call, 'until');
    }
    const type = resolveType(args.appointment_type, clinic);
    if (type.outcome !== 'one') return typeRefusal(call, type);
    const provider = resolveProvider(args.doctor, clinic, type.type);
    if (provider.outcome === 'unknown') return providerUnknown(call);
    if (provider.outcome === 'ambiguous') return providerAmbiguous(call, provider.providers);
    const patient = patientToBookFor(args, call);
    if (patient.outcome === 'refused') return patient.answer;
    const contact = await contactOf(deps, call, patient);
    if (!contact) return askFor(call, 'callback_number');

    const { patientId } = patient.known;
    if (patient.newPatient) {
      await deps.patients.add(patient.newPatient, [
        recordOf(call, { act: 'patient.create', resourceType: 'patient', resourceId: patientId, patientId }),
      ]);
    }
    const part = args.part_of_day === 'any' ? undefined : args.part_of_day;
    const providerId = provider.outcome === 'one' ? provider.provider.id : undefined;
    const days = { from: args.date, to: args.until ?? args.date };
    const wish = [type.type.id, providerId ?? '', days.from ?? '', days.to ?? '', part ?? ''];
    await joinOnce(
      deps.waitlist,
      ['waitlist', clinic.id, conversation.conversationId, patientId, ...wish],
      {
        clinicId: clinic.id,
        typeId: type.type.id,
        patientId,
        ...(providerId && { providerId }),
        ...(days.from && { from: days.from }),
        ...(days.to && { to: days.to }),
        ...(part && partsOfDay[part]),
        ...contact,
        language,
        consentAtMs: nowMs,
        conversationId: conversation.conversationId,
        status: 'waiting',
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
        version: 1,
      },
      ({ entryId }) => [
        // To be contacted is a consent of the patient's, and what goes on record of them.
        recordOf(call, {
          act: 'patient.update',
          resourceType: 'waitlist-entry',
          resourceId: entryId,
          patientId,
          fields: ['consentAt', 'contact'],
        }),
      ],
    );
    await deps.acts.record(clinic.id, conversation.conversationId, { act: 'waitlisted', audit: [] });
    return {
      code: 'OK',
      say: words.waitlisted,
      data: { waitlisted: true },
      remember: (state) => withPatient(state, patient.known),
    };
  },
});

/**
 * Where the patient may be reached: the number they call from if it is theirs, else one on file; of somebody new the
 * one they call from, else the one they told, which also counts for a verified patient who has no other.
 */
async function contactOf(
  { patients }: Pick<ToolDeps, 'patients'>,
  { clinic, conversation, requester }: ToolCall,
  { known, newPatient, phone }: BookingPatient,
): Promise<Pick<WaitlistEntry, 'contact' | 'contactTold'> | undefined> {
  const calling = requester.callerNumber;
  const isNew = newPatient || known.as === 'provisional';
  const patient = isNew ? undefined : await patients.get(clinic.id, known.patientId);
  const onFile = patient?.phones ?? [];
  const contact = onFile.find((number) => number === calling) ?? onFile[0] ?? calling ?? phone;
  const isTyped = conversation.channel === 'web' && (!patient || patient.provisional || onFile.length === 0);
  return contact === undefined ? undefined : { contact, ...(isTyped && { contactTold: 'by-visitor' }) };
}
