import type { CallSummaryWords } from './call-summary-words.ts';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const fr: CallSummaryWords = {
  urgent: 'URGENT',
  headings: {
    'call-summary': { call: 'Nouvel appel', conversation: 'Nouvelle conversation' },
    'call-summary-update': { call: 'Mise à jour d’un appel', conversation: 'Mise à jour d’une conversation' },
  },
  outcomes: {
    emergency: 'urgence signalée',
    booked: 'rendez-vous pris',
    rescheduled: 'rendez-vous déplacé',
    cancelled: 'rendez-vous annulé',
    confirmed: 'rendez-vous confirmé',
    transferred: 'appel transféré',
    waitlisted: 'inscription sur liste d’attente',
    info: 'demande d’information',
    abandoned: 'sans demande exprimée',
    unknown: 'résultat non connu',
  },
  notConnected: 'appel non abouti',
  technicalFailure: 'incident technique',

  started: (date, time) => `${capital(date)} à ${time}`,
  ended: (date, time) => `Terminé le ${date} à ${time}`,
  reported: (date, time) => `Signalé le ${date} à ${time}`,

  counterpart: { caller: 'Appelant', called: 'Personne appelée', correspondent: 'Correspondant' },
  numberWithheld: 'Numéro masqué',
  numberUnknown: 'Numéro non transmis',
  type: 'Type',
  types: {
    voice: { inbound: 'Appel entrant', outbound: 'Appel sortant', unstated: 'Appel téléphonique' },
    web: {
      inbound: 'Conversation en ligne, entrante',
      outbound: 'Conversation en ligne, sortante',
      unstated: 'Conversation en ligne',
    },
    sms: { inbound: 'SMS reçus', outbound: 'SMS envoyés', unstated: 'SMS' },
    whatsapp: { inbound: 'WhatsApp, entrant', outbound: 'WhatsApp, sortant', unstated: 'WhatsApp' },
  },
  duration: 'Durée',
  identified: (count) => (count > 1 ? 'Identités vérifiées' : 'Identité vérifiée'),

  emergencyNotice:
    'Une urgence a été signalée pendant cette conversation. Merci d’en prendre connaissance sans attendre.',
  updateNotice: 'Ce message complète celui que vous avez déjà reçu au sujet de cette conversation.',
  updateSummaryInRecord: 'Le résumé est maintenant disponible dans la fiche.',
  degradedNotice:
    'Le résumé de cette conversation n’est pas disponible pour l’instant. Tout ce que nous en savons se trouve dans la fiche.',
  degradedThenUpdate: 'Si le résumé arrive plus tard, un second message vous en informera.',
  degradedThenRecord: 'Si le résumé arrive plus tard, il y sera ajouté.',
  failureNotice: 'La conversation a été interrompue par un incident technique.',
  objectedNotice: 'La personne a refusé d’être enregistrée : rien de ce qui a été dit ensuite n’est conservé.',
  notConnectedNotice: 'L’appel n’a pas abouti : aucune conversation n’a eu lieu.',

  appointments: () => 'Rendez-vous',
  appointmentsLabel: 'D’après l’agenda',
  appointmentActs: { booked: 'Pris', rescheduled: 'Déplacé', cancelled: 'Annulé', confirmed: 'Confirmé' },
  appointmentFlags: {
    'provisional-patient': 'Nouveau patient : son identité, donnée par téléphone, reste à vérifier.',
    'booked-by-other': 'Pris par une personne qui n’est pas enregistrée comme contact de ce patient.',
    callback: 'Le patient souhaite être rappelé.',
  },
  patient: 'Patient',
  provider: 'Praticien',
  room: 'Salle',
  before: 'Auparavant',
  messages: (count) => (count > 1 ? 'Messages laissés' : 'Message laissé'),
  messagesLabel: 'Tel que dicté, non vérifié',
  urgencies: { routine: 'Sans urgence', today: 'Réponse souhaitée aujourd’hui' },
  noName: 'Nom non donné',
  callback: 'À rappeler au',
  entriesCut: 'La liste est abrégée ici ; elle est complète dans la fiche.',

  summary: 'Résumé',
  summaryLabel: 'Rédigé par une IA',
  summaryNote:
    'Ce résumé est produit par une intelligence artificielle et peut contenir des erreurs. Pour un rendez-vous, seul l’agenda fait foi.',
  summaryCut: 'Le résumé est abrégé ici ; il est complet dans la fiche.',
  noSummary: 'Aucun résumé n’a été produit pour cette conversation.',
  transcript: 'Transcription',
  transcriptLabel: 'Automatique',
  transcriptCut: 'La transcription est abrégée ici ; la suite se trouve dans la fiche.',
  noTranscript: 'Aucune transcription n’est disponible pour cette conversation.',
  assistant: 'Assistant',
  transferred: 'Personne jointe par transfert',

  openRecord: 'Ouvrir la fiche',
  detailsWithheld: 'Votre clinique a choisi de ne pas recevoir le détail des conversations par e-mail.',
  personalData: 'Ce message contient des données personnelles. Ne le transmettez qu’aux personnes autorisées.',
  whyYou: (address) => `Envoyé automatiquement à ${address}, destinataire choisi par votre clinique.`,
  times: (zone) => `Heures locales de la clinique (${zone}).`,
  settings: 'Régler les destinataires et le contenu',
};
