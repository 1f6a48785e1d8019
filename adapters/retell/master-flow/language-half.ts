import type { Language } from '#domain/language.ts';
import {
  asks,
  branches,
  calls,
  type Codes,
  type FlowNode,
  fromAnywhere,
  putsThrough,
  says,
  saysAndListens,
} from './nodes.ts';
import { flowWords } from './words.ts';

/** The whole talk in one language. The other one is a sentence of the caller away. */
export function languageHalf(language: Language, other: Language): FlowNode[] {
  const words = flowWords[language];
  const { said } = words;
  const id = (name: string) => `${language}_${name}`;
  const emergencies: Codes = { EMERGENCY_ACTIVE: id('emergency_tool'), EMERGENCY_TO_CONFIRM: id('emergency_tool') };
  const call = (name: string, tool: string, codes: Codes, otherwise = id(`${name}_said`)) =>
    calls(id(name), tool, { ...emergencies, RETRY_LATER: id('trouble'), ...codes }, otherwise);
  /** What a tool wants to know before it can go on; an answer makes it run again. */
  const retold = (name: string, tool: string, more: readonly (readonly [string, string])[] = []) =>
    saysAndListens(
      id(`${name}_said`),
      `{{${tool}_say}}`,
      [...more, [said.wantsPerson, id('person_tool')], [said.answered, id(name)]],
      id('need'),
    );
  /** What a tool told, after which the talk is open again. */
  const told = (name: string, tool: string) => says(id(`${name}_said`), `{{${tool}_say}}`, id('more'));

  const wishes = [
    [said.wantsVisit, id('visit')],
    [said.wantsChange, id('identity')],
    [said.wantsCancel, id('identity')],
    [said.asksClinic, id('clinic_tool')],
    [said.asksDoctors, id('doctors_tool')],
    [said.asksTypes, id('types_tool')],
    [said.wantsPerson, id('person_tool')],
    [said.wantsMessage, id('message')],
    [said.otherLanguage, `${other}_need`],
    [said.nothing, id('goodbye_tool')],
  ] as const;

  return [
    { ...asks(id('need'), words.need, wishes, id('clinic_tool')), reminder_trigger_ms: 8_000, reminder_max_count: 2 },
    asks(id('more'), words.anythingElse, wishes, id('need')),

    call('clinic_tool', 'get_clinic_info', {}),
    told('clinic_tool', 'get_clinic_info'),
    call('doctors_tool', 'list_providers', {}),
    told('doctors_tool', 'list_providers'),
    call('types_tool', 'list_appointment_types', {}),
    told('types_tool', 'list_appointment_types'),

    asks(id('visit'), words.visit, [[said.gaveWishes, id('times_tool')]], id('times_tool')),
    call('times_tool', 'find_available_times', { OK: id('offer'), NONE_FREE: id('waitlist') }),
    retold('times_tool', 'find_available_times'),
    asks(
      id('offer'),
      words.offer,
      [
        [said.chose, id('hold_tool')],
        [said.wantsOthers, id('times_tool')],
      ],
      id('visit'),
    ),
    call('hold_tool', 'hold_time', { OK: id('patient') }),
    retold('hold_tool', 'hold_time', [[said.wantsOthers, id('times_tool')]]),
    asks(id('patient'), words.patient, [[said.gavePatient, id('book_tool')]], id('book_tool')),
    call('book_tool', 'book_appointment', { OK: id('booked'), CHANGE_TO_CONFIRM: id('book_confirm') }),
    retold('book_tool', 'book_appointment', [[said.wantsOthers, id('times_tool')]]),
    asks(id('book_confirm'), words.confirmChange, [[said.answered, id('book_tool')]], id('book_tool')),
    says(id('booked'), '{{book_appointment_say}}', id('more')),
    asks(
      id('waitlist'),
      words.waitlist,
      [
        [said.yes, id('waitlist_tool')],
        [said.wantsOthers, id('visit')],
        [said.no, id('more')],
      ],
      id('more'),
    ),
    call('waitlist_tool', 'join_waitlist', { OK: id('waitlisted') }),
    retold('waitlist_tool', 'join_waitlist'),
    says(id('waitlisted'), '{{join_waitlist_say}}', id('more')),

    asks(
      id('called'),
      words.called,
      [
        [said.gaveIdentity, id('verify_tool')],
        [said.isNotThem, id('goodbye_tool')],
        [said.wantsPerson, id('person_tool')],
        [said.otherLanguage, `${other}_called`],
      ],
      id('verify_tool'),
    ),
    asks(id('identity'), words.identity, [[said.gaveIdentity, id('verify_tool')]], id('verify_tool')),
    call('verify_tool', 'verify_patient', { OK: id('mine_tool'), VERIFICATION_LOCKED: id('locked') }),
    retold('verify_tool', 'verify_patient'),
    says(id('locked'), '{{verify_patient_say}}', id('person_tool')),
    call('mine_tool', 'find_my_appointments', { OK: id('which') }),
    retold('mine_tool', 'find_my_appointments'),
    asks(
      id('which'),
      words.whichAppointment,
      [
        [said.isComing, id('confirm_tool')],
        [said.wantsCancel, id('cancel_tool')],
        [said.wantsChange, id('new_time')],
        [said.wantsVisit, id('visit')],
        [said.nothing, id('goodbye_tool')],
      ],
      id('more'),
    ),
    call('confirm_tool', 'confirm_appointment', { OK: id('confirmed') }),
    retold('confirm_tool', 'confirm_appointment'),
    says(id('confirmed'), '{{confirm_appointment_say}}', id('more')),
    call('cancel_tool', 'cancel_appointment', { OK: id('cancelled') }),
    retold('cancel_tool', 'cancel_appointment'),
    says(id('cancelled'), '{{cancel_appointment_say}}', id('more')),
    asks(id('new_time'), words.newTime, [[said.answered, id('new_times_tool')]], id('new_times_tool')),
    call('new_times_tool', 'find_available_times', { OK: id('new_offer') }),
    retold('new_times_tool', 'find_available_times'),
    asks(
      id('new_offer'),
      words.offer,
      [
        [said.chose, id('move_tool')],
        [said.wantsOthers, id('new_times_tool')],
      ],
      id('new_time'),
    ),
    call('move_tool', 'reschedule_appointment', { OK: id('moved') }),
    retold('move_tool', 'reschedule_appointment', [[said.wantsOthers, id('new_times_tool')]]),
    says(id('moved'), '{{reschedule_appointment_say}}', id('more')),

    call('person_tool', 'transfer_to_human', { OK: id('person_line') }),
    says(id('person_tool_said'), '{{transfer_to_human_say}}', id('message')),
    says(id('person_line'), '{{transfer_to_human_say}}', id('person')),
    putsThrough(id('person'), 'transfer_to_human_transfer_number', id('person_failed')),
    says(id('person_failed'), words.transferFailed, id('message')),
    asks(id('message'), words.message, [[said.gaveMessage, id('message_tool')]], id('message_tool')),
    // A message that cannot be taken must not be promised again by the same node: the talk goes back to its start.
    call('message_tool', 'take_message', { OK: id('message_taken'), RETRY_LATER: id('message_tool_said') }),
    retold('message_tool', 'take_message'),
    says(id('message_taken'), '{{take_message_say}}', id('more')),
    says(id('trouble'), words.trouble, id('message')),

    fromAnywhere(
      calls(
        id('emergency_tool'),
        'report_emergency',
        { OK: id('emergency'), EMERGENCY_TO_CONFIRM: id('emergency_asked'), EMERGENCY_ACTIVE: id('emergency') },
        id('emergency_unknown'),
      ),
      words.emergencyCondition,
    ),
    asks(id('emergency_asked'), words.happeningNow, [[said.answered, id('emergency_tool')]], id('emergency_tool')),
    branches(id('emergency'), 'report_emergency_emergency', ['==', 'false', id('no_emergency')], id('emergency_said')),
    says(id('no_emergency'), '{{report_emergency_say}}', id('need')),
    says(id('emergency_said'), '{{report_emergency_say}}', id('emergency_line')),
    branches(
      id('emergency_line'),
      'report_emergency_transfer_number',
      ['contains', '+', id('emergency_put_through')],
      id('emergency_end'),
    ),
    putsThrough(id('emergency_put_through'), 'report_emergency_transfer_number', id('emergency_unknown')),
    // Our API does not answer, or nobody takes over: the numbers of the ring, or those that hold nearly everywhere.
    says(id('emergency_unknown'), words.emergencyNumbers, id('emergency_end')),
    asks(id('emergency_end'), words.emergencyAfter, [[said.nothing, id('goodbye_tool')]], id('emergency_unknown')),

    calls(id('goodbye_tool'), 'end_call', { ...emergencies, OK: id('goodbye') }, id('goodbye')),
    says(id('goodbye'), words.goodbye, 'end'),
  ];
}
