import { createHmac } from 'node:crypto';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createConversationActs } from '#adapters/dynamodb/conversation-acts.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createDialogueStore } from '#adapters/dynamodb/dialogues.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { createPatientReader } from '#adapters/dynamodb/patient-reader.ts';
import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import { createWaitlistStore } from '#adapters/dynamodb/waitlist.ts';
import type { ClinicId } from '#domain/ids.ts';
import type { SummaryLetter } from '#domain/notifications/email-sender.ts';
import { runTool as runForCall } from '#domain/conversations/tools/run-tool.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import { createIdentification } from '#domain/scheduling/patients/create-identification.ts';
import { keepFetchedCall } from '#lambdas/conversations/keep-fetched-call.ts';
import { recordCallEvent } from '#lambdas/conversations/record-call-event.ts';
import { runTool } from '#lambdas/conversations/run-tool.ts';
import { sendCallSummary } from '#lambdas/notifications/send-call-summary.ts';
import { threeEvents } from '../fakes/call-world.ts';
import { knownClinicKeys } from '#test/fakes/clinic-keys.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { standingClock } from '../fakes/clock.ts';
import { aCallId, aConversationId, cotonou } from '../fakes/conversation.ts';
import { inMemoryDeliveries } from '../fakes/deliveries.ts';
import { inMemoryDirectory } from '../fakes/directory.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';
import { inMemoryInbox } from '../fakes/inbox.ts';
import { rememberedLog } from '../fakes/log.ts';
import { inMemoryOutboundCalls } from '../fakes/outbound.ts';
import { knownSecret } from '../fakes/secret.ts';
import { inMemoryTalks } from '../fakes/talks.ts';
import { inMemorySuppressions } from '../fakes/texts.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const key = 'key_current';
const { started, ended, analyzed } = threeEvents();

/** The functions of a call on the tables they use, wired as in production. */
function world() {
  const { core, audit } = db.tables;
  const clock = standingClock();
  const log = rememberedLog();
  const clinic = clinicProfile();
  const clinics = {
    profile: async (clinicId: ClinicId) => (clinicId === clinic.id ? clinic : undefined),
    disableRecipient: async () => ({ outcome: 'no-such-recipient' }) as const,
  };
  const directory = inMemoryDirectory({ numbers: { '+12025550142': cotonou } });
  const bindingKey = knownSecret(['binding']);
  const conversations = createConversationStore(core);
  const dialogues = createDialogueStore(core, clock);
  const acts = createConversationActs({ core, audit }, clock);
  const calendar = createCalendar({ core, audit });
  const appointments = createAppointmentStore(core);
  const patients = createPatientStore({ core, audit }, clock);
  const inbox = inMemoryInbox();
  const outbox: SummaryLetter[] = [];
  const ask = runTool({
    retellKey: knownSecret([key]),
    clinicKeys: knownClinicKeys(),
    bindingKey,
    directory,
    clinics,
    conversations,
    run: runForCall({
      scheduling: createScheduling({ calendar, appointments, clock }),
      appointments,
      identification: createIdentification({ patients, clock }),
      patients,
      waitlist: createWaitlistStore({ core, audit }),
      waitlistWorkflow: { start: async () => 'started' },
      acts,
      dialogues,
      clock,
      log,
    }),
    clock,
    log,
  });
  const record = recordCallEvent({
    inbox,
    directory,
    clinics,
    conversations,
    dialogues,
    acts,
    talks: inMemoryTalks(),
    calendar,
    appointments,
    notices: { tell: async () => {} },
    outboundCalls: inMemoryOutboundCalls(),
    suppressions: inMemorySuppressions(),
    workflow: { start: async () => 'started', wake: async () => 'gone' },
    bindingKey,
    clock,
    log,
  });
  return {
    clock,
    log,
    conversations,
    dialogues,
    outbox,
    send: sendCallSummary({
      clinics,
      conversations,
      appointments,
      patients: createPatientReader(core),
      acts,
      dialogues,
      deliveries: inMemoryDeliveries(clock),
      email: {
        send: async (email) => {
          outbox.push(email as SummaryLetter);
          return { messageId: 'message-1' };
        },
      },
      log,
      consoleUrl: 'https://console.frontdesk.example',
    }),
    /** A function node calls; the same once more where Retell tries again. */
    async call(tool: string, args: object, requestId = 'req-1') {
      const body = { name: tool, call: { ...started.call, transcript: 'User: Bonjour.\n' }, args };
      const rawBody = Buffer.from(JSON.stringify(body));
      const stamp = String(clock.now());
      const digest = createHmac('sha256', key).update(rawBody).update(stamp).digest('hex');
      const headers = { 'x-retell-signature': `v=${stamp},d=${digest}` };
      const answer = await ask({ rawBody, headers, pathParameters: { tool }, query: {}, requestId });
      return answer.body as { code: string; say: string } & Record<string, unknown>;
    },
    async happens(event: object) {
      const rawBody = Buffer.from(JSON.stringify(event));
      const { event: eventType } = event as { event: string };
      const queue = { publish: record };
      await keepFetchedCall({ inbox, queue, clock })(
        { provider: 'retell', providerId: aCallId },
        { eventType, analyzed: false, over: false, rawBody },
        'webhook',
      );
    },
    cellsOf: async (kind: 'hold' | 'booked') => {
      const resources = [
        ...clinic.providers.map(({ id }) => ({ kind: 'provider', id }) as const),
        ...clinic.operatories.map(({ id }) => ({ kind: 'operatory', id }) as const),
      ];
      const cells = await calendar.cells(cotonou, resources, clock.now(), clock.now() + 60 * 86_400_000);
      return cells.filter((cell) => cell.kind === kind).length;
    },
    records: async () =>
      (await audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK })).map(({ act }) => String(act)),
  };
}

const wish = { appointment_type: 'consultation', date: '2026-10-13' };
const jeanne = { choice: 'first', patient_name: 'Jeanne Fictive', date_of_birth: '1990-02-23' };

test('a call that books before its first event arrives ends in one appointment, free holds and one true e-mail', async () => {
  const here = world();
  const found = await here.call('find_available_times', wish);
  expect(found).toMatchObject({ code: 'OK', say: expect.stringContaining('mardi 13 octobre 2026') });
  expect(await here.cellsOf('hold')).toBeGreaterThan(0);
  const message = { message: 'Merci de me rappeler.', caller_name: 'Jeanne Fictive' };
  expect(await here.call('take_message', message)).toMatchObject({ code: 'OK' });

  const booked = await here.call('book_appointment', jeanne);
  expect(booked).toMatchObject({ code: 'OK', say: expect.stringContaining('confirmé') });
  const again = await here.call('book_appointment', jeanne, 'req-2');
  expect(again).toEqual(booked);
  expect(await here.conversations.get(cotonou, aConversationId)).toMatchObject({
    status: 'ongoing',
    acts: ['booked'],
    appointmentIds: [expect.any(String)],
  });

  await here.happens(started);
  await here.happens(ended);
  expect(await here.cellsOf('hold')).toBe(0);
  // Half an hour of a provider and of a room, in steps of five minutes.
  expect(await here.cellsOf('booked')).toBe(12);
  expect(await here.dialogues.get(cotonou, aConversationId)).toMatchObject({ held: [] });
  await here.happens(analyzed);
  const call = await here.conversations.get(cotonou, aConversationId);
  expect(call).toMatchObject({ status: 'analyzed', acts: ['booked'], outcome: 'booked' });
  expect(call?.appointmentIds).toHaveLength(1);

  const recipientId = clinicProfile().recipients[0]!.recipientId;
  const planned = { clinicId: cotonou, conversationId: aConversationId, template: 'call-summary' } as const;
  await here.send({ ...planned, recipientId, degraded: false });
  const [email] = here.outbox;
  expect(email?.document.title).toBe('Rendez-vous pris');
  expect(email?.document.sections).toMatchObject([
    {
      body: { entries: [{ kicker: 'Pris', facts: [{ value: 'Jeanne Fictive' }, { value: 'consultation' }, {}, {}] }] },
    },
    { body: { entries: [{ title: 'Jeanne Fictive', paragraphs: ['Merci de me rappeler.'] }] } },
    { heading: 'Résumé' },
    { heading: 'Transcription' },
  ]);
  const records = await here.records();
  expect(records.filter((act) => act === 'appointment.book')).toHaveLength(1);
  expect(here.log.codes()).not.toContain('tool.failed');
});

test('two answers to the same wish at once are one booking', async () => {
  await db.clear();
  const here = world();
  await here.call('find_available_times', wish);
  const answers = await Promise.all([here.call('book_appointment', jeanne), here.call('book_appointment', jeanne)]);
  expect(answers.map(({ code }) => code)).toEqual(['OK', 'OK']);
  expect(await here.cellsOf('booked')).toBe(12);
  expect((await here.conversations.get(cotonou, aConversationId))?.appointmentIds).toHaveLength(1);
});
