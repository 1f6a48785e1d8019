import type { Language } from '#domain/language.ts';

/** Everything the master flow asks and listens for, in one language. What tools answer is already in words. */
export interface FlowWords {
  need: string;
  anythingElse: string;
  visit: string;
  offer: string;
  patient: string;
  confirmChange: string;
  whichAppointment: string;
  newTime: string;
  identity: string;
  /** Of somebody we have called. */
  called: string;
  message: string;
  waitlist: string;
  happeningNow: string;
  trouble: string;
  transferFailed: string;
  emergencyNumbers: string;
  emergencyAfter: string;
  goodbye: string;
  emergencyCondition: string;
  said: {
    wantsVisit: string;
    wantsChange: string;
    wantsCancel: string;
    isComing: string;
    isNotThem: string;
    asksClinic: string;
    asksDoctors: string;
    asksTypes: string;
    wantsPerson: string;
    wantsMessage: string;
    otherLanguage: string;
    nothing: string;
    yes: string;
    no: string;
    gaveWishes: string;
    chose: string;
    wantsOthers: string;
    gavePatient: string;
    gaveIdentity: string;
    gaveMessage: string;
    answered: string;
  };
}

export const flowWords: Record<Language, FlowWords> = {
  fr: {
    need: 'Demandez en quoi vous pouvez aider. Une seule question à la fois.',
    anythingElse: 'Demandez s’il y a autre chose.',
    visit:
      'Demandez le motif de la visite, puis le médecin souhaité s’il y en a un, puis le jour et le moment de la journée. Ne proposez aucun horaire vous-même.',
    offer:
      'Dites : « {{find_available_times_say}} ». Ne proposez aucun autre horaire. Demandez lequel convient, et attendez.',
    patient:
      'Demandez le prénom et le nom du patient, sa date de naissance avec le mois en toutes lettres, et un numéro où le joindre. Une question à la fois.',
    confirmChange: 'Dites : « {{book_appointment_say}} » et attendez la réponse.',
    whichAppointment:
      'Dites : « {{find_my_appointments_say}} ». Demandez lequel, et s’il faut le confirmer, le déplacer ou l’annuler.',
    newTime: 'Demandez quel jour et quel moment conviendraient mieux. Ne proposez aucun horaire vous-même.',
    identity:
      'Demandez le prénom et le nom du patient, puis sa date de naissance avec le mois en toutes lettres. Ne dites rien d’aucun rendez-vous.',
    called:
      'Vous avez appelé cette personne. Demandez son prénom et son nom, puis sa date de naissance avec le mois en toutes lettres. Ne dites ni qui vous cherchez, ni pourquoi.',
    message: 'Demandez le message à transmettre, et le numéro où rappeler.',
    waitlist:
      'Dites : « {{find_available_times_say}} ». Demandez si la personne veut être prévenue quand une place se libère, puis le prénom et le nom du patient.',
    happeningNow: 'Dites : « {{report_emergency_say}} » et attendez la réponse.',
    trouble: 'Je n’y arrive pas pour l’instant. Je peux transmettre un message à l’équipe.',
    transferFailed: 'La ligne ne répond pas. Je peux transmettre un message à l’équipe.',
    emergencyNumbers: 'Raccrochez et appelez immédiatement le {{emergency_numbers}}.',
    emergencyAfter:
      'Il s’agit d’une urgence : redites seulement de raccrocher et d’appeler le {{emergency_numbers}}. Aucun conseil, aucun rendez-vous.',
    goodbye: 'Merci de votre appel. Au revoir.',
    emergencyCondition:
      'La personne décrit ce qui peut mettre une vie en danger : douleur à la poitrine, difficulté à respirer, saignement abondant, perte de connaissance, convulsions, envie de mourir.',
    said: {
      wantsVisit: 'La personne veut un rendez-vous',
      wantsChange: 'La personne veut déplacer ou retrouver un rendez-vous',
      wantsCancel: 'La personne veut annuler un rendez-vous',
      isComing: 'La personne confirme qu’elle viendra à son rendez-vous',
      isNotThem: 'C’est quelqu’un d’autre, ou la personne n’a pas le temps, ou ne veut plus d’appels',
      asksClinic: 'La personne demande les horaires, l’adresse ou le téléphone',
      asksDoctors: 'La personne demande quels médecins il y a',
      asksTypes: 'La personne demande pour quoi elle peut prendre rendez-vous',
      wantsPerson: 'La personne veut parler à quelqu’un',
      wantsMessage: 'La personne veut laisser un message',
      otherLanguage: 'La personne parle anglais ou demande l’anglais',
      nothing: 'La personne n’a besoin de rien d’autre',
      yes: 'La personne dit oui',
      no: 'La personne dit non',
      gaveWishes: 'La personne a dit pour quoi et quand elle veut venir',
      chose: 'La personne a choisi un des horaires proposés',
      wantsOthers: 'La personne veut d’autres horaires ou un autre jour',
      gavePatient: 'La personne a donné le nom, la date de naissance et un numéro',
      gaveIdentity: 'La personne a donné le nom et la date de naissance',
      gaveMessage: 'La personne a dicté son message',
      answered: 'La personne a répondu à la question',
    },
  },
  en: {
    need: 'Ask how you can help. One question at a time.',
    anythingElse: 'Ask whether there is anything else.',
    visit:
      'Ask what the visit is for, then which doctor if any, then the day and the part of the day. Never offer a time yourself.',
    offer: 'Say: “{{find_available_times_say}}”. Offer no other time. Ask which one suits, and wait.',
    patient:
      'Ask for the first and last name of the patient, the date of birth with the month in words, and a number to reach them. One question at a time.',
    confirmChange: 'Say: “{{book_appointment_say}}” and wait for the answer.',
    whichAppointment: 'Say: “{{find_my_appointments_say}}”. Ask which one, and whether to confirm, move or cancel it.',
    newTime: 'Ask which day and part of the day would suit better. Never offer a time yourself.',
    identity:
      'Ask for the first and last name of the patient, then the date of birth with the month in words. Say nothing about any appointment.',
    called:
      'You have called this person. Ask for their first and last name, then the date of birth with the month in words. Say neither whom you look for nor why.',
    message: 'Ask for the message to pass on, and the number to call back.',
    waitlist:
      'Say: “{{find_available_times_say}}”. Ask whether the caller wants to be told when a time comes free, then for the first and last name of the patient.',
    happeningNow: 'Say: “{{report_emergency_say}}” and wait for the answer.',
    trouble: "I can't get that done right now. I can pass on a message to the team.",
    transferFailed: "The line isn't answering. I can pass on a message to the team.",
    emergencyNumbers: 'Hang up and call {{emergency_numbers}} now.',
    emergencyAfter:
      'This is an emergency: only repeat to hang up and call {{emergency_numbers}}. No advice, no appointment.',
    goodbye: 'Thank you for calling. Goodbye.',
    emergencyCondition:
      'The caller describes what may be a danger to life: chest pain, trouble breathing, heavy bleeding, loss of consciousness, a seizure, wanting to die.',
    said: {
      wantsVisit: 'The caller wants an appointment',
      wantsChange: 'The caller wants to move or look up an appointment',
      wantsCancel: 'The caller wants to cancel an appointment',
      isComing: 'The person confirms that they will come to their appointment',
      isNotThem: 'It is somebody else, or they have no time, or they want no more calls',
      asksClinic: 'The caller asks for the hours, the address or the phone number',
      asksDoctors: 'The caller asks which doctors there are',
      asksTypes: 'The caller asks what can be booked',
      wantsPerson: 'The caller wants to speak to somebody',
      wantsMessage: 'The caller wants to leave a message',
      otherLanguage: 'The caller speaks French or asks for French',
      nothing: 'The caller needs nothing else',
      yes: 'The caller says yes',
      no: 'The caller says no',
      gaveWishes: 'The caller said what the visit is for and when',
      chose: 'The caller chose one of the times offered',
      wantsOthers: 'The caller wants other times or another day',
      gavePatient: 'The caller gave the name, the date of birth and a number',
      gaveIdentity: 'The caller gave the name and the date of birth',
      gaveMessage: 'The caller dictated the message',
      answered: 'The caller answered the question',
    },
  },
};
