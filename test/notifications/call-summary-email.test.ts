import { type EmailContent, EmailContent as EmailContents } from '#domain/clinics/settings/email-settings.ts';
import { type Conversation, Outcome } from '#domain/conversations/conversation.ts';
import { type Language, languages } from '#domain/language.ts';
import { type CallSummary, callSummaryEmail } from '#domain/notifications/call-summary-email.ts';
import type { EmailDocument } from '#domain/notifications/email-document.ts';
import { callSummaryWords } from '#domain/notifications/words/words.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { conversation } from '#test/fakes/conversation.ts';
import { aMessage, anAppointment, aPatient } from '#test/fakes/told.ts';

const canary = 'Zénobie Canari';
const spoken = conversation({
  fromNumber: '+12025550117',
  analysis: { summary: `${canary} a demandé un rendez-vous.` },
  transcript: `Agent: Bonjour.\nUser: Ici ${canary}, je voudrais un rendez-vous.\nAgent: C’est noté.\n`,
});

interface Wanted {
  content?: EmailContent;
  language?: Language | 'en-GB';
  sendUpdate?: boolean;
  call?: Partial<Conversation>;
  name?: string;
}

function email(
  { content = 'full', language = 'fr', sendUpdate = false, call, name }: Wanted,
  more: Partial<CallSummary> = {},
) {
  const clinic = clinicProfile({
    ...(name && { name }),
    languages: [language],
    defaultLanguage: language,
    greeting: {},
    email: { content, sendUpdate, recipients: [{ address: 'accueil@clinique.example' }] },
  });
  const summary: CallSummary = {
    clinic,
    recipient: { address: 'accueil@clinique.example' },
    conversation: { ...spoken, ...call },
    appointments: [],
    messages: [],
    identified: [],
    template: 'call-summary',
    degraded: false,
    consoleUrl: 'https://console.example/',
    ...more,
  };
  return callSummaryEmail(summary);
}

const everything = (document: EmailDocument): string => JSON.stringify(document);
const factsOf = ({ facts }: EmailDocument) => Object.fromEntries(facts.map(({ label, value }) => [label, value]));
const headingsOf = ({ sections }: EmailDocument) => sections.map(({ heading }) => heading);

test('the subject tells clinic, local time and outcome, and nothing of the caller', () => {
  expect(email({ call: { outcome: 'booked', acts: ['booked'] } }).subject).toBe(
    '[Clinique Exemple] Nouvel appel – 5 oct. 2026, 13 h 30 – rendez-vous pris',
  );
  expect(email({ language: 'en', call: { outcome: 'booked', acts: ['booked'] } }).subject).toBe(
    '[Clinique Exemple] New call – Oct 5, 2026, 1:30 PM – appointment booked',
  );
  expect(email({ language: 'en-GB', call: { outcome: 'booked' } }).subject).toBe(
    '[Clinique Exemple] New call – 5 Oct 2026, 13:30 – appointment booked',
  );
});

test('an emergency says so at the very beginning of the subject', () => {
  const document = email({ call: { outcome: 'emergency', acts: ['emergency'] } });
  expect(document.subject).toBe('URGENT – [Clinique Exemple] Nouvel appel – 5 oct. 2026, 13 h 30 – urgence signalée');
  expect(document.urgent).toBe(true);
  expect(document.notices[0]).toEqual({ tone: 'urgent', text: callSummaryWords.fr.emergencyNotice });
});

test.each(EmailContents.options)('subject and preview of a %s e-mail hold no patient data', (content) => {
  const { subject, preheader } = email({ content });
  for (const text of [subject, preheader]) expect(text).not.toMatch(/Canari|0117|555/);
});

test('a link-only e-mail holds two digits of the number and no word of the conversation', () => {
  const document = email({ content: 'link_only' });
  expect(everything(document)).not.toMatch(/Canari|Zénobie|rendez-vous|0117|555/);
  expect(document.sections).toEqual([]);
  expect(factsOf(document)).toEqual({ Appelant: '•••• 17', Type: 'Appel entrant', Durée: '5 min 00 s' });
  expect(document.footer.paragraphs[0]).toBe(callSummaryWords.fr.detailsWithheld);
});

test('a summary e-mail holds the number and the summary, labelled as written by an AI, and no transcript', () => {
  const document = email({ content: 'summary' });
  expect(headingsOf(document)).toEqual(['Résumé']);
  expect(document.sections[0]).toMatchObject({
    label: 'Rédigé par une IA',
    body: { kind: 'prose', paragraphs: [`${canary} a demandé un rendez-vous.`] },
  });
  expect(document.facts[0]).toEqual({ label: 'Appelant', value: '+1 202 555 0117', dial: '+12025550117' });
  expect(everything(document)).not.toContain('je voudrais');
});

test('a full e-mail holds the transcript too, in the words of the clinic’s language', () => {
  const document = email({ content: 'full' });
  expect(headingsOf(document)).toEqual(['Résumé', 'Transcription']);
  expect(document.sections[1]?.body).toEqual({
    kind: 'turns',
    turns: [
      { speaker: 'Assistant', ours: true, text: 'Bonjour.' },
      { speaker: 'Appelant', ours: false, text: `Ici ${canary}, je voudrais un rendez-vous.` },
      { speaker: 'Assistant', ours: true, text: 'C’est noté.' },
    ],
  });
});

test.each(EmailContents.options)('a %s e-mail without a summary says so and does not invent one', (content) => {
  const document = email({ content, call: { analysis: undefined } }, { degraded: true });
  expect(document.notices.map(({ text }) => text)).toEqual([
    `${callSummaryWords.fr.degradedNotice} ${callSummaryWords.fr.degradedThenRecord}`,
  ]);
  expect(headingsOf(document)).not.toContain('Résumé');
});

test('a clinic that wants updates is told that one may follow', () => {
  const document = email({ sendUpdate: true, call: { analysis: undefined } }, { degraded: true });
  expect(document.notices[0]?.text).toContain(callSummaryWords.fr.degradedThenUpdate);
});

test('an update says that it completes an earlier e-mail', () => {
  const update = { template: 'call-summary-update' } as const;
  expect(email({ content: 'summary' }, update).subject).toContain('] Mise à jour d’un appel – ');
  expect(email({ content: 'summary' }, update).notices).toEqual([
    { tone: 'plain', text: callSummaryWords.fr.updateNotice },
  ]);
  expect(email({ content: 'link_only' }, update).notices[0]?.text).toContain(callSummaryWords.fr.updateSummaryInRecord);
});

test('an analysis without a summary is told as such', () => {
  const document = email({ content: 'summary', call: { analysis: {} } });
  expect(document.sections).toEqual([
    { heading: 'Résumé', body: { kind: 'prose', paragraphs: [callSummaryWords.fr.noSummary] } },
  ]);
});

test('a call that never connected or broke off is called that', () => {
  const silent = email({ call: { endKind: 'not_connected', outcome: 'unknown', transcript: undefined } });
  expect(silent.title).toBe('Appel non abouti');
  expect(headingsOf(silent)).toEqual(['Résumé']);
  const broken = email({ call: { endKind: 'error', outcome: 'abandoned' } });
  expect(broken.title).toBe('Incident technique');
  expect(broken.notices[0]?.text).toBe(callSummaryWords.fr.failureNotice);
  expect(email({ call: { endKind: 'error', outcome: 'booked' } }).title).toBe('Rendez-vous pris');
});

test.each([undefined, 0, Number.NaN, 300])('a duration of %s is left out rather than guessed', (durationMs) => {
  const document = email({ call: { durationMs } });
  expect(factsOf(document)).not.toHaveProperty('Durée');
  expect(everything(document)).not.toMatch(/undefined|NaN|\b0 min|\b0 s/);
});

test.each([
  [300_000, '5 min 00 s'],
  [48_400, '48 s'],
  [3_725_000, '1 h 02 min 05 s'],
])('%d ms are written %s', (durationMs, written) => {
  expect(factsOf(email({ call: { durationMs } })).Durée).toBe(written);
});

test.each(['anonymous', 'Restricted', '+266696687', ''])('the withheld number %j is called withheld', (fromNumber) => {
  for (const content of EmailContents.options) {
    expect(factsOf(email({ content, call: { fromNumber } })).Appelant).toBe('Numéro masqué');
  }
});

test('a number that was never told, is too short to mask or is none at all is not made up', () => {
  expect(factsOf(email({ call: { fromNumber: undefined } })).Appelant).toBe('Numéro non transmis');
  expect(factsOf(email({ content: 'link_only', call: { fromNumber: '4321' } })).Appelant).toBe('••••••');
  const sip = email({ call: { fromNumber: 'sip:desk\r\n@pbx.example' } }).facts[0];
  expect(sip).toEqual({ label: 'Appelant', value: 'sip:desk @pbx.example' });
  expect(email({ call: { channel: 'web', fromNumber: undefined } }).facts.map(({ label }) => label)).toEqual([
    'Type',
    'Durée',
  ]);
});

test('of a call we made, the number is that of the person called', () => {
  const call = { direction: 'outbound', fromNumber: '+12025550142', toNumber: '+33199005678' } as const;
  expect(factsOf(email({ call }))['Personne appelée']).toBe('+33 1 99 00 56 78');
});

test('without a start the e-mail says what its time is the time of', () => {
  expect(email({}).subtitle).toBe('Lundi 5 octobre 2026 à 13 h 30');
  expect(email({ call: { startedAt: undefined } }).subtitle).toBe('Terminé le lundi 5 octobre 2026 à 13 h 35');
  expect(email({ call: { startedAt: undefined, endedAt: undefined } }).subtitle).toBe(
    'Signalé le lundi 5 octobre 2026 à 13 h 30',
  );
});

test('a chat is a conversation, not a call', () => {
  expect(email({ call: { channel: 'web' } }).kicker).toBe('Nouvelle conversation');
});

test('the links lead to the record and the settings of that clinic', () => {
  const { button, footer } = email({});
  expect(button.href).toBe(`https://console.example/clinics/clinique-exemple/calls/${spoken.conversationId}`);
  expect(footer.link?.href).toBe('https://console.example/clinics/clinique-exemple/settings');
});

test('a hostile clinic name stays one line without hidden marks, and the subject short', () => {
  // Clinics that were stored before today's rules may hold such names, so the schema is passed by.
  const document = callSummaryEmail({
    clinic: {
      ...clinicProfile(),
      name: `Clinique\r\nBcc: victim@example.com \u202egnp.exe\u200f ${'très '.repeat(60)}`,
    },
    recipient: { address: 'accueil@clinique.example' },
    conversation: conversation({ outcome: 'waitlisted' }),
    appointments: [],
    messages: [],
    identified: [],
    template: 'call-summary',
    degraded: false,
    consoleUrl: 'https://console.example',
  });
  for (const text of [document.subject, document.clinicName]) {
    expect(text).not.toMatch(/[\p{Cc}\u2028\u2029\u200f\u202a-\u202e]/u);
  }
  expect(document.subject.length).toBeLessThanOrEqual(150);
  expect(document.subject).toMatch(/^\[Clinique Bcc: .*…\] Nouvel appel – 5 oct\. 2026, 13 h 30 – inscription sur/);
});

test.each(languages)('in %s every outcome has a subject of at most 150 characters', (language) => {
  for (const outcome of Outcome.options) {
    for (const template of ['call-summary', 'call-summary-update'] as const) {
      const { subject } = email({ language, name: 'N'.repeat(80), call: { outcome } }, { template });
      expect(subject.length).toBeLessThanOrEqual(150);
      expect(subject.endsWith(` – ${callSummaryWords[language].outcomes[outcome]}`)).toBe(true);
    }
  }
});

test('no language leaves a sentence empty, and French keeps its apostrophes', () => {
  const sentences = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    if (typeof value === 'function') return [String((value as (a: string, b: string) => string)('x', 'y'))];
    return Object.values(value as object).flatMap(sentences);
  };
  const [fr, en] = [sentences(callSummaryWords.fr), sentences(callSummaryWords.en)];
  expect(fr).toHaveLength(en.length);
  for (const sentence of [...fr, ...en]) expect(sentence.trim()).not.toBe('');
  expect(fr.filter((sentence) => /'|\S[:;!?]/.test(sentence))).toEqual([]);
});

test('a hostile or endless summary is cleaned, cut and says so', () => {
  const summary = `Ligne un\u202e\u0007\r\n\r\nLigne deux ${'mot '.repeat(3000)}`;
  const section = email({ content: 'summary', call: { analysis: { summary } } }).sections[0];
  expect(section?.body).toMatchObject({
    kind: 'prose',
    paragraphs: ['Ligne un', expect.stringMatching(/^Ligne deux .*…$/)],
  });
  expect(section?.note).toContain(callSummaryWords.fr.summaryCut);
});

describe('what our own records tell', () => {
  const booked = { appointments: [{ appointment: anAppointment(), patient: aPatient() }] };
  const entriesOf = (document: EmailDocument, heading: string) => {
    const body = document.sections.find((section) => section.heading === heading)?.body;
    return body?.kind === 'entries' ? body.entries : [];
  };

  test('a booked appointment is told with its time, patient, type, provider and room, before what a model wrote', () => {
    const document = email({ content: 'summary' }, booked);
    expect(headingsOf(document)).toEqual(['Rendez-vous', 'Résumé']);
    expect(document.sections[0]?.label).toBe('D’après l’agenda');
    expect(entriesOf(document, 'Rendez-vous')).toEqual([
      {
        kicker: 'Pris',
        title: 'Mardi 13 octobre 2026 à 9 h 30',
        facts: [
          { label: 'Patient', value: 'Jeanne Fictive' },
          { label: 'Type', value: 'consultation' },
          { label: 'Praticien', value: 'Dr Awa Modèle' },
          { label: 'Salle', value: 'Salle 1' },
        ],
        paragraphs: [],
      },
    ]);
    expect(headingsOf(email({ content: 'full' }, booked))).toEqual(['Rendez-vous', 'Résumé', 'Transcription']);
    const english = email({ content: 'summary', language: 'en' }, booked);
    expect(entriesOf(english, 'Appointment')[0]).toMatchObject({
      kicker: 'Booked',
      title: 'Tuesday, October 13, 2026 at 9:30 AM',
    });
  });

  test('a moved one tells where it was, a cancelled one that it is', () => {
    const appointment = anAppointment();
    const { startMs, history } = appointment;
    const longAgo = { atMs: startMs - 9e8, act: 'booked', actorId: 'retell_call_earlier' } as const;
    const move = {
      atMs: startMs - 6e8,
      act: 'rescheduled',
      actorId: history[0]!.actorId,
      fromStartMs: startMs - 3_600_000,
    } as const;
    const moved = { ...appointment, history: [longAgo, move] };
    const cancelled = {
      ...appointment,
      status: 'cancelled' as const,
      history: [...history, { atMs: startMs - 5e8, act: 'cancelled' as const, actorId: history[0]!.actorId }],
    };
    const movedAfterBooking = { ...appointment, history: [...history, move] };
    const entries = entriesOf(
      email({}, { appointments: [moved, cancelled, movedAfterBooking].map((one) => ({ appointment: one })) }),
      'Rendez-vous',
    );
    expect(entries.map(({ kicker }) => kicker)).toEqual(['Déplacé', 'Annulé', 'Pris']);
    expect(entries.map(({ facts }) => facts.find(({ label }) => label === 'Auparavant')?.value)).toEqual([
      'Mardi 13 octobre 2026 à 8 h 30',
      undefined,
      undefined,
    ]);
  });

  test('a room that is not needed, a provider who has left and an erased patient leave no empty line', () => {
    const appointment = anAppointment({
      operatoryId: undefined,
      providerId: '8f4b3c12-5e6d-4071-8c8d-3e4f5a6b7c8d' as ReturnType<typeof anAppointment>['providerId'],
    });
    const [entry] = entriesOf(email({}, { appointments: [{ appointment }] }), 'Rendez-vous');
    expect(entry?.facts).toEqual([{ label: 'Type', value: 'consultation' }]);
  });

  test('what staff should know of a booking stands below it', () => {
    const appointment = anAppointment({ flags: ['provisional-patient', 'callback'] });
    const [entry] = entriesOf(email({}, { appointments: [{ appointment }] }), 'Rendez-vous');
    expect(entry?.paragraphs).toEqual([
      callSummaryWords.fr.appointmentFlags['provisional-patient'],
      callSummaryWords.fr.appointmentFlags.callback,
    ]);
  });

  test('what staff should know of a booking is no news of a move or a cancellation', () => {
    const { history, startMs, ...rest } = anAppointment({ flags: ['callback'] });
    const actorId = history[0]!.actorId;
    const acts = [
      { atMs: startMs - 6e8, act: 'rescheduled', actorId, fromStartMs: startMs - 3_600_000 },
      { atMs: startMs - 6e8, act: 'cancelled', actorId },
    ] as const;
    const appointments = acts.map((act) => ({ appointment: { ...rest, startMs, history: [act] } }));
    const entries = entriesOf(email({}, { appointments }), 'Rendez-vous');
    expect(entries.map(({ kicker, paragraphs }) => [kicker, paragraphs])).toEqual([
      ['Déplacé', []],
      ['Annulé', []],
    ]);
  });

  test('what others cancelled since is told as this conversation left it', () => {
    const { history, startMs, ...rest } = anAppointment({ status: 'cancelled' });
    const byStaff = { atMs: startMs - 5e8, act: 'cancelled', actorId: 'staff_example' } as const;
    const actorId = history[0]!.actorId;
    const move = { atMs: startMs - 6e8, act: 'rescheduled', actorId, fromStartMs: startMs - 3_600_000 } as const;
    const appointments = [history, [move]].map((own) => ({
      appointment: { ...rest, startMs, history: [...own, byStaff] },
    }));
    expect(entriesOf(email({}, { appointments }), 'Rendez-vous').map(({ kicker }) => kicker)).toEqual([
      'Pris',
      'Déplacé',
    ]);
  });

  test('a message is told as the caller said it, with a number that can be dialled', () => {
    const urgent = aMessage({ urgency: 'today', callerName: undefined, callbackNumber: 'extension 12' });
    const document = email({ content: 'summary' }, { messages: [aMessage(), urgent] });
    expect(entriesOf(document, 'Messages laissés')).toEqual([
      {
        kicker: 'Sans urgence',
        title: 'Jeanne Fictive',
        facts: [{ label: 'À rappeler au', value: '+1 202 555 0117', dial: '+12025550117' }],
        paragraphs: ['Merci de me rappeler', 'au sujet de mon ordonnance.'],
      },
      {
        kicker: 'Réponse souhaitée aujourd’hui',
        title: 'Nom non donné',
        facts: [{ label: 'À rappeler au', value: 'extension 12' }],
        paragraphs: ['Merci de me rappeler', 'au sujet de mon ordonnance.'],
      },
    ]);
  });

  test('the caller is named only once they have proved who they are', () => {
    expect(factsOf(email({ content: 'summary' }))).not.toHaveProperty('Identité vérifiée');
    const proved = { identified: [aPatient()] };
    expect(factsOf(email({ content: 'summary' }, proved))).toMatchObject({ 'Identité vérifiée': 'Jeanne Fictive' });
    const family = { identified: [aPatient(), aPatient({ givenName: 'Paul' })] };
    expect(factsOf(email({}, family))).toMatchObject({ 'Identités vérifiées': 'Jeanne Fictive, Paul Fictive' });
  });

  test('a link-only e-mail tells none of it, and no subject or preview ever does', () => {
    const everythingKnown = { ...booked, messages: [aMessage()], identified: [aPatient()] };
    expect(everything(email({ content: 'link_only' }, everythingKnown))).not.toMatch(
      /Jeanne|Fictive|octobre 2026 à 9|consultation|Modèle|Salle|ordonnance/,
    );
    for (const content of EmailContents.options) {
      const { subject, preheader } = email({ content }, everythingKnown);
      for (const text of [subject, preheader]) expect(text).not.toMatch(/Jeanne|Fictive|consultation|ordonnance/);
    }
  });

  test('appointments are told also when the summary did not come', () => {
    const document = email({ content: 'summary', call: { analysis: undefined } }, { ...booked, degraded: true });
    expect(headingsOf(document)).toEqual(['Rendez-vous']);
  });

  test('hostile names and messages stay on their lines and without hidden marks', () => {
    const hostile = 'Jeanne\r\nBcc: x@example.com \u202egnp.exe\u0007';
    const document = email(
      {},
      {
        appointments: [{ appointment: anAppointment(), patient: aPatient({ givenName: hostile }) }],
        messages: [aMessage({ callerName: hostile, callbackNumber: hostile, text: `${hostile}\r\n\r\n\r\nfin` })],
        identified: [aPatient({ givenName: hostile, familyName: '' })],
      },
    );
    expect(entriesOf(document, 'Rendez-vous')[0]?.facts[0]?.value).toBe('Jeanne Bcc: x@example.com gnp.exe Fictive');
    const [message] = entriesOf(document, 'Message laissé');
    expect(message?.title).toBe('Jeanne Bcc: x@example.com gnp.exe');
    expect(message?.paragraphs).toEqual(['Jeanne', 'Bcc: x@example.com gnp.exe', 'fin']);
    expect(everything(document)).not.toMatch(/\\r|\\u0007|\u202e/);
  });

  test('more than a mailbox shows is cut, and the e-mail says so', () => {
    const appointments = Array.from({ length: 20 }, () => ({ appointment: anAppointment(), patient: aPatient() }));
    const messages = Array.from({ length: 20 }, () => aMessage({ text: '"'.repeat(1_000) }));
    const document = email({}, { appointments, messages });
    for (const heading of ['Rendez-vous', 'Messages laissés']) {
      expect(entriesOf(document, heading).length).toBeGreaterThan(0);
      expect(entriesOf(document, heading).length).toBeLessThan(20);
      expect(document.sections.find((one) => one.heading === heading)?.note).toBe(callSummaryWords.fr.entriesCut);
    }
  });
});
