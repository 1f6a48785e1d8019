import type { E164 } from '#domain/e164.ts';
import { takeTalk } from '#domain/conversations/talk/take-talk.ts';
import { createTextDialogue } from '#domain/conversations/talk/text/text-dialogue.ts';
import { answerWritten, writtenLimits } from '#domain/conversations/texting/answer-written.ts';
import { endWritten } from '#domain/conversations/texting/end-written.ts';
import { openWritten } from '#domain/conversations/texting/open-written.ts';
import { mostRepliesAbroad } from '#domain/conversations/texting/replies-abroad.ts';
import { smsParts } from '#domain/conversations/texting/sms-text.ts';
import { TextNotSent } from '#domain/conversations/texting/text-sender.ts';
import type { Notice } from '#domain/messages/notice.ts';
import type { Requester } from '#domain/scheduling/requester.ts';
import { toldScheduling } from '#domain/scheduling/told-scheduling.ts';
import { waitlistEntry } from '../../fakes/waitlist.ts';
import { type ConversationId, PatientId, WaitlistEntryId } from '#domain/ids.ts';
import { acceptOffer } from '#lambdas/conversations/texting/accept-offer.ts';
import { replayEvent } from '#lambdas/conversations/replay-event.ts';
import { answerMessage } from '#lambdas/conversations/texting/answer-message.ts';
import { receiveMessage } from '#lambdas/conversations/texting/receive-message.ts';
import { tellPatient } from '#lambdas/notifications/tell-patient.ts';
import { twilioPaths } from '#lambdas/twilio-urls.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { awa, consultation, koffi, room1, room2 } from '../../fakes/scheduling.ts';
import { conversation, cotonou } from '../../fakes/conversation.ts';
import { inMemoryDirectory } from '../../fakes/directory.ts';
import { inMemoryInbox } from '../../fakes/inbox.ts';
import { scriptedTextModel } from '../../fakes/text-model.ts';
import {
  inMemoryIncoming,
  inMemoryOfferedTimes,
  inMemoryRepliesAbroad,
  inMemorySentTexts,
  inMemorySuppressions,
  rememberedTexts,
} from '../../fakes/texts.ts';
import { apiUrl, knownTwilio, signedForm } from '../../fakes/twilio-requests.ts';
import { talkWorld } from '../talk/talk-world.ts';
import { appointmentId, inesNumber, nour, theo } from '../tools/tool-world.ts';

const clinicNumber = '+12025550142';
const somebodyNew = PatientId.parse('e5d4c3b2-a190-4f8e-8d7c-6b5a49382716');
const service = `MG${'1'.repeat(32)}`;
const sid = (n: number) => `SM${String(n).padStart(32, '0')}`;
const texting = { sms: true, confirmations: true, countries: ['BJ', 'US'], messagingServiceSid: service };

/** A clinic whose number is written to: the door, the queue, the worker and the patient's telephone. */
function world({
  answers = [] as Parameters<typeof scriptedTextModel>,
  sends = [] as Parameters<typeof rememberedTexts>,
  clinic = { texting } as NonNullable<Parameters<typeof talkWorld>[0]>['clinic'],
  owner = cotonou,
} = {}) {
  const told: Notice[] = [];
  const notices = { tell: async (notice: Notice) => void told.push(notice) };
  const base = talkWorld({ clinic });
  const { clock, log, talks, instructions, conversations, dialogues } = base;
  const deps = { ...base.deps, scheduling: toldScheduling(base.deps.scheduling, { notices, log }) };
  const inbox = inMemoryInbox();
  const mapping = { numbers: { [clinicNumber]: owner } as Record<string, typeof owner> };
  const directory = inMemoryDirectory(mapping);
  const suppressions = inMemorySuppressions();
  const sender = rememberedTexts(...sends);
  const model = scriptedTextModel(...answers);
  const createDialogue = createTextDialogue({
    model,
    modelName: 'text',
    askSupervisor: async () => {
      throw new Error('nobody stands behind whoever writes');
    },
    clock,
    log,
    limits: writtenLimits,
  });
  const taken: string[] = [];
  const incoming = inMemoryIncoming(clock);
  /** How often each step of answering fails before it does not. */
  const failing = { take: 0, answered: 0 };
  const mayFail = (step: keyof typeof failing) => {
    if (failing[step]-- > 0) throw new Error(`the process died at ${step}`);
  };
  const shared = {
    ...deps,
    suppressions,
    sender,
    sent: inMemorySentTexts(),
    offered: inMemoryOfferedTimes(clock),
    calendar: base.calendar,
    services: { claim: async (clinicId: string) => clinicId === owner },
    conversations,
    dialogues,
  };
  const receive = receiveMessage({ twilio: knownTwilio, apiUrl, inbox, directory, suppressions, notices, clock, log });
  const repliesAbroad = inMemoryRepliesAbroad(clock);
  const answer = answerMessage({
    ...shared,
    repliesAbroad,
    inbox,
    directory,
    open: openWritten({ talks, instructions, clock }),
    answer: answerWritten({
      takeTalk: async (...what) => {
        mayFail('take');
        taken.push(what[1]);
        return takeTalk(deps)(...what);
      },
      createDialogue,
    }),
    incoming: {
      take: incoming.take,
      async answered(...what) {
        mayFail('answered');
        await incoming.answered(...what);
      },
    },
    accept: acceptOffer({ ...shared, scheduling: base.deps.scheduling }),
  });
  const tell = tellPatient(shared);
  const heed = async (notice: Notice) => {
    if (notice.kind === 'message-received') await answer(notice);
    else if (notice.kind !== 'reminder-due' && notice.kind !== 'link-due') await tell(notice);
  };

  return {
    ...base,
    inbox,
    mapping,
    failing,
    repliesAbroad,
    suppressions,
    /** A person lets everything that is quarantined go on. */
    async replayAll() {
      const replay = replayEvent({
        inbox,
        queue: { publish: () => Promise.reject(new Error('a message is no event of a call')) },
        notices: { tellAgain: notices.tell },
      });
      for (const { eventKey } of await inbox.list('quarantined', { limit: 10 })) await replay(eventKey);
    },
    model,
    told,
    outbox: sender.outbox,
    taken,
    heed,
    send: (body: string, changes: Record<string, string> = {}) =>
      receive(
        signedForm(twilioPaths.incomingMessage, {
          MessageSid: sid(1),
          SmsStatus: 'received',
          From: inesNumber,
          To: clinicNumber,
          Body: body,
          NumMedia: '0',
          ...changes,
        }),
      ),
    status: (changes: Record<string, string>) =>
      receive(
        signedForm(twilioPaths.messageStatus, {
          MessageSid: sid(9),
          MessageStatus: 'failed',
          From: clinicNumber,
          To: inesNumber,
          ...changes,
        }),
      ),
    /** The worker takes everything that waits. */
    async work() {
      while (told.length > 0) await heed(told.shift()!);
    },
    sweep: endWritten({ talks, events: base.events, clock, log, idleMs: 30 * 60_000 }),
  };
}

const bookTheo = {
  calls: [
    {
      name: 'book_appointment',
      args: {
        patient_name: 'Théo Rivière',
        date_of_birth: '2020-03-14',
        caller_name: 'Inès Rivière',
        date: '2026-10-05',
        time: '15:00',
        appointment_type: 'consultation',
        doctor: 'Koffi',
      },
    },
  ],
};

test('who writes to a clinic is answered once, by a machine that says it is one, in its conversation of the day', async () => {
  const { send, work, outbox, heed, model, storedTurnsOf, conversations, taken } = withTurns(
    world({ answers: [{ deltas: ['Nous sommes ouverts jusqu’à 18 h 30.'] }, { deltas: ['Avec plaisir.'] }] }),
  );
  const answered = await send('Êtes-vous ouverts ce soir ?');
  expect(answered).toMatchObject({ status: 200, text: { content: expect.stringContaining('<Response/>') } });
  await work();
  await send('Êtes-vous ouverts ce soir ?');
  await heed({ kind: 'message-received', eventKey: `twilio|message|${sid(1)}`, writer: 'again' });
  expect(outbox).toEqual([
    {
      channel: 'sms',
      to: inesNumber,
      from: clinicNumber,
      messagingServiceSid: service,
      body: "Clinique Exemple, assistant automatique (IA). Nous sommes ouverts jusqu'à 18 h 30.",
    },
  ]);
  await send('Merci', { MessageSid: sid(2) });
  await work();
  expect(outbox[1]?.body).toBe('Avec plaisir.');
  expect(new Set(taken).size).toBe(1);
  expect(taken[0]).toMatch(/^sms_[0-9a-f]{32}_20261005$/);
  expect(await storedTurnsOf()).toEqual([
    'agent: Clinique Exemple, assistant automatique (IA).',
    'caller: Êtes-vous ouverts ce soir ?',
    'agent: Nous sommes ouverts jusqu’à 18 h 30.',
    'caller: Merci',
    'agent: Avec plaisir.',
  ]);
  // A machine that reads gives no transfer and no goodbye, and is told that it writes.
  const names = model.requests[0]?.tools.map(({ name }) => name);
  expect(names).toContain('book_appointment');
  expect(names).not.toContain('transfer_to_human');
  expect(model.requests[0]?.instructions).not.toMatch(/à voix haute, sans|assistant vocal/);
  expect(await conversations.get(cotonou, taken[0] as never)).toMatchObject({ channel: 'sms', status: 'ongoing' });
});

test('a process that dies between an answer and its record has heard and answered once, and said that it is a machine', async () => {
  const { send, work, told, outbox, storedTurnsOf, failing, model } = withTurns(
    world({ answers: [{ deltas: ['Oui, ouverts.'] }] }),
  );
  await send('Êtes-vous ouverts ?');
  const [notice] = told;
  failing.answered = 1;
  await expect(work()).rejects.toThrow('died');
  told.push(notice!);
  await work();
  expect(outbox.map(({ body }) => body)).toEqual(['Clinique Exemple, assistant automatique (IA). Oui, ouverts.']);
  expect(model.requests).toHaveLength(1);
  expect(await storedTurnsOf()).toEqual([
    'agent: Clinique Exemple, assistant automatique (IA).',
    'caller: Êtes-vous ouverts ?',
    'agent: Oui, ouverts.',
  ]);
});

test('the same word written twice is answered twice, also where the process died over the second', async () => {
  const { send, work, told, outbox, clock, failing } = world({
    answers: [{ deltas: ['Lundi 15 h ?'] }, { deltas: ['Avec un rappel ?'] }, { deltas: ['C’est noté.'] }],
  });
  for (const [n, text] of ['Un rendez-vous', 'Oui', 'Oui'].entries()) {
    clock.pass(60_000);
    await send(text, { MessageSid: sid(n) });
    const [notice] = told;
    if (n === 2) {
      failing.take = 1;
      await expect(work()).rejects.toThrow('died');
      told.push(notice!);
    }
    await work();
  }
  expect(outbox.map(({ body }) => body.replace(/^.*\(IA\)\. /, ''))).toEqual([
    'Lundi 15 h ?',
    'Avec un rappel ?',
    "C'est noté.",
  ]);
});

test('who sends pictures alone is told once that nobody looks at them; that they came stands in the conversation', async () => {
  const given = withTurns(world({ answers: [{ deltas: ['Une consultation, alors ?'] }] }));
  const { send, work, told, outbox, heed, failing, model, storedTurnsOf, taken, conversations, clock } = given;
  const picture = async (n: number, ...deaths: (keyof typeof failing)[]) => {
    clock.pass(1_000);
    await send('', { MessageSid: `MM${'0'.repeat(31)}${n}`, NumMedia: '1', MediaContentType0: 'image/jpeg' });
    const [notice] = told;
    for (const step of deaths) {
      failing[step] = 1;
      await expect(work()).rejects.toThrow('died');
      told.push(notice!);
    }
    await work();
    await heed(notice!);
  };
  await picture(1, 'take', 'answered');
  await picture(2);
  await picture(3, 'answered');
  const sentence =
    'Je ne peux ni voir les photos ni écouter les messages vocaux. Écrivez-moi ce que je peux faire pour vous.';
  expect(outbox.map(({ body }) => body)).toEqual([`Clinique Exemple, assistant automatique (IA). ${sentence}`]);
  expect(model.requests).toEqual([]);
  await send('J’ai une dent cassée');
  await work();
  expect(outbox.at(-1)?.body).toBe('Une consultation, alors ?');
  const sent = 'caller: [Photo, son ou autre envoi sans texte]';
  expect(await storedTurnsOf()).toEqual([
    'agent: Clinique Exemple, assistant automatique (IA).',
    sent,
    `agent: ${sentence}`,
    sent,
    sent,
    'caller: J’ai une dent cassée',
    'agent: Une consultation, alors ?',
  ]);
  expect(await conversations.get(cotonou, taken[0] as never)).toMatchObject({ channel: 'sms', status: 'ongoing' });
});

test('a picture is no clear no to the question whether somebody is in danger', async () => {
  const { send, work, outbox } = world();
  await send('J’ai très mal à la poitrine');
  await send('', { MessageSid: sid(2), NumMedia: '1' });
  await work();
  expect(outbox.map(({ body }) => body)).toEqual([
    expect.stringMatching(/en ce moment/),
    expect.stringMatching(/Appelez tout de suite le 112/),
  ]);
});

test('an appointment is booked by the tools of a call, and whoever booked it in writing is written to no second time', async () => {
  const { send, work, outbox, told, appointments } = world({
    answers: [bookTheo, { deltas: ['C’est noté pour 15 h.'] }],
  });
  await send('Un rendez-vous pour Théo Rivière à 15 h, né le 14 mars 2020. Inès Rivière');
  await work();
  expect(appointments()).toMatchObject([{ status: 'booked', source: 'agent' }]);
  expect(outbox.map(({ body }) => body)).toEqual([
    "Clinique Exemple, assistant automatique (IA). C'est noté pour 15 h.",
  ]);
  expect(told).toEqual([]);
});

describe('the confirmation', () => {
  const booked = async (given: ReturnType<typeof world>, patientId = theo.patientId) => {
    const appointment = given.seed({
      patientId,
      startMs: Date.parse('2026-10-06T14:00:00.000Z'),
      appointmentId: 'd1e2f3a4-b5c6-4d7e-8f9a-000000000001' as never,
    });
    const { clinicId, appointmentId, version } = appointment;
    return { kind: 'appointment-changed', clinicId, appointmentId, patientId, change: 'booked', version } as const;
  };

  test('goes once to the number on file: clinic, day and time, and not a word of who or why', async () => {
    const given = world();
    const notice = await booked(given);
    await given.heed(notice);
    await given.heed(notice);
    expect(given.outbox).toHaveLength(1);
    const { to, body } = given.outbox[0]!;
    expect(to).toBe(theo.phones[0]);
    expect(body).toMatch(/^Clinique Exemple : rendez-vous confirmé le 6 oct\. 2026 à 15 h\. .*ARRET/);
    expect(body).not.toMatch(/Théo|Rivière|Koffi|consultation/);
    expect(smsParts(body)).toMatchObject({ encoding: 'gsm-7', parts: 1 });
  });

  test('is not sent where the clinic confirms nothing, the number refused it, or what it says is true no more', async () => {
    const off = world({ clinic: { texting: { ...texting, confirmations: false } } });
    await off.heed(await booked(off));
    const refused = world();
    await refused.suppressions.refuse(cotonou, theo.phones[0]!, ['messages'], {} as never);
    await refused.heed(await booked(refused));
    const late = world();
    const notice = await booked(late);
    await late.heed({ ...notice, version: notice.version - 1 });
    const abroad = world({ clinic: { texting: { ...texting, countries: ['BJ'] } } });
    await abroad.heed(await booked(abroad));
    expect([off, refused, late, abroad].flatMap(({ outbox }) => outbox)).toEqual([]);
  });

  test('goes to no number that a visitor of the site gave for somebody new: anybody’s can be typed there', async () => {
    const toldAfter = async (channel: 'web' | 'voice', provisional: boolean) => {
      const given = world();
      await given.patients.add({ ...theo, patientId: somebodyNew, provisional }, []);
      const talk = conversation({ channel, fromNumber: undefined });
      await given.conversations.change(cotonou, talk.conversationId, () => talk);
      await given.heed({ ...(await booked(given, somebodyNew)), conversationId: talk.conversationId });
      return given.outbox.length;
    };
    expect(await toldAfter('web', true)).toBe(0);
    expect(await toldAfter('web', false)).toBe(1);
    expect(await toldAfter('voice', true)).toBe(1);
  });

  test('what was certainly not sent is sent when the queue comes again; of anything else nobody is written to twice', async () => {
    const busy = world({ sends: [new TextNotSent('busy')] });
    const notice = await booked(busy);
    await expect(busy.heed(notice)).rejects.toThrow(TextNotSent);
    await busy.heed(notice);
    expect(busy.outbox).toHaveLength(1);
    const lost = world({ sends: [new Error('the answer was lost')] });
    const other = await booked(lost);
    await expect(lost.heed(other)).rejects.toThrow('lost');
    await lost.heed(other);
    expect(lost.outbox).toEqual([]);
  });

  test('a number that Twilio knows to have opted out is on our list from then on', async () => {
    const given = world({ sends: [{ outcome: 'refused', reason: 'opted-out', code: 21_610 }] });
    await given.heed(await booked(given));
    expect(given.suppressions.changes).toEqual(['twilio refuses messages']);
  });

  test('a messaging service of another clinic is not written through', async () => {
    const given = world({ owner: '9d4e7c12-0b36-4f5a-8e21-7b9a1c3d5e77' as never });
    await given.heed(await booked(given));
    expect(given.outbox).toEqual([]);
    expect(given.log.codes()).toContain('text.refused');
  });
});

describe('STOP', () => {
  test.each(['STOP', 'Arrêt', 'ARRET !', 'arreter', 'unsubscribe'])(
    '%s counts before anything is answered, and is replied to by nobody of ours',
    async (word) => {
      const { send, work, told, suppressions, outbox } = world();
      await send(word);
      expect(told).toEqual([]);
      await work();
      expect([...(await suppressions.refusedBy(cotonou, inesNumber as E164))]).toEqual(['messages', 'calls']);
      expect(outbox).toEqual([]);
    },
  );

  test('Twilio’s own verdict counts whatever the words are', async () => {
    const { send, suppressions } = world();
    await send('Plus rien svp', { OptOutType: 'STOP' });
    expect(suppressions.changes).toEqual(['sender refuses messages calls']);
  });

  test('a word within a sentence stops nothing', async () => {
    const { send, told, suppressions } = world();
    await send('Je voudrais arrêter mon traitement');
    expect(suppressions.changes).toEqual([]);
    expect(told).toHaveLength(1);
  });

  test('who refused is not answered until they come back, and then is', async () => {
    const { send, work, outbox, suppressions } = world({ answers: [{ deltas: ['Bonjour.'] }, { deltas: ['Oui.'] }] });
    await send('STOP');
    await send('Bonjour ?', { MessageSid: sid(2) });
    await work();
    expect(outbox).toEqual([]);
    await send('START', { MessageSid: sid(3), OptOutType: 'START' });
    await send('Êtes-vous là ?', { MessageSid: sid(4) });
    await work();
    expect(outbox).toHaveLength(1);
    expect([...(await suppressions.refusedBy(cotonou, inesNumber as E164))]).toEqual(['calls']);
  });

  test('a message that failed because its reader opted out is told by Twilio and noted', async () => {
    const { status, suppressions } = world();
    expect(await status({ ErrorCode: '21610' })).toEqual({ status: 204 });
    expect(suppressions.changes).toEqual(['twilio refuses messages']);
  });
});

describe('a time that came free', () => {
  /** Offered by SMS and kept for a quarter of an hour. */
  async function offered(given: ReturnType<typeof world>, startMs = Date.parse('2026-10-06T14:00:00.000Z')) {
    const { heed, clinic, clock, waitlist, calendar } = given;
    const held = {
      ...slotAt(clinic, startMs),
      holder: `waitlist_${waitlistEntry().entryId}`,
      holdId: 'hold-1',
      expiresAtMs: clock.now() + 15 * 60_000,
    };
    const { patientId } = theo;
    const contact = inesNumber as E164;
    const entry = waitlistEntry({ patientId, status: 'offered', offer: held, contact });
    await waitlist.join(entry, []);
    await calendar.hold(cotonou, held, clinic.scheduling.gridMinutes, { conversationsPerCaller: 1 }, clock.now());
    const { clinicId, entryId } = entry;
    await heed({ kind: 'waitlist-offered', clinicId, entryId, patientId, holdId: 'hold-1' });
    return entryId;
  }
  const desk: Requester = {
    kind: 'staff',
    holder: 'desk',
    actor: { actorType: 'user', actorId: 'desk', requestId: 'request-1' },
  };

  test('is offered by SMS and booked by a reply of 1, once, and by nobody else', async () => {
    const given = world({ answers: [{ deltas: ['Bonjour.'] }] });
    const { send, work, outbox, waitlist, appointments } = given;
    const entryId = await offered(given);
    expect(outbox[0]?.body).toMatch(/une place se libère le 6 oct\. 2026 à 15 h\. Répondez 1 /);
    await send('1', { From: '+12025550152', MessageSid: sid(3) });
    await work();
    expect(appointments()).toEqual([]);
    await send('1', { MessageSid: sid(1) });
    await send('1', { MessageSid: sid(2) });
    await work();
    expect(appointments()).toMatchObject([{ status: 'booked', source: 'waitlist', patientId: theo.patientId }]);
    expect(outbox.at(-1)?.body).toMatch(/rendez-vous confirmé le 6 oct\. 2026 à 15 h/);
    expect(await waitlist.get(cotonou, entryId)).toMatchObject({ status: 'booked' });
  });

  test('is booked in the conversation of the 1 as by a tool of it, once, also where the same 1 comes twice', async () => {
    const given = world({ answers: [{ deltas: ['Plutôt à 16 h ?'] }] });
    const { send, told, heed, taken, calendar, conversations, dialogues } = given;
    await offered(given);
    await send('1');
    const notice = told.shift()!;
    await Promise.allSettled([heed(notice), heed(notice)]);
    await heed(notice);
    await heed(notice);
    const conversationId = taken[0] as ConversationId;
    const { appointmentId, ...appointment } = given.appointments()[0]!;
    expect(appointment).toMatchObject({ conversationId, history: [{ act: 'booked', actorId: conversationId }] });
    expect(await conversations.get(cotonou, conversationId)).toMatchObject({
      channel: 'sms',
      acts: ['booked'],
      appointmentIds: [appointmentId],
    });
    expect(await dialogues.get(cotonou, conversationId)).toMatchObject({ appointmentIds: [appointmentId] });
    expect(calendar.records).toMatchObject([{ act: 'appointment.book', actorType: 'agent', conversationId }]);
    expect(given.waitlist.records.at(-1)).toMatchObject({ fields: ['status'], conversationId });
  });

  test.each([
    ['booked', /^agent: Clinique Exemple : rendez-vous confirmé/],
    ['refused', /^agent: Clinique Exemple : la place .* n'a pas pu être réservée/],
  ] as const)(
    'leaves the 1 and its answer on record where it is %s; the model still says what it is',
    async (how, said) => {
      const given = withTurns(world({ answers: [{ deltas: ['De rien.'] }] }));
      const { send, work, told, outbox, taken, conversations, failing, model, seed, storedTurnsOf } = given;
      const startMs = Date.parse('2026-10-06T14:00:00.000Z');
      const elsewhere = { providerId: awa, operatoryId: room2.id, appointmentId: appointmentId(1) };
      if (how === 'refused') seed({ patientId: theo.patientId, startMs, ...elsewhere });
      await offered(given);
      const writes = async (text: string, n: number, ...deaths: (keyof typeof failing)[]) => {
        await send(text, { MessageSid: sid(n) });
        const [notice] = told;
        for (const step of deaths) {
          failing[step] = 1;
          await expect(work()).rejects.toThrow('died');
          told.push(notice!);
        }
        await work();
      };
      await writes('1', 1, 'take', 'answered');
      expect(await storedTurnsOf()).toEqual(['caller: 1', expect.stringMatching(said)]);
      expect(`agent: ${outbox.at(-1)?.body}`).toMatch(said);
      expect(await conversations.get(cotonou, taken[0] as never)).toMatchObject({ fromNumber: inesNumber });
      expect(model.requests).toEqual([]);

      await writes('Merci', 2, 'answered');
      expect(outbox.at(-1)?.body).toBe('Clinique Exemple, assistant automatique (IA). De rien.');
      expect((await storedTurnsOf()).slice(2)).toEqual([
        'agent: Clinique Exemple, assistant automatique (IA).',
        'caller: Merci',
        'agent: De rien.',
      ]);
    },
  );

  test('is not taken by whoever is asked whether they are in danger: a 1 is no clear no', async () => {
    const given = world();
    await offered(given);
    await given.send("J'ai très mal à la poitrine", { MessageSid: sid(1) });
    await given.work();
    expect(given.outbox.at(-1)?.body).toMatch(/en ce moment/);
    await given.send('1', { MessageSid: sid(2) });
    await given.work();
    expect(given.outbox.at(-1)?.body).toMatch(/112/);
    expect(given.appointments()).toEqual([]);
  });

  test('is booked while it is kept, though it is within the lead time by then', async () => {
    const given = world();
    await offered(given, Date.parse('2026-10-05T14:30:00.000Z'));
    given.clock.pass(5 * 60_000);
    await given.send('1');
    await given.work();
    expect(given.appointments()).toMatchObject([{ status: 'booked', source: 'waitlist' }]);
    expect(given.outbox.at(-1)?.body).toMatch(/rendez-vous confirmé le 5 oct\. 2026 à 15 h 30/);
  });

  test('that somebody else has by now is told of, and no other is kept for a patient who hears of none', async () => {
    const given = world();
    const startMs = Date.parse('2026-10-06T14:00:00.000Z');
    await offered(given, startMs);
    given.clock.pass(16 * 60_000);
    given.seed({ patientId: nour.patientId, startMs, appointmentId: appointmentId(1) });
    await given.send('1');
    await given.work();
    expect(given.outbox.at(-1)?.body).toMatch(/la place du 6 oct\. 2026 à 15 h n'est plus libre/);
    expect(given.calendar.allCells(cotonou).filter(({ kind }) => kind === 'hold')).toEqual([]);
  });

  test('is not called taken where it is the patient who cannot have it', async () => {
    const given = world();
    const elsewhere = { providerId: awa, operatoryId: room2.id };
    const startMs = Date.parse('2026-10-06T14:00:00.000Z');
    given.seed({ patientId: theo.patientId, startMs, appointmentId: appointmentId(1), ...elsewhere });
    await offered(given);
    await given.send('1');
    await given.work();
    expect(given.outbox.at(-1)?.body).toMatch(/la place du 6 oct\. 2026 à 15 h n'a pas pu être réservée/);
    expect(given.appointments()).toHaveLength(1);
  });

  test.each([
    ['the clinic cancelled it', 0, 'cancelled'],
    ['the clinic moved it', 0, 'moved'],
    ['it stands, and the offer is long over', 60, 'booked'],
  ] as const)('was accepted, and %s: a 1 means what was written since', async (_, minutesLater, become) => {
    const given = world({ answers: [{ deltas: ['Mercredi : 1) 8 h, 2) 8 h 30.'] }, { deltas: ['Noté pour 8 h.'] }] });
    const { send, work, outbox, clinic, clock, appointments, deps } = given;
    await offered(given);
    await send('1');
    await work();
    const { appointmentId } = appointments()[0]!;
    if (become === 'cancelled') await deps.scheduling.cancel(clinic, appointmentId, undefined, desk);
    const elsewhen = { startMs: Date.parse('2026-10-08T14:00:00.000Z') };
    if (become === 'moved') await deps.scheduling.reschedule(clinic, appointmentId, elsewhen, desk);
    const before = appointments();
    clock.pass(minutesLater * 60_000);
    await send('Je voudrais venir mercredi', { MessageSid: sid(2) });
    await send('1', { MessageSid: sid(3) });
    await work();
    expect(outbox.at(-1)?.body).toBe('Noté pour 8 h.');
    expect(appointments()).toEqual(before);
  });
});

test('a 1 in the instant the offer runs out takes the patient off the waitlist with the appointment', async () => {
  const given = world();
  const { send, work, heed, clinic, clock, waitlist, calendar, appointments } = given;
  const entry = waitlistEntry({ patientId: theo.patientId, contact: inesNumber as E164, status: 'offered' });
  const { clinicId, entryId, patientId } = entry;
  const kept = { holder: `waitlist_${entryId}`, holdId: 'hold-1', expiresAtMs: clock.now() + 15 * 60_000 };
  const offer = { ...slotAt(clinic, Date.parse('2026-10-06T14:00:00.000Z')), ...kept };
  await waitlist.join({ ...entry, offer }, []);
  await calendar.hold(cotonou, offer, clinic.scheduling.gridMinutes, { conversationsPerCaller: 1 }, clock.now());
  await heed({ kind: 'waitlist-offered', clinicId, entryId, patientId, holdId: 'hold-1' });
  waitlist.beforeNextUpdate = async () => {
    const offered = (await waitlist.get(cotonou, entryId))!;
    await waitlist.update({ ...offered, status: 'waiting', version: offered.version + 1 }, []);
  };
  await send('1');
  await work();
  expect(appointments()).toMatchObject([{ status: 'booked', patientId: theo.patientId }]);
  expect(await waitlist.get(cotonou, entryId)).toMatchObject({ status: 'booked' });
});

test('a number that has an offer to answer gets no second one: its 1 takes the time it was written', async () => {
  const given = world();
  const { send, work, heed, outbox, clinic, clock, waitlist, calendar, appointments } = given;
  const one = waitlistEntry({ patientId: theo.patientId, contact: inesNumber as E164, status: 'offered' });
  const other = { ...one, entryId: WaitlistEntryId.parse('c4b5a6d7-1e2f-4a3b-8c4d-5e6f7a8b9c0e') };
  const times = [Date.parse('2026-10-06T14:00:00.000Z'), Date.parse('2026-10-06T15:00:00.000Z')];
  for (const [n, entry] of [one, other].entries()) {
    const { clinicId, entryId, patientId } = entry;
    const holdId = `waitlist_${entryId}_freed-${n}`;
    const kept = { holder: `waitlist_${entryId}`, holdId, expiresAtMs: clock.now() + 15 * 60_000 };
    const offer = { ...slotAt(clinic, times[n]!), ...kept };
    await waitlist.join({ ...entry, offer }, []);
    await calendar.hold(cotonou, offer, clinic.scheduling.gridMinutes, { conversationsPerCaller: 1 }, clock.now());
    await heed({ kind: 'waitlist-offered', clinicId, entryId, patientId, holdId });
    await heed({ kind: 'waitlist-offered', clinicId, entryId, patientId, holdId });
  }
  expect(outbox).toHaveLength(1);
  expect(await waitlist.get(cotonou, other.entryId)).toMatchObject({ status: 'matched', offer: { startMs: times[1] } });
  await send('1');
  await work();
  expect(appointments()).toMatchObject([{ startMs: times[0], status: 'booked' }]);
});

test('a time is kept for nobody whom Twilio says not to write to: the clinic sees whom to call', async () => {
  const given = world({ sends: [{ outcome: 'refused', reason: 'opted-out', code: 21_610 }] });
  const { heed, outbox, clinic, clock, waitlist, calendar } = given;
  const { clinicId, entryId, patientId } = waitlistEntry();
  const holdId = `waitlist_${entryId}_freed-2`;
  const startMs = Date.parse('2026-10-06T14:00:00.000Z');
  const kept = { holder: `waitlist_${entryId}`, holdId, expiresAtMs: clock.now() + 15 * 60_000 };
  const offer = { ...slotAt(clinic, startMs), ...kept };
  await waitlist.join(waitlistEntry({ status: 'offered', offer, contact: inesNumber as E164 }), []);
  await calendar.hold(cotonou, offer, clinic.scheduling.gridMinutes, { conversationsPerCaller: 1 }, clock.now());
  await heed({ kind: 'waitlist-offered', clinicId, entryId, patientId, holdId });
  expect(outbox).toEqual([]);
  expect(await waitlist.get(cotonou, entryId)).toMatchObject({ status: 'matched', offer: { startMs } });
  const doctor = { kind: 'provider', id: koffi } as const;
  expect(await calendar.cells(cotonou, [doctor], startMs, startMs + 30 * 60_000)).toEqual([]);
});

test('an emergency in writing is told what to dial: nothing to hang up, nobody to be put through to', async () => {
  const { send, work, outbox } = world({
    clinic: { texting, emergencyLine: { number: '+12025550172' } },
  });
  await send('douleur à la poitrine');
  await work();
  await send('oui', { MessageSid: sid(2) });
  await work();
  const last = outbox.at(-1)?.body ?? '';
  expect(last).toMatch(/Appelez tout de suite le 112, ou le 118/);
  expect(last).not.toMatch(/Raccrochez|en ligne/);
});

test('while no model answers a message is asked for, and what is written then is passed on to the team', async () => {
  const down = { fault: 'failed' } as const;
  const { send, work, outbox, acts, taken } = world({ answers: [down, down, down, down] });
  await send('Bonjour, je voudrais annuler.');
  await work();
  expect(outbox[0]?.body).toMatch(/Dites-moi votre nom, votre numéro et votre demande/);
  await send('Inès Rivière, annulez mon rendez-vous de lundi.', { MessageSid: sid(2) });
  await work();
  expect(outbox[1]?.body).toBe("C'est noté. Je transmets votre message à l'équipe.");
  expect(await acts.messages(cotonou, taken[0] as never)).toMatchObject([
    { text: 'Inès Rivière, annulez mon rendez-vous de lundi.', callbackNumber: inesNumber },
  ]);
});

test('WhatsApp is not answered unless the clinic has turned it on', async () => {
  const whatsapp = { From: `whatsapp:${inesNumber}`, To: `whatsapp:${clinicNumber}` };
  const off = world();
  await off.send('Bonjour', whatsapp);
  await off.work();
  expect(off.outbox).toEqual([]);
  const on = world({ clinic: { texting: { ...texting, whatsapp: true } }, answers: [{ deltas: ['Bonjour.'] }] });
  await on.send('Bonjour', whatsapp);
  await on.work();
  expect(on.outbox).toMatchObject([{ channel: 'whatsapp', to: inesNumber, from: clinicNumber }]);
  expect(on.taken[0]).toMatch(/^whatsapp_/);
});

describe('of numbers whose owner may earn by what is written to them', () => {
  test.each([
    ['premium', '+19005550117'],
    ['shared-cost', '+33810000000'],
    ['universal-access', '+443000000000'],
    ['satellite', '+881600000000'],
  ])('a %s one gets no reply; what it wrote stands in the conversation, of which the clinic hears', async (_, From) => {
    const given = withTurns(world({ clinic: { texting: { ...texting, countries: ['US', 'FR', 'GB'] } } }));
    const { send, work, outbox, model, storedTurnsOf, clock, sweep, taken, events } = given;
    await send('Bonjour ?', { From });
    await work();
    expect([outbox, model.requests]).toEqual([[], []]);
    expect(await storedTurnsOf()).toEqual(['caller: Bonjour ?']);
    clock.pass(31 * 60_000);
    expect(await sweep({ clinicId: cotonou, conversationId: taken[0] as never })).toBe(true);
    expect(events.told).toMatchObject([{ event: 'talk_ended', transcript: expect.stringContaining('Bonjour ?') }]);
  });

  test('those abroad are answered, all together so often a day; then their messages stand unanswered, and STOP counts', async () => {
    const given = withTurns(world({ answers: [{ deltas: ['Oui, à 9 h.'] }, { deltas: ['Oui, demain.'] }] }));
    const { send, work, outbox, repliesAbroad, storedTurnsOf, clock, suppressions, log } = given;
    // One of them no plan of France knows: it may be somebody's all the same.
    const [abroad, unknown] = ['+33199001234', '+33639980012'];
    await send('Ouvert demain ?', { From: unknown });
    await work();
    expect(outbox).toMatchObject([{ to: unknown }]);
    for (let n = 1; n < mostRepliesAbroad; n++) await repliesAbroad.count(cotonou);
    await send('Et lundi ?', { From: unknown, MessageSid: sid(2) });
    await send('', { From: unknown, MessageSid: sid(3), NumMedia: '1' });
    await work();
    expect(outbox).toHaveLength(1);
    expect((await storedTurnsOf()).slice(-2)).toEqual([
      'caller: Et lundi ?',
      'caller: [Photo, son ou autre envoi sans texte]',
    ]);
    expect(log.codes()).toContain('text.suppressed');
    await send('ARRET', { From: abroad, MessageSid: sid(4) });
    await work();
    expect([...(await suppressions.refusedBy(cotonou, abroad as E164))]).toEqual(['messages', 'calls']);
    // Neither those at home nor the next day are kept waiting.
    await send('Et ici ?', { MessageSid: sid(5) });
    await work();
    expect(outbox.at(-1)).toMatchObject({ to: inesNumber });
    clock.pass(24 * 60 * 60_000);
    await send('Et mardi ?', { From: unknown, MessageSid: sid(6) });
    await work();
    expect(outbox).toHaveLength(3);
  });

  test('a conversation takes no more messages of such a number than of any other', async () => {
    const given = withTurns(world());
    for (let n = 0; n <= 60; n++) {
      await given.send(`Bonjour ${n}`, { From: '+19005550117', MessageSid: sid(n) });
    }
    await given.work();
    expect(await given.storedTurnsOf()).toHaveLength(60);
  });
});

test('a message to a number of nobody waits for a person, and none is answered by another clinic', async () => {
  const { send, told, inbox } = world();
  await send('Bonjour', { To: '+12025550199' });
  expect(told).toEqual([]);
  expect([...inbox.events.values()].map(({ event }) => event.state)).toEqual(['quarantined']);
});

test('what waited for its number to be mapped is answered once it is let go on, and a STOP among it is heeded', async () => {
  const { send, work, replayAll, mapping, suppressions, inbox, outbox } = world({ answers: [{ deltas: ['Oui.'] }] });
  mapping.numbers = {};
  await send('Êtes-vous ouverts ce soir ?');
  await send('STOP', { From: '+12025550152', MessageSid: sid(2) });
  mapping.numbers = { [clinicNumber]: cotonou };
  await replayAll();
  await work();
  expect(outbox).toMatchObject([{ to: inesNumber, body: expect.stringMatching(/Oui\.$/) }]);
  expect([...(await suppressions.refusedBy(cotonou, '+12025550152' as E164))]).toEqual(['messages', 'calls']);
  expect([...inbox.events.values()].map(({ event }) => event.state)).toEqual(['merged', 'merged']);
});

test('a forged or altered message is refused and nothing of it kept', async () => {
  const { inbox } = world();
  const receive = receiveMessage({
    twilio: knownTwilio,
    apiUrl,
    inbox,
    directory: inMemoryDirectory({}),
    suppressions: inMemorySuppressions(),
    notices: { tell: async () => {} },
    clock: { now: () => 0 },
    log: world().log,
  });
  const request = signedForm(twilioPaths.incomingMessage, { MessageSid: sid(1), From: inesNumber, To: clinicNumber });
  const altered = { ...request, rawBody: Buffer.from(request.rawBody.toString().replace('0117', '0118')) };
  expect(await receive(altered)).toEqual({ status: 403 });
  expect(inbox.events.size).toBe(0);
});

test('nobody goes on with it: the conversation ends as a call does, and what comes after is the next of the day', async () => {
  const { send, work, clock, sweep, taken, events } = world({
    answers: [{ deltas: ['Bonjour.'] }, { deltas: ['Rebonjour.'] }],
  });
  await send('Bonjour');
  await work();
  const first = { clinicId: cotonou, conversationId: taken[0] as never };
  expect(await sweep(first)).toBe(false);
  clock.pass(31 * 60_000);
  expect(await sweep(first)).toBe(true);
  expect(events.told).toMatchObject([
    {
      event: 'talk_ended',
      channel: 'sms',
      fromNumber: inesNumber,
      transcript: expect.stringContaining('User: Bonjour'),
    },
  ]);
  await send('Encore moi', { MessageSid: sid(2) });
  await work();
  expect(taken[1]).toBe(`${taken[0]}_2`);
});

test('who writes on past midnight is in the same conversation, and in the next day’s once that is over', async () => {
  const { send, work, clock, sweep, taken } = world({
    answers: [{ deltas: ['Bonjour.'] }, { deltas: ['Oui.'] }, { deltas: ['Rebonjour.'] }],
  });
  clock.pass(Date.parse('2026-10-05T22:58:00.000Z') - clock.now());
  await send('Bonjour');
  await work();
  clock.pass(5 * 60_000);
  await send('Demain ?', { MessageSid: sid(2) });
  await work();
  expect(taken).toEqual([expect.stringMatching(/_20261005$/), taken[0]]);
  clock.pass(31 * 60_000);
  expect(await sweep({ clinicId: cotonou, conversationId: taken[0] as never })).toBe(true);
  await send('Encore moi', { MessageSid: sid(3) });
  await work();
  expect(taken[2]).toMatch(/_20261006$/);
});

/** Turns of the one conversation, as they are stored. */
function withTurns<T extends ReturnType<typeof world>>(given: T) {
  return {
    ...given,
    storedTurnsOf: async () =>
      (await given.talks.turns(cotonou, given.taken[0] as never)).map(({ speaker, text }) => `${speaker}: ${text}`),
  };
}

/** A consultation with Koffi in the first room. */
function slotAt({ id, zone }: ClinicProfile, startMs: number) {
  const endMs = startMs + 30 * 60_000;
  const where = { typeId: consultation.id, providerId: koffi, operatoryId: room1.id };
  return { clinicId: id, zone, ...where, startMs, endMs, occFromMs: startMs, occToMs: endMs };
}
