import { Clinic } from '#domain/clinics/clinic.ts';
import type { EmailContent } from '#domain/clinics/settings/email-settings.ts';
import type { Message } from '#domain/conversations/acts.ts';
import { Conversation } from '#domain/conversations/conversation.ts';
import type { Language } from '#domain/language.ts';
import { type CallSummary, callSummaryEmail } from '#domain/notifications/call-summary-email.ts';
import type { EmailDocument } from '#domain/notifications/email-document.ts';
import { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import { Patient } from '#domain/scheduling/patients/patient.ts';

/** Invented clinics and calls, for looking at e-mails. */
const clinics: Record<Language, Clinic> = {
  fr: Clinic.parse({
    id: '5a0c9d1e-7b42-4f36-8e15-2c9d7a4b6f03',
    slug: 'cabinet-des-tilleuls',
    name: 'Cabinet des Tilleuls',
    country: 'FR',
    zone: 'Europe/Paris',
    languages: ['fr'],
    defaultLanguage: 'fr',
    address: '8 rue des Exemples, Ville-Modèle',
    emergencyNumbers: ['15', '112'],
    numbers: [{ number: '+33199001234' }],
    agents: [{ provider: 'retell', id: 'agent_example0001', kind: 'shared' }],
    providers: [
      { id: '0b6f3d52-91c4-4a7e-b8d0-6e2f5a1c9d47', honorific: 'Dr', givenName: 'Lucie', familyName: 'Modèle' },
    ],
    operatories: [{ id: '3d8a5c71-2e94-4b60-8f17-9c4e6a1b0d52', name: 'Cabinet 2' }],
    appointmentTypes: [
      { id: '7c1f9e34-5a82-4d06-b3e9-0f2d8b6c4a71', names: { fr: 'contrôle annuel' }, durationMin: 30 },
    ],
    email: { content: 'full', sendUpdate: true, recipients: [{ address: 'accueil@tilleuls.example' }] },
  }),
  en: Clinic.parse({
    id: '9e2b7c40-3d18-4c65-a0f7-1b8e4d6a2c59',
    slug: 'maple-street-dental',
    name: 'Maple Street Dental',
    country: 'US',
    zone: 'America/New_York',
    languages: ['en'],
    defaultLanguage: 'en',
    address: '12 Example Street, Modeltown',
    emergencyNumbers: ['911'],
    numbers: [{ number: '+12025550143' }],
    agents: [{ provider: 'retell', id: 'agent_example0002', kind: 'shared' }],
    providers: [
      { id: 'c7d41e86-5f29-4b03-9a6c-8d0e3b7f2a15', honorific: 'Dr', givenName: 'Sam', familyName: 'Sample' },
    ],
    operatories: [{ id: '5e9b6d82-3fa5-4c71-9028-ad5f7b2c1e63', name: 'Chair 1' }],
    appointmentTypes: [{ id: '8d2fae45-6b93-4e17-a4fa-1c3e9c7d5b82', names: { en: 'cleaning' }, durationMin: 45 }],
    email: { content: 'full', sendUpdate: false, recipients: [{ address: 'desk@maplestreet.example' }] },
  }),
};

const startedAt = Date.parse('2026-10-05T12:30:00Z');
const call = {
  conversationId: 'retell_call_2f8c1e7a9b4d6035',
  provider: 'retell',
  providerId: 'call_2f8c1e7a9b4d6035',
  providerObject: 'call',
  channel: 'voice',
  direction: 'inbound',
  status: 'analyzed',
  endKind: 'ended',
  startedAt,
  endedAt: startedAt + 192_000,
  durationMs: 192_000,
  acts: ['booked'],
  outcome: 'booked',
  anomalies: [],
  unknownValues: [],
  notification: 'sending',
  toldWithoutAnalysis: false,
  notificationAttempt: 1,
  ranks: {},
  routedBy: 'number',
  createdAt: startedAt,
  updatedAt: startedAt,
  version: 1,
};

const conversations: Record<Language, Record<'booked' | 'emergency', Conversation>> = {
  fr: {
    booked: Conversation.parse({
      ...call,
      clinicId: clinics.fr.id,
      fromNumber: '+33199005678',
      analysis: {
        summary:
          'Mme Anaïs Fictive souhaitait un contrôle annuel avec la docteure Lucie Modèle. Un rendez-vous a été pris pour le mardi 13 octobre à 9 h 30.\n\nElle demande s’il faut venir à jeun : l’assistant a proposé que l’équipe la rappelle.',
      },
      transcript: [
        'Agent: Bonjour, vous êtes bien au Cabinet des Tilleuls. Je suis l’assistant vocal automatique du cabinet, une intelligence artificielle. Que puis-je faire pour vous ?',
        'User: Bonjour, Anaïs Fictive. Je voudrais un rendez-vous avec la docteure Modèle, pour mon contrôle annuel.',
        'Agent: Bien sûr. Je peux vous proposer le mardi 13 octobre à 9 h 30 ou à 11 h. Qu’est-ce qui vous convient ?',
        'User: 9 h 30, c’est parfait. Est-ce qu’il faut venir à jeun ?',
        'Agent: Je préfère que l’équipe vous réponde sur ce point : elle vous rappellera. C’est noté pour le mardi 13 octobre à 9 h 30.',
        'User: Merci, bonne journée !',
      ].join('\n'),
    }),
    emergency: Conversation.parse({
      ...call,
      clinicId: clinics.fr.id,
      fromNumber: '+33199005678',
      acts: ['emergency'],
      outcome: 'emergency',
      durationMs: 41_000,
      analysis: {
        summary: 'L’appelant signale que son père a une forte douleur à la poitrine depuis quelques minutes.',
      },
      transcript: [
        'Agent: Bonjour, vous êtes bien au Cabinet des Tilleuls. Que puis-je faire pour vous ?',
        'User: Mon père a très mal à la poitrine.',
        'Agent: Cela peut être une urgence. Raccrochez et appelez tout de suite le 15, ou le 112.',
      ].join('\n'),
    }),
  },
  en: {
    booked: Conversation.parse({
      ...call,
      clinicId: clinics.en.id,
      fromNumber: '+12025550178',
      analysis: {
        summary:
          'Jordan Example asked for a cleaning with Dr. Sam Sample. An appointment was booked for Tuesday, October 13 at 9:30 AM.\n\nThe caller would like to know whether parking is available; the team should call back.',
      },
      transcript: [
        "Agent: Hello, you've reached Maple Street Dental. I'm the clinic's automated voice assistant, an artificial intelligence. How can I help?",
        "User: Hi, this is Jordan Example. I'd like to book a cleaning with Dr. Sample.",
        'Agent: Of course. I can offer you Tuesday, October 13 at 9:30 AM or 11:00 AM. Which one works for you?',
        'User: 9:30 is great. Is there parking nearby?',
        "Agent: I'll ask the team to call you back about that. You're all set for Tuesday, October 13 at 9:30 AM.",
        'User: Thanks, have a nice day!',
      ].join('\n'),
    }),
    emergency: Conversation.parse({
      ...call,
      clinicId: clinics.en.id,
      fromNumber: '+12025550178',
      acts: ['emergency'],
      outcome: 'emergency',
      durationMs: 41_000,
      analysis: { summary: 'The caller reports that their father has had strong chest pain for a few minutes.' },
      transcript: [
        "Agent: Hello, you've reached Maple Street Dental. How can I help?",
        'User: My dad has really bad chest pain.',
        'Agent: This may be an emergency. Hang up and call 911 now.',
      ].join('\n'),
    }),
  },
};

const minuteMs = 60_000;

/** The booking of the example call: at 9:30 in the clinic's morning, a week later. */
function exampleRecords(language: Language): Pick<CallSummary, 'appointments' | 'messages' | 'identified'> {
  const { id: clinicId, zone, providers, operatories, appointmentTypes } = clinics[language];
  const { conversationId } = conversations[language].booked;
  const startMs = Date.parse(language === 'fr' ? '2026-10-13T07:30:00Z' : '2026-10-13T13:30:00Z');
  const endMs = startMs + (appointmentTypes[0]?.durationMin ?? 0) * minuteMs;
  const bookedMs = startedAt + 2 * minuteMs;
  const stamps = { createdAtMs: bookedMs, updatedAtMs: bookedMs, version: 1 };
  const patient = Patient.parse({
    clinicId,
    patientId: '1a7d4f60-8c25-4e93-b7a1-5d0f3e9c6b28',
    ...(language === 'fr'
      ? { givenName: 'Anaïs', familyName: 'Fictive', phones: ['+33199005678'] }
      : { givenName: 'Jordan', familyName: 'Example', phones: ['+12025550178'] }),
    authorisedContacts: [],
    provisional: false,
    ...stamps,
  });
  const appointment = Appointment.parse({
    clinicId,
    appointmentId: '2b8e5071-9d36-4fa4-88b2-6e1a4fad7c39',
    patientId: patient.patientId,
    typeId: appointmentTypes[0]?.id,
    providerId: providers[0]?.id,
    operatoryId: operatories[0]?.id,
    startMs,
    endMs,
    occFromMs: startMs,
    occToMs: endMs,
    zone,
    status: 'booked',
    source: 'agent',
    conversationId,
    flags: [],
    history: [{ atMs: bookedMs, act: 'booked', actorId: conversationId }],
    ...stamps,
  });
  const message: Message = {
    messageId: '3c9f6182-0e47-40b5-99c3-7f2b50be8d4a',
    callerName: `${patient.givenName} ${patient.familyName}`,
    callbackNumber: patient.phones[0],
    text:
      language === 'fr'
        ? 'Faut-il venir à jeun pour le contrôle annuel ? Merci de me rappeler.'
        : 'Is there parking nearby? Please call me back.',
    urgency: 'today',
    takenAtMs: bookedMs + minuteMs,
  };
  return { appointments: [{ appointment, patient }], messages: [message], identified: [patient] };
}

export const exampleNames = ['full', 'summary', 'link-only', 'degraded', 'update', 'emergency'] as const;
export type ExampleName = (typeof exampleNames)[number];

const contents: Record<ExampleName, EmailContent> = {
  full: 'full',
  summary: 'summary',
  'link-only': 'link_only',
  degraded: 'full',
  update: 'summary',
  emergency: 'summary',
};

/** The e-mail of an invented call, as a clinic of that language would get it. */
export function exampleEmail(name: ExampleName, language: Language): EmailDocument {
  const clinic = clinics[language];
  const records = name === 'emergency' ? { appointments: [], messages: [], identified: [] } : exampleRecords(language);
  return callSummaryEmail({
    clinic: { ...clinic, email: { ...clinic.email, content: contents[name] } },
    recipient: clinic.email.recipients[0] as { address: string },
    conversation: conversations[language][name === 'emergency' ? 'emergency' : 'booked'],
    ...records,
    template: name === 'update' ? 'call-summary-update' : 'call-summary',
    degraded: name === 'degraded',
    consoleUrl: 'https://console.frontdesk.example',
  });
}
