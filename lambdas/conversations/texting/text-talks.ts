import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationActs } from '#adapters/dynamodb/conversation-acts.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createDialogueStore } from '#adapters/dynamodb/dialogues.ts';
import { createInstructionReader } from '#adapters/dynamodb/instructions.ts';
import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import type { Table } from '#adapters/dynamodb/table.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import { createWaitlistStore } from '#adapters/dynamodb/waitlist.ts';
import type { Clock } from '#domain/clock.ts';
import { askSupervisor } from '#domain/conversations/talk/supervisor.ts';
import { takeTalk } from '#domain/conversations/talk/take-talk.ts';
import type { TalkEvents } from '#domain/conversations/talk/talk-event.ts';
import { createTextDialogue } from '#domain/conversations/talk/text/text-dialogue.ts';
import type { TextModel } from '#domain/conversations/talk/text/text-model.ts';
import { answerWritten, writtenLimits } from '#domain/conversations/texting/answer-written.ts';
import { openWritten } from '#domain/conversations/texting/open-written.ts';
import type { Log } from '#domain/log.ts';
import type { Notices } from '#domain/messages/notice.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import { createIdentification } from '#domain/scheduling/patients/create-identification.ts';
import { toldScheduling } from '#domain/scheduling/told-scheduling.ts';
import type { WaitlistWorkflow } from '#domain/scheduling/waitlist/waitlist.ts';

interface TextTalksOptions {
  core: Table;
  audit: Table;
  model: TextModel;
  modelName: string;
  waitlistWorkflow: WaitlistWorkflow;
  events: TalkEvents;
  notices: Notices;
  clock: Clock;
  log: Log;
}

/** Conversations in writing, on the tables: the same dialogue and the same tools as of a call. */
export function textTalks({ core, audit, model, modelName, notices, clock, log, ...others }: TextTalksOptions) {
  const clinics = createClinicStore(core);
  const talks = createTalkStore(core, clock);
  const instructions = createInstructionReader(core);
  const appointments = createAppointmentStore(core);
  const patients = createPatientStore({ core, audit }, clock);
  const conversations = createConversationStore(core);
  const dialogues = createDialogueStore(core, clock);
  const waitlist = createWaitlistStore({ core, audit });
  const calendar = createCalendar({ core, audit });
  const scheduling = createScheduling({ calendar, appointments, clock });
  const take = takeTalk({
    scheduling: toldScheduling(scheduling, { notices, log }),
    appointments,
    identification: createIdentification({ patients, clock }),
    patients,
    waitlist,
    acts: createConversationActs({ core, audit }, clock),
    dialogues,
    conversations,
    clinics,
    talks,
    instructions,
    clock,
    log,
    ...others,
  });
  const createDialogue = createTextDialogue({
    model,
    modelName,
    askSupervisor: askSupervisor({ model, modelName, log }),
    clock,
    log,
    limits: writtenLimits,
  });
  return {
    clinics,
    talks,
    appointments,
    patients,
    conversations,
    dialogues,
    waitlist,
    calendar,
    scheduling,
    open: openWritten({ talks, instructions, clock }),
    answer: answerWritten({ takeTalk: take, createDialogue }),
  };
}
